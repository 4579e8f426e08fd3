/* page_paths.c - makes the answers of the pages and sets their headers. */
#include "page_paths.h"

#include "gzip.h"
#include "negotiation.h"
#include "page.h"
#include "page_detail.h"
#include "page_script.h"
#include "page_style.h"
#include "site.h"
#include "store.h"

static const char type[] = "text/html; charset=utf-8";

/* Allows our own style sheet and script by their hashes, and nothing else. */
static void add_headers(struct http_reply *reply)
{
	http_reply_header(reply, "Content-Security-Policy",
			  "default-src 'none'; style-src '" PAGE_STYLE_HASH
			  "'; script-src '" PAGE_SCRIPT_HASH
			  "'; connect-src 'self'; img-src data:; base-uri 'none'; "
			  "form-action 'self'; frame-ancestors 'none'");
	http_reply_header(reply, "X-Frame-Options", "DENY");
	http_reply_header(reply, "Referrer-Policy", "no-referrer");
}

/* The caller gets a reference to the plan. */
static struct page_params page_paths_params_of(struct request *request)
{
	struct page_params params = { .plan = store_plan(request->store),
				      .history = request->store->history,
				      .metrics = request->site->metrics + 1,
				      .now = moment_now() };

	store_health(request->store, &params.health);
	return params;
}

/* Takes over the answer. gzip makes a page six times smaller. */
static struct http_reply page_reply(struct request *request, struct text_stream *answer)
{
	const char *accepted = request_header(request, MHD_HTTP_HEADER_ACCEPT_ENCODING);
	bool packed = negotiate_coding(accepted) == CODING_GZIP;
	struct http_reply reply =
	    http_reply_stream(packed ? gzip_new(answer) : answer, type);

	if (packed)
		http_reply_header(&reply, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	http_reply_header(&reply, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
	add_headers(&reply);
	return reply;
}

struct http_reply page_show_list(struct request *request)
{
	struct page_params params = page_paths_params_of(request);
	struct page_query query;
	struct http_reply reply;

	page_query_init(
	    &query, request_argument(request, "q"), request_argument(request, "state"),
	    request_argument(request, "server"), request_argument(request, "page"));
	reply = page_reply(request, page_new(&params, &query));
	plan_release(params.plan);
	return reply;
}

struct http_reply page_show_target(struct request *request)
{
	struct page_params params = page_paths_params_of(request);
	const struct target *target =
	    page_detail_target(params.plan, request_argument(request, "server"),
			       request_argument(request, "service"));
	struct http_reply reply;

	reply = page_reply(request, page_detail_new(&params, target));
	if (!target)
		reply.status = MHD_HTTP_NOT_FOUND;
	plan_release(params.plan);
	return reply;
}
