/* logins.c - a cache of checked passwords, a queue, and the thread that hashes. Start to
 * read at logins_check. */
#include "login_queue.h"

#include "base64.h"
#include "bcrypt.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RIGHT_MAX = 256, WRONG_MAX = 256, USER_MAX = 256, PASSWORD_MAX = 1024, END_S = 1 };

struct login_cache_entry {
	unsigned char digest[FINGERPRINT_BYTES];
	struct instant until; /* when a wrong password is checked again */
	bool used;
};

/* A new entry replaces the oldest one. */
struct login_cache {
	struct login_cache_entry list[RIGHT_MAX];
	size_t next;
};

struct login_job {
	struct logins *logins;
	void *user; /* NULL: the request has ended */
	enum login answer;
	bool running, user_exists;
	unsigned char digest[FINGERPRINT_BYTES];
	char password[PASSWORD_MAX], hash[BCRYPT_TEXT_MAX];
};

struct logins {
	struct login_hooks hooks;
	unsigned char key[FINGERPRINT_KEY_BYTES];
	pthread_t thread;
	pthread_mutex_t lock; /* protects the members below */
	pthread_cond_t work, ended;
	bool ending, thread_ended;
	struct login_queue queue;
	struct login_cache right, wrong;
};

/* --- the cache ------------------------------------------------------------------------------- */

static struct login_cache_entry *login_cache_find(struct login_cache *login_cache,
						  const unsigned char *digest)
{
	for (size_t i = 0; i < ARRAY_SIZE(login_cache->list); i++)
		if (login_cache->list[i].used &&
		    memcmp(login_cache->list[i].digest, digest, FINGERPRINT_BYTES) == 0)
			return &login_cache->list[i];
	return NULL;
}

static void login_cache_add(struct login_cache *login_cache, const unsigned char *digest)
{
	struct login_cache_entry *place = login_cache_find(login_cache, digest);

	if (!place) {
		place = &login_cache->list[login_cache->next];
		login_cache->next = (login_cache->next + 1) % ARRAY_SIZE(login_cache->list);
	}
	memcpy(place->digest, digest, FINGERPRINT_BYTES);
	place->until = instant_plus(instant_now(), span_of_ms(LOGINS_WRONG_S * 1000));
	place->used = true;
}

static enum login logins_cached_result(struct logins *logins, const unsigned char *digest)
{
	const struct login_cache_entry *wrong;

	if (login_cache_find(&logins->right, digest))
		return LOGIN_YES;
	wrong = login_cache_find(&logins->wrong, digest);
	return wrong && instant_before(instant_now(), wrong->until) ? LOGIN_NO
								    : LOGIN_LATER;
}

/* --- the thread ------------------------------------------------------------------------------ */

static void login_job_free(struct login_job *job)
{
	explicit_bzero(job, sizeof(*job));
	free(job);
}

/* With the lock held. */
static void login_job_answer(struct login_job *job, enum login what)
{
	job->answer = what;
	if (job->user)
		job->logins->hooks.ready(job->user);
}

static void logins_finish(struct login_job *job, bool matches)
{
	struct logins *logins = job->logins;

	job->running = false;
	matches = matches && job->user_exists;
	login_cache_add(matches ? &logins->right : &logins->wrong, job->digest);
	if (job->user)
		login_job_answer(job, matches ? LOGIN_YES : LOGIN_NO);
	else
		login_job_free(job);
}

static void *logins_thread(void *cls)
{
	struct logins *logins = cls;

	pthread_mutex_lock(&logins->lock);
	while (!logins->ending) {
		struct login_job *job = login_queue_next(&logins->queue);
		bool matches;

		if (!job) {
			pthread_cond_wait(&logins->work, &logins->lock);
			continue;
		}
		job->running = true;
		pthread_mutex_unlock(&logins->lock);
		matches = bcrypt_matches(job->password, job->hash);
		pthread_mutex_lock(&logins->lock);
		logins_finish(job, matches);
	}
	logins->thread_ended = true;
	pthread_cond_signal(&logins->ended);
	pthread_mutex_unlock(&logins->lock);
	return NULL;
}

struct logins *logins_new(const struct login_hooks *hooks)
{
	struct logins *logins = calloc(1, sizeof(*logins));

	if (!logins || !fingerprint_key(logins->key)) {
		free(logins);
		return NULL;
	}
	logins->hooks = *hooks;
	pthread_mutex_init(&logins->lock, NULL);
	pthread_cond_init(&logins->work, NULL);
	pthread_cond_init(&logins->ended, NULL);
	if (pthread_create(&logins->thread, NULL, logins_thread, logins) == 0)
		return logins;
	pthread_mutex_destroy(&logins->lock);
	pthread_cond_destroy(&logins->work);
	pthread_cond_destroy(&logins->ended);
	free(logins);
	return NULL;
}

/* A bcrypt hash of a high cost takes minutes and cannot be stopped. Then the thread and
 * its memory are left until the process ends. */
