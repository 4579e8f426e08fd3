/* request.c - the life of a request: request_begin, request_handle with its steps,
 * request_ended.
 *
 * libmicrohttpd calls request_handle for the headers, for each part of the body, at the end
 * of the body, and again when a suspended request continues. request_reply then goes on
 * with the next step.
 */
#include "access.h"
#include "events.h"
#include "logins.h"
#include "paths.h"
#include "request_check.h"
#include "web_state.h"

#include <stdlib.h>

const char *request_argument(const struct request *request, const char *key)
{
	return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, key);
}

const char *request_header(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

bool request_ending(const struct request *request)
{
	return atomic_load(&request->web->ending) ||
	       request->client->state == CLIENT_CLOSING;
}

void request_count_slots(const struct request *request, unsigned ret_count[])
{
	client_table_count(&request->web->clients, ret_count);
}

static bool request_move(struct request *request, enum client_state state)
{
	return client_table_move(&request->web->clients, request->client, state,
				 instant_now());
}

/* --- suspending and resuming ------------------------------------------------------------------ */

static void request_suspend(struct request *request, enum client_state state)
{
	if (request->suspended || !request_move(request, state))
		return;
	request->suspended = true;
	MHD_suspend_connection(request->connection);
	connection_watch(request->web, request->client);
}

void request_wait(struct request *request)
{
	request_suspend(request, CLIENT_SUSPENDED);
}

void request_continue(struct request *request)
{
	if (!request->suspended)
		return;
	request->suspended = false;
	connection_unwatch(request->web, request->client);
	request_move(request, CLIENT_ANSWERING);
	MHD_resume_connection(request->connection);
}

void request_resume(struct request *request)
{
	struct web *web = request->web;

	pthread_mutex_lock(&web->lock);
	if (!request->woken) {
		request->woken = true;
		request->next = NULL;
		request->link = web->woken_end;
		*request->link = request;
		web->woken_end = &request->next;
	}
	pthread_mutex_unlock(&web->lock);
	web_wake(web);
}

/* With the lock held. */
static void request_unlink_woken(struct web *web, struct request *request)
{
	*request->link = request->next;
	if (request->next)
		request->next->link = request->link;
	else
		web->woken_end = request->link;
	request->woken = false;
}

void requests_take_woken(struct web *web)
{
	struct request *request;

	pthread_mutex_lock(&web->lock);
	while ((request = web->woken)) {
		request_unlink_woken(web, request);
		request_continue(request);
	}
	pthread_mutex_unlock(&web->lock);
}

/* --- queue of large answers -------------------------------------------------------------------- */

void requests_start_queued(struct web *web)
{
	struct client *queue[CLIENTS_ROWS];
	size_t n = client_table_queue(&web->clients, queue);
	struct instant now = instant_now();

	web->queue_changed = false;
	for (size_t i = 0; i < n; i++)
		if (client_table_may_answer_large(&web->clients, queue[i], now))
			request_continue(queue[i]->request);
}

void request_refuse_queued(struct request *request)
{
	request->refused = true;
	request_continue(request);
}

static bool request_may_answer_large(struct request *request)
{
	return client_table_may_answer_large(&request->web->clients, request->client,
					     instant_now());
}

static struct http_reply request_enqueue(struct request *request)
{
	request_suspend(request, CLIENT_QUEUED);
	return http_reply_later();
}

/* --- the steps -------------------------------------------------------------------------------- */

static struct http_reply request_not_found(const struct site *site)
{
	char storage[3 * SITE_TEXT_MAX];
	struct buffer text;

	buffer_init(&text, storage, sizeof(storage));
	buffer_format(&text, "there is no such path; see %s/ or %s%s\n", site->prefix,
		      site->prefix, site->metrics);
	return http_reply_text(MHD_HTTP_NOT_FOUND, buffer_string(&text));
}

/* True: request->path is set. False: *ret_refusal is the answer. */
static bool request_route(struct request *request, struct http_reply *ret_refusal)
{
	const struct path *path = request->url ? path_find(request->web->content.paths,
							   request->site, request->url)
					       : NULL;

	if (path_only_reads(request->method) &&
	    site_redirects(request->site, request->full_url))
		*ret_refusal = http_reply_redirect(request->site->home);
	else if (!path_knows(request->method))
		*ret_refusal = path_refuse_unknown();
	else if (!path)
		*ret_refusal = request_not_found(request->site);
	else if (!path_takes(path, request->method))
		*ret_refusal = path_refuse(path);
	else if (path_only_reads(request->method) ||
		 request_check_origin(request, ret_refusal))
		request->path = path;
	return request->path;
}

static struct http_reply request_reply(struct request *request)
{
	struct http_reply refusal;

	if (atomic_load(&request->web->ending))
		return http_reply_text(MHD_HTTP_SERVICE_UNAVAILABLE,
				       "mailvane_exporter is stopping\n");
	switch (request->step) {
	case REQUEST_HEADERS:
	case REQUEST_BODY:
		request->step = REQUEST_LOGIN;
		if (request->malformed)
			return request_check_refuse_target();
		/* fall through */
	case REQUEST_LOGIN:
		if (!access_allows(request->web->access, request, &refusal))
			return refusal;
		request->step = REQUEST_ROUTE;
		/* fall through */
	case REQUEST_ROUTE:
		if (!request_route(request, &refusal))
			return refusal;
		request->step = REQUEST_TURN;
		/* fall through */
	case REQUEST_TURN:
		if (request->refused)
			return http_reply_busy(
			    "too many large answers at once for this client\n");
		if ((request->path->methods & PATH_HEAVY) &&
		    !request_may_answer_large(request))
			return request_enqueue(request);
		request->step = REQUEST_PATH;
		/* fall through */
	case REQUEST_PATH:
		break;
	}
	return request->path->answer(request);
}

static enum MHD_Result request_send(struct request *request, struct http_reply reply)
{
	enum MHD_Result queued;

	if (reply.later)
		return MHD_YES;
	if (strcmp(request->method, MHD_HTTP_METHOD_HEAD) == 0)
		http_reply_without_body(&reply);
	if (!reply.response)
		return MHD_NO;
	access_add_headers(request->web->access, &reply);
	queued = MHD_queue_response(request->connection, reply.status, reply.response);
	MHD_destroy_response(reply.response);
	return queued;
}

/* --- the body ---------------------------------------------------------------------------------- */

/* From Content-Length. A body without it is counted as it comes. */
static bool request_body_is_large(const struct request *request)
{
	const char *length = request_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);
	uint64_t n;

	return length && !view_number(view_of(length), WEB_BODY_MAX, &n);
}

