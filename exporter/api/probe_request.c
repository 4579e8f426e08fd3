/* probe_request.c - one probe for one request. Request and engine share a struct
 * probe_work, which the last of them frees. */
#include "probe_request.h"

#include "access.h"
#include "client_table.h"
#include "printable.h"
#include "probe_metrics.h"
#include "probe_target.h"
#include "store.h"
#include "verdict.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const char metrics_type[] = "text/plain; version=0.0.4; charset=utf-8";

struct probe_work {
	/* first member, so that pointers to both are the same */
	struct on_demand_probe on_demand_probe;
	struct probe_target chosen;
	struct plan *plan;
	struct store *store;
	uint64_t client;
	bool debug; /* debug=true, and the transcript may be shown */
	/* debug=true, but the transcript may not be shown to this client */
	bool withheld;
	atomic_uint holders; /* number of users: the request, the engine */

	pthread_mutex_t lock;    /* protects the members below */
	struct request *request; /* NULL: no request waits */
	bool done;
	bool has_result; /* result is set */
	struct result result;
};

static void probe_work_release(struct probe_work *p)
{
	if (atomic_fetch_sub(&p->holders, 1) > 1)
		return;
	if (p->has_result)
		result_fini(&p->result);
	plan_release(p->plan);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* --- on the engine's thread --------------------------------------------------------------- */

static void probe_request_done(struct on_demand_probe *on_demand_probe,
			       const struct result *result)
{
	struct probe_work *p = (struct probe_work *)on_demand_probe;

	pthread_mutex_lock(&p->lock);
	p->done = true;
	p->has_result = result != NULL;
	if (result)
		result_copy(&p->result, result);
	if (p->request)
		request_resume(p->request);
	pthread_mutex_unlock(&p->lock);
}

static void probe_request_gone(struct on_demand_probe *on_demand_probe)
{
	struct probe_work *p = (struct probe_work *)on_demand_probe;

	on_demand_limiter_release(&p->store->on_demand_limiter, p->client);
	probe_work_release(p);
}

/* --- on the web thread --------------------------------------------------------------------- */

/* The request is answered, or the client or the server is gone. */
static void probe_request_abandon(void *work)
{
	struct probe_work *p = work;

	pthread_mutex_lock(&p->lock);
	p->request = NULL;
	pthread_mutex_unlock(&p->lock);
	probe_work_release(p);
}

static uint64_t client_of(const struct request *request)
{
	struct client_name name = request->client->name;
	char bytes[1 + sizeof(name.bytes)];

	bytes[0] = (char)name.family;
	memcpy(bytes + 1, name.bytes, sizeof(name.bytes));
	return view_hash((struct view){ bytes, sizeof(bytes) });
}

static struct probe_work *probe_work_new(struct request *request, struct plan *plan)
{
	const char *debug = request_argument(request, "debug");
	struct probe_work *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	atomic_init(&p->holders, 1);
	pthread_mutex_init(&p->lock, NULL);
	p->store = request->store;
	p->plan = plan_hold(plan);
	p->client = client_of(request);
	p->debug = debug && view_equal(view_of(debug), "true");
	p->withheld = p->debug && !access_is_trusted(request);
	p->debug = p->debug && !p->withheld;
	return p;
}

bool probe_request_timeout(const char *scrape_timeout, struct span offset,
			   struct span module, struct span *ret_timeout)
{
	double given, least;
	char *end;

	*ret_timeout = module;
	if (!scrape_timeout)
		return true;
	given = strtod(scrape_timeout, &end);
	if (end == scrape_timeout || *end || !isfinite(given) || given <= 0)
		return false;
	least = given - span_seconds(offset);
	if (least < given / 2)
		least = given / 2;
	if (least < span_seconds(module))
		*ret_timeout = span_of_seconds(least);
	return true;
}

static struct http_reply probe_request_text(unsigned status, struct strbuf *text)
{
	struct http_reply reply = { 0 };

	if (!text->failed)
		reply = http_reply_bytes(status, strbuf_view(text),
					 "text/plain; charset=utf-8");
	return reply;
}

/* False: *ret_reply is the answer to a wrong request. */
static bool probe_request_parse(struct request *request, struct probe_work *p,
				struct http_reply *ret_reply)
{
	static const unsigned statuses[] = { [PROBE_TARGET_BAD] = MHD_HTTP_BAD_REQUEST,
					     [PROBE_TARGET_FORBIDDEN] =
						 MHD_HTTP_FORBIDDEN };
	static const char scrape_timeout[] = "X-Prometheus-Scrape-Timeout-Seconds";
	const struct on_demand *params = &p->plan->settings.on_demand;
	enum probe_target_answer answer;
	struct strbuf error;

	strbuf_init(&error);
	answer = probe_target_find(p->plan, request_argument(request, "target"),
				   request_argument(request, "module"), &p->chosen, &error);
	if (answer != PROBE_TARGET_FOUND) {
		*ret_reply = probe_request_text(statuses[answer], &error);
	} else if (!probe_request_timeout(request_header(request, scrape_timeout),
					  params->offset, p->chosen.target.timeout,
					  &p->chosen.target.timeout)) {
		answer = PROBE_TARGET_BAD;
		strbuf_format(&error, "%s is not a number of seconds\n", scrape_timeout);
		*ret_reply = probe_request_text(MHD_HTTP_BAD_REQUEST, &error);
	}
	strbuf_fini(&error);
	return answer == PROBE_TARGET_FOUND;
}

static struct http_reply probe_request_refuse(const struct plan *plan,
					      enum on_demand_permit permit)
{
	unsigned max = plan->settings.on_demand.max;
	char text[200];
	struct buffer line;
	struct http_reply reply;

	buffer_init(&line, text, sizeof(text));
	if (permit == ON_DEMAND_CLIENT_AT_LIMIT)
		buffer_format(&line,
			      "%u of %u probes are running for your address, the most that "
			      "one client may have: try again later, or raise at_once of "
			      "`probe` in the configuration\n",
			      on_demand_limiter_client_max(max), max);
	else
		buffer_format(&line,
			      "%u probes are running: try again later, or raise at_once of "
			      "`probe` in the configuration\n",
			      max);
	reply = http_reply_text(MHD_HTTP_SERVICE_UNAVAILABLE, buffer_string(&line));
	http_reply_header(&reply, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	return reply;
}

/* The request waits before the engine gets the probe, because the probe may end at once. */
static struct http_reply probe_request_submit(struct request *request, struct probe_work *p)
{
	enum on_demand_permit permit;

	p->on_demand_probe.target = p->chosen.target;
	p->on_demand_probe.transcript = p->debug;
	if (p->chosen.foreign)
		p->on_demand_probe.probe_acl = &p->plan->settings.on_demand.probe_acl;
	p->on_demand_probe.done = probe_request_done;
	p->on_demand_probe.closed = probe_request_gone;
	permit = on_demand_limiter_acquire(&p->store->on_demand_limiter, p->client,
					   p->plan->settings.on_demand.max);
	if (permit != ON_DEMAND_GRANTED)
		return probe_request_refuse(p->plan, permit);
	atomic_fetch_add(&p->holders, 1);
	p->request = request;
	request_wait(request);
	if (!engine_probe(p->store->engine, &p->on_demand_probe)) {
		probe_request_done(&p->on_demand_probe, NULL);
		probe_request_gone(&p->on_demand_probe);
	}
	return http_reply_later();
}

static struct http_reply probe_request_begin(struct request *request)
{
	struct plan *plan = store_plan(request->store);
	struct probe_work *p = probe_work_new(request, plan);
	struct http_reply reply = { 0 };

	plan_release(plan);
	if (!p)
		return reply;
	request->work = p;
	request->free_work = probe_request_abandon;
	if (probe_request_parse(request, p, &reply))
		reply = probe_request_submit(request, p);
	return reply;
}

/* Writes result and transcript before the metrics, in the order of the
 * blackbox_exporter. */
static void put_debug(struct strbuf *out, const struct probe_work *p)
{
	const struct target *t = &p->chosen.target;
	char sentence[VERDICT_SENTENCE_MAX], address[ADDRESS_TEXT_MAX];

	strbuf_format(out, "Probe of %s, service %s, host %s port %u", t->server,
		      t->service->name, t->host, t->service->port);
	if (p->result.address.any.sa_family != AF_UNSPEC)
		strbuf_format(out, ", address %s",
			      address_text(&p->result.address, address));
	strbuf_format(out, "\n%s: %s [fault=%s phase=%s]\n", state_name(p->result.state),
		      verdict_sentence(&p->result, sentence), fault_name(p->result.fault),
		      phase_name(p->result.phase));
	strbuf_format(out, "\nDialogue (C: we, S: the server, secrets are left out):\n%s\n",
		      transcript_text(p->result.transcript));
	strbuf_text(out, "\nMetrics that would have been returned:\n");
}

static struct http_reply probe_request_result(const struct probe_work *p)
{
	struct http_reply reply = { 0 };
	struct strbuf text;

	strbuf_init(&text);
	if (p->debug)
		put_debug(&text, p);
	if (p->withheld)
		strbuf_text(&text,
			    "# No transcript: it is shown only to clients that have logged "
			    "in (see --web.config.file) or are on this machine.\n");
	probe_metrics_put(&text, &p->result, p->chosen.target.timeout);
	if (!text.failed)
		reply =
		    http_reply_bytes(MHD_HTTP_OK, strbuf_view(&text),
				     p->debug ? "text/plain; charset=utf-8" : metrics_type);
	strbuf_fini(&text);
	return reply;
}

struct http_reply probe_request(struct request *request)
{
	struct probe_work *p = request->work;
	struct http_reply reply;

	if (!p)
		return probe_request_begin(request);
	pthread_mutex_lock(&p->lock);
	p->request = NULL;
	if (p->has_result)
		reply = probe_request_result(p);
	else
		reply = http_reply_text(
		    MHD_HTTP_SERVICE_UNAVAILABLE,
		    "no result: the exporter is stopping, or out of memory\n");
	pthread_mutex_unlock(&p->lock);
	return reply;
}