void logins_free(struct logins *logins)
{
	struct timespec until;
	bool thread_ended;

	if (!logins)
		return;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += END_S;
	pthread_mutex_lock(&logins->lock);
	logins->ending = true;
	pthread_cond_signal(&logins->work);
	while (!logins->thread_ended &&
	       pthread_cond_timedwait(&logins->ended, &logins->lock, &until) == 0)
		;
	thread_ended = logins->thread_ended;
	pthread_mutex_unlock(&logins->lock);
	if (!thread_ended) {
		pthread_detach(logins->thread);
		return;
	}
	pthread_join(logins->thread, NULL);
	pthread_mutex_destroy(&logins->lock);
	pthread_cond_destroy(&logins->work);
	pthread_cond_destroy(&logins->ended);
	explicit_bzero(logins, sizeof(*logins));
	free(logins);
}

/* --- a request ------------------------------------------------------------------------------- */

/* "Basic BASE64(user:password)" (RFC 7617, 2). */
static bool logins_parse(const char *authorization, struct buffer *pair,
			 const char **ret_password)
{
	struct view rest = view_of(authorization), word;
	char *colon;

	if (!view_next_word(&rest, &word) || !view_equal(word, "Basic") ||
	    !view_next_word(&rest, &word) || !base64_decode(pair, word) ||
	    memchr(pair->p, '\0', pair->n))
		return false;
	buffer_string(pair);
	colon = strchr(pair->p, ':');
	if (!colon || colon - pair->p >= USER_MAX || strlen(colon + 1) >= PASSWORD_MAX)
		return false;
	*colon = '\0';
	*ret_password = colon + 1;
	return true;
}

/* For an unknown name it makes a dummy hash, whose cost is that of some user and always
 * the same for this name, so that the time of the answer does not tell which names
 * exist. The loop never ends early for the same reason. */
static bool logins_hash_for_user(struct logins *logins, const struct web_pairs *users,
				 const char *name, char dst[BCRYPT_TEXT_MAX])
{
	unsigned char digest[FINGERPRINT_BYTES] = { 0 };
	const char *found = NULL;
	unsigned cost = 10, like;

	for (size_t i = 0; i < users->n; i++)
		if (strcmp(users->list[i].name, name) == 0)
			found = users->list[i].value;
	fingerprint(logins->key, name, "", "", digest);
	memcpy(&like, digest, sizeof(like));
	if (users->n > 0)
		web_config_bcrypt(users->list[like % users->n].value, &cost);
	bcrypt_dummy_hash(cost, dst);
	if (found)
		text_copy(dst, BCRYPT_TEXT_MAX, found);
	return found;
}

static struct login_job *login_job_new(struct logins *logins, const struct web_pairs *users,
				       const char *authorization)
{
	struct login_job *job = calloc(1, sizeof(*job));
	char storage[USER_MAX + PASSWORD_MAX + 1];
	struct buffer pair;
	const char *password;

	buffer_init(&pair, storage, sizeof(storage) - 1);
	if (!job || !logins_parse(authorization, &pair, &password)) {
		free(job);
		return NULL;
	}
	job->logins = logins;
	job->answer = LOGIN_LATER;
	job->user_exists = logins_hash_for_user(logins, users, pair.p, job->hash);
	text_copy(job->password, sizeof(job->password), password);
	if (!fingerprint(logins->key, pair.p, password, job->hash, job->digest)) {
		login_job_free(job);
		job = NULL;
	}
	explicit_bzero(storage, sizeof(storage));
	return job;
}

/* With the lock held. */
static enum login logins_enqueue(struct logins *logins, struct login_job *job,
				 struct client_name from, void *user)
{
	void *lost;

	if (!login_queue_put(&logins->queue, from, job, &lost))
		return LOGIN_BUSY;
	job->user = user;
	logins->hooks.wait(user);
	if (lost)
		login_job_answer(lost, LOGIN_BUSY);
	pthread_cond_signal(&logins->work);
	return LOGIN_LATER;
}

enum login logins_check(struct logins *logins, const struct web_pairs *users,
			const char *authorization, struct client_name from, void *user,
			struct login_job **ret_job)
{
	struct login_job *job =
	    authorization ? login_job_new(logins, users, authorization) : NULL;
	enum login what;

	if (!job)
		return LOGIN_NO;
	pthread_mutex_lock(&logins->lock);
	what = logins_cached_result(logins, job->digest);
	if (what == LOGIN_LATER)
		what = logins_enqueue(logins, job, from, user);
	pthread_mutex_unlock(&logins->lock);
	if (what == LOGIN_LATER)
		*ret_job = job;
	else
		login_job_free(job);
	return what;
}

enum login logins_result(struct login_job *job)
{
	enum login what;

	pthread_mutex_lock(&job->logins->lock);
	what = job->answer;
	pthread_mutex_unlock(&job->logins->lock);
	return what;
}

void logins_cancel(struct login_job *job)
{
	struct logins *logins;

	if (!job)
		return;
	logins = job->logins;
	pthread_mutex_lock(&logins->lock);
	login_queue_remove(&logins->queue, job);
	job->user = NULL;
	if (!job->running)
		login_job_free(job);
	pthread_mutex_unlock(&logins->lock);
}
