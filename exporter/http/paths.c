/* paths.c - a function and a row for each path. The table of paths is at the end; read it
 * first. */
#include "paths.h"

#include "discovery.h"
#include "effective.h"
#include "events.h"
#include "hosted_names.h"
#include "page_paths.h"
#include "probe_request.h"
#include "reload_request.h"
#include "scrape.h"
#include "status.h"
#include "verdicts.h"

#include <string.h>

static struct http_reply get_events(struct request *request)
{
	return events_listen(request->events, request);
}

static struct http_reply get_healthy(struct request *request)
{
	(void)request;
	return http_reply_text(MHD_HTTP_OK, "healthy\n");
}

static struct http_reply get_ready(struct request *request)
{
	size_t unprobed = exporter_unprobed(request->exporter);
	char storage[80];
	struct buffer line;

	if (unprobed == 0)
		return http_reply_text(MHD_HTTP_OK, "ready\n");
	buffer_init(&line, storage, sizeof(storage));
	buffer_format(&line, "not ready: %zu targets not probed yet\n", unprobed);
	return http_reply_text(MHD_HTTP_SERVICE_UNAVAILABLE, buffer_string(&line));
}

/* For check_mailvane, in the format of checks/verdict_reader.h. */
static struct http_reply get_verdict(struct request *request)
{
	const char *server = request_argument(request, "server");
	struct plan *plan;
	struct strbuf strbuf;
	struct http_reply reply = { 0 };
	bool found;

	if (!server || !*server)
		return http_reply_text(MHD_HTTP_BAD_REQUEST,
				       "server is missing: ?server=NAME[&service=NAME]\n");
	plan = exporter_plan(request->exporter);
	strbuf_init(&strbuf);
	found = verdicts_answer(&strbuf, plan, server, request_argument(request, "service"),
				moment_now());
	plan_release(plan);
	if (!strbuf.failed)
		reply = http_reply_bytes(found ? MHD_HTTP_OK : MHD_HTTP_NOT_FOUND,
					 strbuf_view(&strbuf), "text/plain; charset=utf-8");
	strbuf_fini(&strbuf);
	return reply;
}

/* clang-format off */
static const struct path paths[] = {
	{ NULL,              PATH_GET | PATH_HEAVY, scrape_answer }, /* --web.telemetry-path */
	{ "/",               PATH_GET | PATH_HEAVY, page_show_list },
	{ "/target",         PATH_GET,              page_show_target },
	{ "/events",         PATH_GET,              get_events },
	{ "/probe",          PATH_GET,              probe_request },
	{ "/sd",             PATH_GET | PATH_HEAVY, discovery_answer },
	{ "/config",         PATH_GET | PATH_HEAVY, effective_answer },
	{ "/-/reload",       PATH_POST | PATH_PUT,  reload_request },
	{ "/-/healthy",      PATH_GET,              get_healthy },
	{ "/-/ready",        PATH_GET,              get_ready },
	{ "/api/v1/verdict", PATH_GET,              get_verdict },
	{ "/api/v1/status",  PATH_GET | PATH_HEAVY, status_answer },
	{ "/api/v1/names",   PATH_GET | PATH_HEAVY, hosted_names_answer },
};
/* clang-format on */

const struct path *path_find(const struct site *site, const char *url)
{
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (strcmp(paths[i].path ? paths[i].path : site->metrics, url) == 0)
			return &paths[i];
	return NULL;
}

const struct path *path_at(size_t i)
{
	return i < ARRAY_SIZE(paths) ? &paths[i] : NULL;
}

bool paths_fit(const struct site *site)
{
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (paths[i].path && strcmp(paths[i].path, "/") != 0 &&
		    strcmp(paths[i].path, site->metrics) == 0)
			return false;
	return true;
}

static const struct {
	unsigned bit;
	const char *word;
} words[] = {
	{ PATH_GET, MHD_HTTP_METHOD_GET },
	{ PATH_GET, MHD_HTTP_METHOD_HEAD },
	{ PATH_POST, MHD_HTTP_METHOD_POST },
	{ PATH_PUT, MHD_HTTP_METHOD_PUT },
};

bool path_only_reads(const char *method)
{
	return strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
	       strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
}

/* The methods of RFC 9110 section 9.1, and PATCH. CONNECT names no path, so no path
 * could refuse it. */
bool path_knows(const char *method)
{
	static const char *const known[] = {
		MHD_HTTP_METHOD_GET,   MHD_HTTP_METHOD_HEAD,    MHD_HTTP_METHOD_POST,
		MHD_HTTP_METHOD_PUT,   MHD_HTTP_METHOD_DELETE,  MHD_HTTP_METHOD_PATCH,
		MHD_HTTP_METHOD_TRACE, MHD_HTTP_METHOD_OPTIONS,
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strcmp(known[i], method) == 0)
			return true;
	return false;
}

struct http_reply path_refuse_unknown(void)
{
	return http_reply_text(
	    MHD_HTTP_NOT_IMPLEMENTED,
	    "no such method here; methods are written in capitals: GET\n");
}

bool path_takes(const struct path *path, const char *method)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if ((path->methods & words[i].bit) && strcmp(words[i].word, method) == 0)
			return true;
	return false;
}

struct http_reply path_refuse(const struct path *path)
{
	char list[32], text[64];
	struct buffer allowed, line;
	struct http_reply reply;

	buffer_init(&allowed, list, sizeof(list));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (path->methods & words[i].bit)
			buffer_format(&allowed, "%s%s", allowed.n > 0 ? ", " : "",
				      words[i].word);
	buffer_init(&line, text, sizeof(text));
	buffer_format(&line, "only %s here\n", buffer_string(&allowed));
	reply = http_reply_text(MHD_HTTP_METHOD_NOT_ALLOWED, buffer_string(&line));
	http_reply_header(&reply, MHD_HTTP_HEADER_ALLOW, list);
	return reply;
}
