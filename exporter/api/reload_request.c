/* reload_request.c - request and main thread share a struct, which the last of them frees.
 */
#include "reload_request.h"

#include "store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct reloading {
	/* first member, so that pointers to both are the same */
	struct reload_waiter waiter;
	atomic_uint holders;
	pthread_mutex_t lock;    /* protects the members below */
	struct request *request; /* NULL: no request waits */
	bool done, ok;
	char said[1024];
};

static void reloading_release(struct reloading *r)
{
	if (atomic_fetch_sub(&r->holders, 1) > 1)
		return;
	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* Called on the main thread. */
static void reload_request_answered(struct reload_waiter *waiter, bool ok, const char *said)
{
	struct reloading *r = (struct reloading *)waiter;

	pthread_mutex_lock(&r->lock);
	r->done = true;
	r->ok = ok;
	text_copy(r->said, sizeof(r->said), said);
	if (r->request)
		request_resume(r->request);
	pthread_mutex_unlock(&r->lock);
	reloading_release(r);
}

static void reload_request_abandon(void *work)
{
	struct reloading *r = work;

	pthread_mutex_lock(&r->lock);
	r->request = NULL;
	pthread_mutex_unlock(&r->lock);
	reloading_release(r);
}

static struct http_reply reload_request_begin(struct request *request)
{
	struct reloading *r;

	if (!request->site->lifecycle)
		return http_reply_text(MHD_HTTP_FORBIDDEN,
				       "lifecycle is off: start the exporter with "
				       "--web.enable-lifecycle, or send it SIGHUP\n");
	r = calloc(1, sizeof(*r));
	if (!r)
		return (struct http_reply){ 0 };
	atomic_init(&r->holders, 2);
	pthread_mutex_init(&r->lock, NULL);
	r->waiter.answered = reload_request_answered;
	r->request = request;
	request->work = r;
	request->free_work = reload_request_abandon;
	request_wait(request);
	reload_queue_join(&request->store->reload_queue, &r->waiter);
	log_put(request->store->log, LOG_INFO, "reload requested over HTTP", NULL, 0);
	return http_reply_later();
}

struct http_reply reload_request(struct request *request)
{
	struct reloading *r = request->work;
	char text[sizeof(r->said) + 80];
	struct buffer line;
	struct http_reply reply;

	if (!r)
		return reload_request_begin(request);
	pthread_mutex_lock(&r->lock);
	r->request = NULL;
	buffer_init(&line, text, sizeof(text));
	if (!r->done)
		buffer_text(&line, "the exporter is stopping\n");
	else if (r->ok)
		buffer_format(&line, "%s\n", r->said);
	else
		buffer_format(&line,
			      "not loaded, the previous configuration stays in use: %s\n",
			      r->said);
	reply = http_reply_text(r->ok     ? MHD_HTTP_OK
				: r->done ? MHD_HTTP_INTERNAL_SERVER_ERROR
					  : MHD_HTTP_SERVICE_UNAVAILABLE,
				buffer_string(&line));
	pthread_mutex_unlock(&r->lock);
	return reply;
}
