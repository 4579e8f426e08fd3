/* web.c - libmicrohttpd: from a connection to a request to the function of its path. */
#include "web.h"

#include "paths.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct web {
	struct MHD_Daemon *daemon;
	struct exporter *exporter;
	pthread_mutex_t lock;    /* of what follows, and of `waiting` in each request */
	struct request *waiting; /* those between request_wait and request_resume */
	bool ending;
};

/* --- requests ------------------------------------------------------------------------------- */

const char *request_argument(const struct request *request, const char *key)
{
	return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, key);
}

const char *request_header(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

void request_wait(struct request *request)
{
	struct web *web = request->web;

	pthread_mutex_lock(&web->lock);
	MHD_suspend_connection(request->connection);
	request->waiting = true;
	request->next = web->waiting;
	request->link = &web->waiting;
	if (request->next)
		request->next->link = &request->next;
	web->waiting = request;
	pthread_mutex_unlock(&web->lock);
}

/* Under the lock. */
static void resume(struct request *request)
{
	if (!request->waiting)
		return;
	request->waiting = false;
	*request->link = request->next;
	if (request->next)
		request->next->link = request->link;
	MHD_resume_connection(request->connection);
}

void request_resume(struct request *request)
{
	struct web *web = request->web;

	pthread_mutex_lock(&web->lock);
	resume(request);
	pthread_mutex_unlock(&web->lock);
}

static struct request *request_new(struct web *web, struct MHD_Connection *connection,
				   const char *method, const char *url)
{
	size_t method_n = strlen(method) + 1, url_n = strlen(url) + 1;
	struct request *request = calloc(1, sizeof(*request) + method_n + url_n);

	if (!request)
		return NULL;
	request->storage = (char *)(request + 1);
	request->method = memcpy(request->storage, method, method_n);
	request->url = memcpy(request->storage + method_n, url, url_n);
	request->web = web;
	request->exporter = web->exporter;
	request->connection = connection;
	return request;
}

static void request_free(struct request *request)
{
	if (request->work && request->free_work)
		request->free_work(request->work);
	free(request);
}

/* libmicrohttpd is done with it, in whatever way. */
static void completed(void *cls, struct MHD_Connection *connection, void **seen,
		      enum MHD_RequestTerminationCode code)
{
	(void)cls, (void)connection, (void)code;
	if (*seen)
		request_free(*seen);
	*seen = NULL;
}

/* --- answers -------------------------------------------------------------------------------- */

static bool ending(struct web *web)
{
	bool it_is;

	pthread_mutex_lock(&web->lock);
	it_is = web->ending;
	pthread_mutex_unlock(&web->lock);
	return it_is;
}

static struct reply reply_to(struct request *request)
{
	const struct path *path = path_find(request->url);

	if (!path)
		return reply_text(MHD_HTTP_NOT_FOUND, "nothing here; see / or /metrics\n");
	if (!path_takes(path, request->method))
		return path_refuse(path);
	request->ending = ending(request->web);
	return path->answer(request);
}

static enum MHD_Result send_reply(struct request *request, struct reply reply)
{
	enum MHD_Result queued;

	if (reply.later)
		return MHD_YES;
	if (!reply.response)
		return MHD_NO;
	queued = MHD_queue_response(request->connection, reply.status, reply.response);
	MHD_destroy_response(reply.response);
	return queued;
}

/* A body that comes with it is read to its end, so that the connection can be used again. */
static bool expects_rest(const struct request *request)
{
	const struct path *path = path_find(request->url);

	return path ? path_takes(path, request->method)
		    : strcmp(request->method, MHD_HTTP_METHOD_GET) == 0 ||
			  strcmp(request->method, MHD_HTTP_METHOD_HEAD) == 0;
}

/* libmicrohttpd calls this for the headers, then for each part of a body, then at its end, and
 * again when the request is resumed. An answer in the first call closes the connection: right
 * for what we refuse, whose body we will not read, but scrapers come back. */
static enum MHD_Result answer(void *cls, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *body,
			      size_t *body_n, void **seen)
{
	struct request *request = *seen;

	(void)version, (void)body;
	if (!request) {
		*seen = request = request_new(cls, connection, method, url);
		if (!request)
			return MHD_NO;
		if (expects_rest(request))
			return MHD_YES;
	} else if (*body_n > 0) {
		request->body_n += *body_n;
		*body_n = 0;
		return request->body_n <= WEB_BODY_MAX ? MHD_YES : MHD_NO;
	}
	return send_reply(request, reply_to(request));
}

static struct MHD_Daemon *start(struct web *web, int listening)
{
	return MHD_start_daemon(
	    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO | MHD_ALLOW_SUSPEND_RESUME, 0,
	    NULL, NULL, answer, web, MHD_OPTION_LISTEN_SOCKET, listening,
	    MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)WEB_CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
	    (unsigned)WEB_CONNECTIONS_PER_ADDRESS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)WEB_CONNECTION_MEMORY_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)WEB_TIMEOUT_S, MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
}

struct web *web_new(int listening, struct exporter *exporter)
{
	struct web *web = calloc(1, sizeof(*web));

	if (web) {
		web->exporter = exporter;
		pthread_mutex_init(&web->lock, NULL);
		web->daemon = start(web, listening);
		if (web->daemon)
			return web;
		pthread_mutex_destroy(&web->lock);
	}
	free(web);
	close(listening);
	return NULL;
}

/* Requests that wait are answered at once, as libmicrohttpd cannot end before. */
void web_free(struct web *web)
{
	if (!web)
		return;
	pthread_mutex_lock(&web->lock);
	web->ending = true;
	while (web->waiting)
		resume(web->waiting);
	pthread_mutex_unlock(&web->lock);
	MHD_stop_daemon(web->daemon);
	pthread_mutex_destroy(&web->lock);
	free(web);
}
