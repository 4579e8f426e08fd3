/* events.c - listeners are suspended by request_wait until there is a new message. */
#include "events.h"

#include "buffer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct events {
	uint64_t (*changes)(struct store *);
	struct store *store;
	pthread_t thread;
	/* protects the members below; may be held while a request is resumed */
	pthread_mutex_t lock;
	pthread_cond_t changed; /* signalled for a new listener and at the end */
	struct listener *listeners;
	unsigned count;
	uint64_t number; /* number of the last message */
	bool ending;
};

/* The `work` of a request. */
struct listener {
	struct events *events;
	struct request *request;
	struct listener *next, **link;
	uint64_t heard;
	bool greeted;
};

/* --- the thread ----------------------------------------------------------------------------- */

static struct timespec later(int seconds)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += seconds;
	return t;
}

static void events_notify(struct events *e)
{
	e->number++;
	for (struct listener *l = e->listeners; l; l = l->next)
		request_resume(l->request);
}

static void *events_run(void *cls)
{
	struct events *e = cls;
	uint64_t told = e->changes(e->store);
	unsigned quiet = 0; /* seconds since the last message */

	pthread_mutex_lock(&e->lock);
	while (!e->ending) {
		struct timespec until = later(EVENTS_PAUSE_S);
		uint64_t changes;

		if (e->count == 0)
			pthread_cond_wait(&e->changed, &e->lock);
		else
			pthread_cond_timedwait(&e->changed, &e->lock, &until);
		changes = e->changes(e->store);
		if (changes == told && ++quiet < EVENTS_TICK_S / EVENTS_PAUSE_S)
			continue;
		told = changes;
		quiet = 0;
		events_notify(e);
	}
	pthread_mutex_unlock(&e->lock);
	return NULL;
}

/* --- a listener ----------------------------------------------------------------------------- */

static void events_leave(void *work)
{
	struct listener *l = work;
	struct events *e = l->events;

	pthread_mutex_lock(&e->lock);
	*l->link = l->next;
	if (l->next)
		l->next->link = l->link;
	e->count--;
	pthread_mutex_unlock(&e->lock);
	free(l);
}

/* NULL: out of memory, or too many listeners. */
static struct listener *events_join(struct events *e, struct request *request)
{
	struct listener *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	*l = (struct listener){ .events = e, .request = request, .link = &e->listeners };
	pthread_mutex_lock(&e->lock);
	if (e->count == EVENTS_LISTENERS_MAX) {
		pthread_mutex_unlock(&e->lock);
		free(l);
		return NULL;
	}
	l->heard = e->number;
	l->next = e->listeners;
	if (l->next)
		l->next->link = &l->next;
	e->listeners = l;
	e->count++;
	pthread_cond_signal(&e->changed);
	pthread_mutex_unlock(&e->lock);
	return l;
}

/* Called by libmicrohttpd when it can send more. Without a new message the connection is
 * suspended. */
static ssize_t events_read(void *cls, uint64_t position, char *dst, size_t max)
{
	static const char greeting[] = "retry: 3000\n\n", message[] = "data: new\n\n";
	struct listener *l = cls;
	const char *text = l->greeted ? message : greeting;
	size_t n = strlen(text);
	struct events *e = l->events;

	(void)position;
	if (request_ending(l->request) || max < n)
		return MHD_CONTENT_READER_END_OF_STREAM;
	pthread_mutex_lock(&e->lock);
	if (l->greeted && l->heard == e->number) {
		request_wait(l->request);
		n = 0;
	} else {
		memcpy(dst, text, n);
		if (l->greeted)
			l->heard = e->number;
		l->greeted = true;
	}
	pthread_mutex_unlock(&e->lock);
	return (ssize_t)n;
}

static void events_dress(struct http_reply *reply)
{
	http_reply_header(reply, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
	http_reply_header(reply, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	http_reply_header(reply, "X-Content-Type-Options", "nosniff");
	/* so that proxies send each message at once */
	http_reply_header(reply, "X-Accel-Buffering", "no");
}

/* The answer to HEAD: the stream has no length, so the connection closes after the
 * headers. */
static struct http_reply events_head(void)
{
	struct http_reply reply = { .status = MHD_HTTP_OK };

	reply.response = http_reply_endless_head();
	events_dress(&reply);
	return reply;
}

struct http_reply events_listen(struct events *e, struct request *request)
{
	struct listener *l;
	struct http_reply reply = { .status = MHD_HTTP_OK };

	if (strcmp(request->method, MHD_HTTP_METHOD_HEAD) == 0)
		return events_head();
	l = events_join(e, request);
	if (!l) {
		reply = http_reply_text(
		    MHD_HTTP_SERVICE_UNAVAILABLE,
		    "too many pages are open for live updates: reload the page instead\n");
		http_reply_header(&reply, MHD_HTTP_HEADER_RETRY_AFTER, "60");
		return reply;
	}
	request->work = l;
	request->free_work = events_leave;
	reply.response =
	    MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 256, events_read, l, NULL);
	events_dress(&reply);
	return reply;
}

/* --- creation and end ----------------------------------------------------------------------- */

static void init_locks(struct events *e)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&e->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&e->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static void fini_locks(struct events *e)
{
	pthread_cond_destroy(&e->changed);
	pthread_mutex_destroy(&e->lock);
}

struct events *events_new(uint64_t (*changes)(struct store *), struct store *store)
{
	struct events *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->changes = changes;
	e->store = store;
	init_locks(e);
	if (pthread_create(&e->thread, NULL, events_run, e) == 0)
		return e;
	fini_locks(e);
	free(e);
	return NULL;
}

void events_end(struct events *e)
{
	if (!e)
		return;
	pthread_mutex_lock(&e->lock);
	e->ending = true;
	pthread_cond_signal(&e->changed);
	pthread_mutex_unlock(&e->lock);
	pthread_join(e->thread, NULL);
}

void events_free(struct events *e)
{
	if (!e)
		return;
	fini_locks(e);
	free(e);
}
