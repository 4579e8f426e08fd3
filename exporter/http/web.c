/* web.c - libmicrohttpd: from a connection to a request to the function of its path. */
#include "web.h"

#include "access.h"
#include "door.h"
#include "events.h"
#include "logins.h"
#include "paths.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct web {
	struct MHD_Daemon *plain;
	_Atomic(struct MHD_Daemon *) secure; /* NULL: HTTPS was never wanted */
	struct door *door;
	struct access *access;
	struct exporter *exporter;
	const struct site *site;
	struct events *events;
	pthread_mutex_t lock;    /* of what follows, and of `waiting` in each request */
	struct request *waiting; /* between request_wait and request_resume, oldest first */
	struct request **waiting_end;
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

/* Under the lock. */
static void resume(struct request *request)
{
	if (!request->waiting)
		return;
	request->waiting = false;
	*request->link = request->next;
	if (request->next)
		request->next->link = request->link;
	else
		request->web->waiting_end = request->link;
	MHD_resume_connection(request->connection);
}

/* Nobody would wake it once the server is ending. */
void request_wait(struct request *request)
{
	struct web *web = request->web;

	pthread_mutex_lock(&web->lock);
	MHD_suspend_connection(request->connection);
	request->waiting = true;
	request->next = NULL;
	request->link = web->waiting_end;
	*request->link = request;
	web->waiting_end = &request->next;
	if (web->ending)
		resume(request);
	pthread_mutex_unlock(&web->lock);
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
	memcpy(request->storage + method_n, url, url_n);
	request->full_url = request->storage + method_n;
	request->url = site_path(web->site, request->full_url);
	request->site = web->site;
	request->web = web;
	request->exporter = web->exporter;
	request->events = web->events;
	request->connection = connection;
	return request;
}

static void request_free(struct request *request)
{
	logins_forget(request->login);
	if (request->work && request->free_work)
		request->free_work(request->work);
	free(request);
}

/* --- connections ---------------------------------------------------------------------------- */

static int descriptor(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

static void mark(struct web *web, struct MHD_Connection *connection, enum guest_state state)
{
	door_mark(web->door, descriptor(connection), state);
}

static bool enter(void *user, int fd, const struct sockaddr *at, socklen_t length)
{
	struct web *web = user;
	struct rules *rules = access_rules(web->access);
	bool secure = rules->tls && !access_is_local(fd);

	rules_release(rules);
	return MHD_add_connection(secure ? web->secure : web->plain, fd, at, length) ==
	       MHD_YES;
}

/* The context of a connection with TLS is the rules it began with. */
static void begin_tls(struct web *web, struct MHD_Connection *connection, void **context)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	struct rules *rules;

	if (!info || !info->tls_session)
		return;
	*context = rules = access_rules(web->access);
	if (rules->tls)
		https_apply(rules->tls, info->tls_session);
	else /* they changed in between */
		shutdown(descriptor(connection), SHUT_RDWR);
}

static void come_and_go(void *cls, struct MHD_Connection *connection, void **context,
			enum MHD_ConnectionNotificationCode what)
{
	struct web *web = cls;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		begin_tls(web, connection, context);
		mark(web, connection, GUEST_ASKING);
	} else {
		door_left(web->door, descriptor(connection));
		rules_release(*context);
	}
}

/* Whose turn it is now, because an answer is complete or waits for its reader. */
static void give_turns(void *user)
{
	struct web *web = user;
	struct request *request, *next;

	pthread_mutex_lock(&web->lock);
	for (request = web->waiting; request; request = next) {
		next = request->next;
		if (!request->wants_turn ||
		    !door_may_burden(web->door, descriptor(request->connection)))
			continue;
		request->wants_turn = false;
		request->turn = true;
		resume(request);
	}
	pthread_mutex_unlock(&web->lock);
}

/* libmicrohttpd is done with it, in whatever way. */
static void completed(void *cls, struct MHD_Connection *connection, void **seen,
		      enum MHD_RequestTerminationCode code)
{
	(void)code;
	struct request *request = *seen;
	bool turn = request && request->turn;

	mark(cls, connection, GUEST_IDLE);
	if (request)
		request_free(request);
	*seen = NULL;
	if (turn)
		give_turns(cls);
}

/* --- answers -------------------------------------------------------------------------------- */

bool request_ending(struct request *request)
{
	struct web *web = request->web;
	bool it_is;

	pthread_mutex_lock(&web->lock);
	it_is = web->ending;
	pthread_mutex_unlock(&web->lock);
	return it_is;
}

static struct reply nothing_here(const struct site *site)
{
	char storage[3 * SITE_TEXT_MAX];
	struct buffer text;

	buffer_init(&text, storage, sizeof(storage));
	buffer_format(&text, "nothing here; see %s/ or %s%s\n", site->prefix, site->prefix,
		      site->metrics);
	return reply_text(MHD_HTTP_NOT_FOUND, buffer_string(&text));
}

static bool only_reads(const char *method)
{
	return strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
	       strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
}

static const struct path *find(const struct request *request)
{
	return request->url ? path_find(request->site, request->url) : NULL;
}

static bool has_turn(struct request *request)
{
	if (!request->turn)
		request->turn =
		    door_may_burden(request->web->door, descriptor(request->connection));
	return request->turn;
}

