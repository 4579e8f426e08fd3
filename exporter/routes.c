/* routes.c - a row for each path, and the functions of the shortest ones; read the table at the
 * foot first.
 */
#include "routes.h"

#include "discovery.h"
#include "effective.h"
#include "events.h"
#include "hosted_names.h"
#include "page_paths.h"
#include "probe_request.h"
#include "reload_request.h"
#include "scrape.h"
#include "status.h"
#include "store.h"
#include "verdicts.h"

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
	size_t unprobed = store_unprobed(request->store);
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
	plan = store_plan(request->store);
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
static const struct path list[] = {
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

const struct paths routes = { list, ARRAY_SIZE(list) };

struct web_content routes_over(struct store *store)
{
	return (struct web_content){ .paths = &routes,
				     .store = store,
				     .changes = store_changes };
}
