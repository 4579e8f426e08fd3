/* web.c - paths are the rows of the table at the foot; big answers are sent piece by piece. */
#include "web.h"

#include "exposition.h"
#include "page.h"
#include "page_style.h"
#include "verdicts.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes gathered before they are sent. */
enum { PIECE = 32 * 1024 };

struct web {
	struct MHD_Daemon *daemon;
	struct exporter *exporter;
};

struct reply {
	unsigned status;
	struct MHD_Response *response; /* NULL: no memory */
};

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
	MHD_add_response_header(response, name, value);
}

/* Answers are of this moment, and are what they say they are. */
static struct reply make_reply(unsigned status, struct MHD_Response *response,
			       const char *type)
{
	if (response) {
		add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
		add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
		add_header(response, "X-Content-Type-Options", "nosniff");
	}
	return (struct reply){ status, response };
}

static struct reply text_reply(unsigned status, const char *text)
{
	return make_reply(status,
			  MHD_create_response_from_buffer(
			      strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY),
			  "text/plain; charset=utf-8");
}

/* --- an answer as the body of a response ---------------------------------------------------- */

struct body {
	struct answer *answer;
	struct draft draft;
	size_t sent; /* of the draft */
	bool complete;
};

/* libmicrohttpd asks for the next bytes. An answer that failed half-way cuts the connection:
 * the client must not take it for a whole one. */
static ssize_t read_body(void *cls, uint64_t position, char *dst, size_t max)
{
	struct body *body = cls;
	size_t n;

	(void)position;
	if (body->sent == body->draft.n) {
		draft_clear(&body->draft);
		body->sent = 0;
	}
	while (!body->complete && body->draft.n < PIECE)
		body->complete = !body->answer->more(body->answer, &body->draft);
	if (body->draft.failed)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	n = body->draft.n - body->sent;
	if (n == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n > max)
		n = max;
	memcpy(dst, body->draft.p + body->sent, n);
	body->sent += n;
	return (ssize_t)n;
}

static void free_body(void *cls)
{
	struct body *body = cls;

	body->answer->free(body->answer);
	draft_fini(&body->draft);
	free(body);
}

/* Takes the answer, which may be NULL. */
static struct MHD_Response *stream(struct answer *answer)
{
	struct body *body = answer ? calloc(1, sizeof(*body)) : NULL;
	struct MHD_Response *response;

	if (!body) {
		if (answer)
			answer->free(answer);
		return NULL;
	}
	body->answer = answer;
	draft_init(&body->draft);
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE, read_body,
						     body, free_body);
	if (!response)
		free_body(body);
	return response;
}

/* --- paths ---------------------------------------------------------------------------------- */

/* NULL: not given. Lent by the connection. */
static const char *query(struct MHD_Connection *connection, const char *key)
{
	return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, key);
}

static struct reply get_metrics(struct web *web, struct MHD_Connection *connection)
{
	struct plan *plan = exporter_plan(web->exporter);
	struct health health;
	struct answer *answer;

	(void)connection;
	exporter_health(web->exporter, &health);
	answer = exposition_new(plan, &health);
	plan_release(plan);
	return make_reply(MHD_HTTP_OK, stream(answer),
			  "text/plain; version=0.0.4; charset=utf-8");
}