static struct reply wait_for_turn(struct request *request)
{
	if (request->ending)
		return reply_text(MHD_HTTP_SERVICE_UNAVAILABLE, "mailvane_exporter ends\n");
	request->wants_turn = true;
	request_wait(request);
	return reply_later();
}

static struct reply reply_to(struct request *request)
{
	const struct path *path = find(request);
	struct reply refusal;

	request->ending = request_ending(request);
	if (!access_admits(request->web->access, request, &refusal))
		return refusal;
	if (only_reads(request->method) && site_redirects(request->site, request->full_url))
		return reply_redirect(request->site->home);
	if (!path)
		return nothing_here(request->site);
	if (!path_takes(path, request->method))
		return path_refuse(path);
	if ((path->methods & PATH_HEAVY) && !has_turn(request))
		return wait_for_turn(request);
	return path->answer(request);
}

static enum MHD_Result send_reply(struct request *request, struct reply reply)
{
	enum MHD_Result queued;

	if (reply.later)
		return MHD_YES;
	if (!reply.response)
		return MHD_NO;
	access_dress(request->web->access, &reply);
	queued = MHD_queue_response(request->connection, reply.status, reply.response);
	MHD_destroy_response(reply.response);
	return queued;
}

/* A body that comes with it is read to its end, so that the connection can be used again. */
static bool expects_rest(const struct request *request)
{
	const struct path *path = find(request);

	return path ? path_takes(path, request->method) : only_reads(request->method);
}

/* Said before it is sent. What is not said is counted as it comes. */
static bool body_too_large(const struct request *request)
{
	const char *length = request_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);
	uint64_t n;

	return length && !view_number(view_of(length), WEB_BODY_MAX, &n);
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
		if (body_too_large(request))
			return send_reply(request, reply_text(MHD_HTTP_CONTENT_TOO_LARGE,
							      "the body is too large\n"));
		if (expects_rest(request))
			return MHD_YES;
	} else if (*body_n > 0) {
		request->body_n += *body_n;
		*body_n = 0;
		return request->body_n <= WEB_BODY_MAX ? MHD_YES : MHD_NO;
	}
	if (!request->turn)
		mark(request->web, connection, GUEST_SERVED);
	return send_reply(request, reply_to(request));
}

/* The door has the sockets, the limits and the deadlines; the timeout here is only for whoever
 * escapes it. */
static struct MHD_Daemon *start(struct web *web, bool tls)
{
	struct MHD_OptionItem with_tls[] = {
		{ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};
	void (*none)(void) = https_no_certificate();

	memcpy(&with_tls[0].ptr_value, &none, sizeof(none));
	return MHD_start_daemon(
	    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO | MHD_ALLOW_SUSPEND_RESUME |
		MHD_USE_NO_LISTEN_SOCKET | (tls ? MHD_USE_TLS : 0),
	    0, NULL, NULL, answer, web, MHD_OPTION_NOTIFY_COMPLETED, completed, web,
	    MHD_OPTION_NOTIFY_CONNECTION, come_and_go, web, MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)(GUESTS_MAX + GUESTS_LEAVING), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)WEB_CONNECTION_MEMORY_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)(GUESTS_IDLE_S + GUESTS_ASK_S), MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY,
	    tls ? with_tls : &with_tls[1], MHD_OPTION_END);
}

bool web_change(struct web *web, struct rules *rules)
{
	if (rules->tls && !web->secure)
		web->secure = start(web, true);
	if (rules->tls && !web->secure) {
		rules_release(rules);
		return false;
	}
	access_change(web->access, rules);
	return true;
}

bool web_rules_changed(struct web *web)
{
	struct rules *rules = access_rules(web->access);
	bool changed = rules_changed(rules);

	rules_release(rules);
	return changed;
}

static bool start_all(struct web *web, const struct sockets *sockets, struct rules *rules)
{
	struct door_hooks hooks = { enter, give_turns, web };

	web->access = access_new(rules_hold(rules));
	web->door = door_new(&hooks);
	web->events = events_new(web->exporter);
	if (!web->access || !web->door || !web->events) {
		rules_release(rules);
		return false;
	}
	web->plain = start(web, false);
	if (!web->plain) {
		rules_release(rules);
		return false;
	}
	return web_change(web, rules) && door_open(web->door, sockets->fds, sockets->n);
}

struct web *web_new(const struct sockets *sockets, const struct site *site,
		    struct rules *rules, struct exporter *exporter)
{
	struct web *web = calloc(1, sizeof(*web));

	if (!web) {
		rules_release(rules);
		return NULL;
	}
	web->site = site;
	web->exporter = exporter;
	web->waiting_end = &web->waiting;
	pthread_mutex_init(&web->lock, NULL);
	if (start_all(web, sockets, rules))
		return web;
	web_free(web);
	return NULL;
}

/* Requests that wait are answered at once, as libmicrohttpd cannot end before. */
void web_free(struct web *web)
{
	if (!web)
		return;
	if (web->door)
		door_close(web->door);
	events_end(web->events);
	pthread_mutex_lock(&web->lock);
	web->ending = true;
	while (web->waiting)
		resume(web->waiting);
	pthread_mutex_unlock(&web->lock);
	if (web->plain)
		MHD_stop_daemon(web->plain);
	if (web->secure)
		MHD_stop_daemon(web->secure);
	door_free(web->door);
	events_free(web->events);
	access_free(web->access);
	pthread_mutex_destroy(&web->lock);
	free(web);
}
