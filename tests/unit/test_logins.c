#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base64.h"
#include "logins.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* "U*U" at cost 5; at cost 12 one that takes a fifth of a second or more. */
#define FAST "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
#define SLOW "$2y$12$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"

static struct logins *logins;
static struct web_pair pairs[] = { { "alice", FAST, 1 }, { "slow", SLOW, 2 } };
static struct web_pairs users = { pairs, 2 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned waiting, ready;

static void on_wait(void *user)
{
	(void)user;
	pthread_mutex_lock(&lock);
	waiting++;
	pthread_mutex_unlock(&lock);
}

static void on_ready(void *user)
{
	(void)user;
	pthread_mutex_lock(&lock);
	ready++;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
}

static unsigned heard(void)
{
	unsigned count;

	pthread_mutex_lock(&lock);
	count = ready;
	pthread_mutex_unlock(&lock);
	return count;
}

static void wait_for(unsigned count)
{
	pthread_mutex_lock(&lock);
	while (ready < count)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static struct client_name from(unsigned i)
{
	return (struct client_name){ .family = 2, .bytes = { (uint8_t)i } };
}

static enum login ask_header(const char *header, unsigned address, struct login_job **job)
{
	static int somebody;

	*job = NULL;
	return logins_check(logins, &users, header, from(address), &somebody, job);
}

static enum login ask(const char *pair, unsigned address, struct login_job **job)
{
	char header[200];
	struct buffer b;

	buffer_init(&b, header, sizeof(header));
	buffer_text(&b, "Basic ");
	base64_encode(&b, view_of(pair));
	return ask_header(buffer_string(&b), address, job);
}

/* The answer after it was hashed. */
static enum login hashed(const char *pair)
{
	struct login_job *job;
	unsigned before = heard();
	enum login what;

	assert_int_equal(ask(pair, 1, &job), LOGIN_LATER);
	wait_for(before + 1);
	what = logins_result(job);
	logins_cancel(job);
	return what;
}

static void hashes_once_and_remembers(void **state)
{
	struct login_job *job;

	(void)state;
	assert_int_equal(hashed("alice:U*U"), LOGIN_YES);
	assert_int_equal(ask("alice:U*U", 1, &job), LOGIN_YES);
	assert_int_equal(ask("alice:U*U", 2, &job), LOGIN_YES);
	assert_int_equal(hashed("alice:wrong"), LOGIN_NO);
	assert_int_equal(ask("alice:wrong", 1, &job), LOGIN_NO);
	assert_int_equal(waiting, 2);
	/* Another hash for the user is another secret. */
	pairs[0].value = "$2y$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
	assert_int_equal(hashed("alice:U*U"), LOGIN_NO);
}

/* What nobody knows is hashed like what somebody does, and remembered like it. */
static void nobody_is_treated_like_somebody(void **state)
{
	struct login_job *job;

	(void)state;
	assert_int_equal(hashed("nobody:U*U"), LOGIN_NO);
	assert_int_equal(ask("nobody:U*U", 1, &job), LOGIN_NO);
	assert_int_equal(hashed(":"), LOGIN_NO);
	assert_int_equal(waiting, 2);
}

static void what_is_no_login_is_refused_at_once(void **state)
{
	static const char *const headers[] = {
		NULL,
		"",
		"Basic",
		"Basic !!!!",
		"Bearer x",
		"Basic YWxpY2U=", /* no colon */
		"Basic AAA6",     /* a NUL */
		"BasicYWxpY2U6eA==",
	};
	struct login_job *job;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		assert_int_equal(ask_header(headers[i], 1, &job), LOGIN_NO);
	assert_int_equal(waiting, 0);
	/* The scheme has no case (RFC 7617, 2). */
	assert_int_equal(ask_header("bAsIc  YWxpY2U6VSpV", 1, &job), LOGIN_LATER);
	wait_for(1);
	assert_int_equal(logins_result(job), LOGIN_YES);
	logins_cancel(job);
}

/* One address has its share of the queue and no more; another is served in between. */
static void a_flood_delays_its_own_kind(void **state)
{
	struct login_job *flood[LOGINS_PER_ADDRESS + 1], *more, *good;
	unsigned taken = 0;
	char pair[40];

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(flood); i++) {
		snprintf(pair, sizeof(pair), "slow:guess%u", i);
		if (ask(pair, 1, &flood[taken]) == LOGIN_LATER)
			taken++;
	}
	assert_true(taken >= LOGINS_PER_ADDRESS);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(pair, sizeof(pair), "slow:more%u", i);
		assert_int_equal(ask(pair, 1, &more), LOGIN_BUSY);
	}
	assert_int_equal(ask("alice:U*U", 2, &good), LOGIN_LATER);
	while (logins_result(good) == LOGIN_LATER)
		wait_for(heard() + 1);
	assert_int_equal(logins_result(good), LOGIN_YES);
	assert_int_equal(logins_result(flood[LOGINS_PER_ADDRESS - 1]), LOGIN_LATER);
	logins_cancel(good);
	for (unsigned i = 0; i < taken; i++)
		logins_cancel(flood[i]);
	/* The hash under way is finished before this one. */
	assert_int_equal(hashed("alice:last"), LOGIN_NO);
}

static int start(void **state)
{
	static const struct login_hooks hooks = { on_wait, on_ready };

	(void)state;
	waiting = ready = 0;
	pairs[0].value = FAST;
	logins = logins_new(&hooks);
	return logins ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	logins_free(logins);
	return 0;
}

#define LOGIN_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOGIN_TEST(hashes_once_and_remembers),
		LOGIN_TEST(nobody_is_treated_like_somebody),
		LOGIN_TEST(what_is_no_login_is_refused_at_once),
		LOGIN_TEST(a_flood_delays_its_own_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