static void add_page_headers(struct MHD_Response *response)
{
	add_header(response, "Content-Security-Policy",
		   "default-src 'none'; style-src '" PAGE_STYLE_HASH "'; img-src data:; "
		   "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
	add_header(response, "X-Frame-Options", "DENY");
	add_header(response, "Referrer-Policy", "no-referrer");
}

static struct reply get_page(struct web *web, struct MHD_Connection *connection)
{
	struct plan *plan = exporter_plan(web->exporter);
	struct MHD_Response *response;
	struct health health;

	(void)connection;
	exporter_health(web->exporter, &health);
	response = stream(page_new(plan, &health, moment_now()));
	plan_release(plan);
	if (response)
		add_page_headers(response);
	return make_reply(MHD_HTTP_OK, response, "text/html; charset=utf-8");
}

static struct reply get_healthy(struct web *web, struct MHD_Connection *connection)
{
	(void)web, (void)connection;
	return text_reply(MHD_HTTP_OK, "healthy\n");
}

static struct reply get_ready(struct web *web, struct MHD_Connection *connection)
{
	size_t unprobed = exporter_unprobed(web->exporter);
	char storage[80];
	struct buffer line;

	(void)connection;
	if (unprobed == 0)
		return text_reply(MHD_HTTP_OK, "ready\n");
	buffer_init(&line, storage, sizeof(storage));
	buffer_format(&line, "not ready: %zu targets not probed yet\n", unprobed);
	return text_reply(MHD_HTTP_SERVICE_UNAVAILABLE, buffer_string(&line));
}

/* For check_mailvane: checks/standing.h says how it reads. */
static struct reply get_verdict(struct web *web, struct MHD_Connection *connection)
{
	const char *server = query(connection, "server");
	struct plan *plan;
	struct draft draft;
	struct reply reply;
	bool found;

	if (!server || !*server)
		return text_reply(MHD_HTTP_BAD_REQUEST,
				  "server is missing: ?server=NAME[&service=NAME]\n");
	plan = exporter_plan(web->exporter);
	draft_init(&draft);
	found = verdicts_answer(&draft, plan, server, query(connection, "service"),
				moment_now());
	plan_release(plan);
	draft_put(&draft, (struct view){ "", 1 });
	reply = draft.failed
		    ? (struct reply){ 0 }
		    : text_reply(found ? MHD_HTTP_OK : MHD_HTTP_NOT_FOUND, draft.p);
	draft_fini(&draft);
	return reply;
}

static const struct path {
	const char *path;
	struct reply (*get)(struct web *, struct MHD_Connection *);
} paths[] = {
	{ "/", get_page },
	{ "/metrics", get_metrics },
	{ "/-/healthy", get_healthy },
	{ "/-/ready", get_ready },
	{ "/api/v1/verdict", get_verdict },
};

static bool only_reads(const char *method)
{
	return strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
	       strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
}

static struct reply reply_to(struct web *web, struct MHD_Connection *connection,
			     const char *method, const char *url)
{
	struct reply reply;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		if (strcmp(paths[i].path, url) != 0)
			continue;
		if (only_reads(method))
			return paths[i].get(web, connection);
		reply = text_reply(MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD here\n");
		if (reply.response)
			add_header(reply.response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
		return reply;
	}
	return text_reply(MHD_HTTP_NOT_FOUND, "nothing here; see / or /metrics\n");
}

/* libmicrohttpd calls this for the headers, then for each part of a body, then at its end. An
 * answer in the first call closes the connection: right for a method we do not know, whose
 * body we will not read, but scrapers come back. */
static enum MHD_Result answer(void *cls, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *body,
			      size_t *body_n, void **seen)
{
	struct reply reply;
	enum MHD_Result queued;

	(void)version, (void)body;
	if (only_reads(method) && (!*seen || *body_n > 0)) {
		*seen = cls;
		*body_n = 0;
		return MHD_YES;
	}
	reply = reply_to(cls, connection, method, url);
	if (!reply.response)
		return MHD_NO;
	queued = MHD_queue_response(connection, reply.status, reply.response);
	MHD_destroy_response(reply.response);
	return queued;
}

struct web *web_new(int listening, struct exporter *exporter)
{
	struct web *web = calloc(1, sizeof(*web));

	if (web) {
		web->exporter = exporter;
		web->daemon = MHD_start_daemon(
		    MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO, 0, NULL, NULL, answer,
		    web, MHD_OPTION_LISTEN_SOCKET, listening, MHD_OPTION_CONNECTION_LIMIT,
		    (unsigned)WEB_CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		    (unsigned)WEB_CONNECTIONS_PER_ADDRESS_MAX,
		    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)WEB_CONNECTION_MEMORY_MAX,
		    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)WEB_TIMEOUT_S,
		    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
		    MHD_OPTION_END);
		if (web->daemon)
			return web;
	}
	free(web);
	close(listening);
	return NULL;
}

void web_free(struct web *web)
{
	if (!web)
		return;
	MHD_stop_daemon(web->daemon);
	free(web);
}