/* An answer in the first call closes the connection, which is right for a large body,
 * because it will not be read. Any other body is read and ignored, so that the
 * connection can be used again. True: the request is complete. */
static bool request_receive(struct request *request, size_t *body_n,
			    enum MHD_Result *ret_result)
{
	*ret_result = MHD_YES;
	if (request->step == REQUEST_HEADERS) {
		request->step = REQUEST_BODY;
		if (request_body_is_large(request))
			*ret_result = request_send(
			    request, http_reply_text(MHD_HTTP_CONTENT_TOO_LARGE,
						     "the body is too large\n"));
		return false;
	}
	request->body_n += *body_n;
	if (*body_n > 0) {
		*body_n = 0;
		if (request->body_n > WEB_BODY_MAX)
			*ret_result = MHD_NO;
		return false;
	}
	request_move(request, CLIENT_ANSWERING);
	return true;
}

/* --- callbacks of libmicrohttpd ----------------------------------------------------------------- */

/* Returns NULL if there is no memory; request_handle then closes the connection. */
void *request_begin(void *cls, const char *target, struct MHD_Connection *connection)
{
	struct web *web = cls;
	struct request *request = calloc(1, sizeof(*request));
	struct client *client = connection_client(connection);

	client_table_move(&web->clients, client, CLIENT_RECEIVING, instant_now());
	if (!request)
		return NULL;
	*request = (struct request){
		.store = web->content.store,
		.events = web->events,
		.site = web->site,
		.connection = connection,
		.web = web,
		.client = client,
		.target = target,
		.target_n = target ? strlen(target) : 0,
		.malformed = !request_check_target(target),
	};
	client->request = request;
	return request;
}

/* A proxy's form of a target, "http://HOST/PATH", means the same here (RFC 9112, 3.2.2). */
static const char *request_path_of(const char *url)
{
	static const char *const schemes[] = { "http://", "https://" };
	const char *path;

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
		if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0) {
			path = strchr(url + strlen(schemes[i]), '/');
			return path ? path : "/";
		}
	return url;
}

enum MHD_Result request_handle(void *cls, struct MHD_Connection *connection,
			       const char *url, const char *method, const char *version,
			       const char *body, size_t *body_n, void **seen)
{
	struct request *request = *seen;
	enum MHD_Result result;

	(void)cls, (void)connection, (void)body;
	if (!request || request->client->state == CLIENT_CLOSING)
		return MHD_NO;
	request->method = method;
	request->full_url = request_path_of(url);
	request->url = site_path(request->site, request->full_url);
	if (request->step == REQUEST_HEADERS && !request_check_head(request, version))
		return request_send(request, request_check_refuse_head());
	if (request->step <= REQUEST_BODY && !request_receive(request, body_n, &result))
		return result;
	return request_send(request, request_reply(request));
}

static void request_free(struct request *request)
{
	struct web *web = request->web;

	logins_cancel(request->login);
	if (request->work && request->free_work)
		request->free_work(request->work);
	pthread_mutex_lock(&web->lock);
	if (request->woken)
		request_unlink_woken(web, request);
	pthread_mutex_unlock(&web->lock);
	free(request);
}

/* Called when libmicrohttpd is done with the request, however it ended. */
void request_ended(void *cls, struct MHD_Connection *connection, void **seen,
		   enum MHD_RequestTerminationCode code)
{
	struct web *web = cls;
	struct request *request = *seen;

	(void)connection, (void)code;
	if (!request)
		return;
	web->queue_changed |= request->client->large;
	request->client->request = NULL;
	request_move(request, CLIENT_IDLE);
	request_free(request);
	*seen = NULL;
}
