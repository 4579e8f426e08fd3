/* probe_request.c - a request and its errand hold what they share, each until it is done. */
#include "probe_request.h"

#include "access.h"
#include "client_table.h"
#include "printable.h"
#include "probe_metrics.h"
#include "probe_target.h"
#include "verdict.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const char metrics_type[] = "text/plain; version=0.0.4; charset=utf-8";

struct probing {
	struct on_demand_probe on_demand_probe; /* first, so that one is the other */
	struct probe_target chosen;
	struct plan *plan;
	struct exporter *exporter;
	uint64_t client;
	bool debug;          /* asked for what was said */
	bool withheld;       /* and does not get it */
	atomic_uint holders; /* the request; the engine */

	pthread_mutex_t lock;    /* of what follows */
	struct request *request; /* NULL: it waits no longer */
	bool done;
	bool found; /* there is a result */
	struct result result;
};

static void probing_release(struct probing *p)
{
	if (atomic_fetch_sub(&p->holders, 1) > 1)
		return;
	if (p->found)
		result_fini(&p->result);
	plan_release(p->plan);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* --- on the engine's thread --------------------------------------------------------------- */

static void probe_request_done(struct on_demand_probe *on_demand_probe,
			       const struct result *result)
{
	struct probing *p = (struct probing *)on_demand_probe;

	pthread_mutex_lock(&p->lock);
	p->done = true;
	p->found = result != NULL;
	if (result)
		result_copy(&p->result, result);
	if (p->request)
		request_resume(p->request);
	pthread_mutex_unlock(&p->lock);
}

static void probe_request_gone(struct on_demand_probe *on_demand_probe)
{
	struct probing *p = (struct probing *)on_demand_probe;

	exporter_probe_ended(p->exporter, p->client);
	probing_release(p);
}

/* --- on the thread that answers ------------------------------------------------------------ */

/* The request's work is freed: answered, or the client or the server is gone. */
static void probe_request_forget(void *work)
{
	struct probing *p = work;

	pthread_mutex_lock(&p->lock);
	p->request = NULL;
	pthread_mutex_unlock(&p->lock);
	probing_release(p);
}

static uint64_t client_of(const struct request *request)
{
	struct client_name name = request->client->name;
	char bytes[1 + sizeof(name.bytes)];

	bytes[0] = (char)name.family;
	memcpy(bytes + 1, name.bytes, sizeof(name.bytes));
	return view_hash((struct view){ bytes, sizeof(bytes) });
}

static struct probing *probing_new(struct request *request, struct plan *plan)
{
	const char *debug = request_argument(request, "debug");
	struct probing *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	atomic_init(&p->holders, 1);
	pthread_mutex_init(&p->lock, NULL);
	p->exporter = request->exporter;
	p->plan = plan_hold(plan);
	p->client = client_of(request);
	p->debug = debug && view_equal(view_of(debug), "true");
	p->withheld = p->debug && !access_is_known(request);
	p->debug = p->debug && !p->withheld;
	return p;
}

bool probe_request_timeout(const char *patience, struct span offset, struct span module,
			   struct span *ret_timeout)
{
	double given, least;
	char *end;

	*ret_timeout = module;
	if (!patience)
		return true;
	given = strtod(patience, &end);
	if (end == patience || *end || !isfinite(given) || given <= 0)
		return false;
	least = given - span_seconds(offset);
	if (least < given / 2)
		least = given / 2;
	if (least < span_seconds(module))
		*ret_timeout = span_of_seconds(least);
	return true;
}

static struct reply probe_request_say(unsigned status, struct strbuf *text)
{
	struct reply reply = { 0 };

	if (!text->failed)
		reply = reply_bytes(status, strbuf_view(text), "text/plain; charset=utf-8");
	return reply;
}

/* False: *ret_reply says what is wrong with the request. */
static bool understand(struct request *request, struct probing *p, struct reply *ret_reply)
{
	static const unsigned statuses[] = { [PROBE_TARGET_BAD] = MHD_HTTP_BAD_REQUEST,
					     [PROBE_TARGET_FORBIDDEN] =
						 MHD_HTTP_FORBIDDEN };
	static const char patience[] = "X-Prometheus-Scrape-Timeout-Seconds";
	const struct on_demand *params = &p->plan->settings.on_demand;
	enum probe_target_answer answer;
	struct strbuf error;

	strbuf_init(&error);
	answer = probe_target_find(p->plan, request_argument(request, "target"),
				   request_argument(request, "module"), &p->chosen, &error);
	if (answer != PROBE_TARGET_FOUND) {
		*ret_reply = probe_request_say(statuses[answer], &error);
	} else if (!probe_request_timeout(request_header(request, patience), params->offset,
					  p->chosen.target.timeout,
					  &p->chosen.target.timeout)) {
		answer = PROBE_TARGET_BAD;
		strbuf_format(&error, "%s is not a number of seconds\n", patience);
		*ret_reply = probe_request_say(MHD_HTTP_BAD_REQUEST, &error);
	}
	strbuf_fini(&error);
	return answer == PROBE_TARGET_FOUND;
}

static struct reply busy(const struct plan *plan, enum probe_place place)
{
	unsigned max = plan->settings.on_demand.max;
	char text[200];
	struct buffer line;
	struct reply reply;

	buffer_init(&line, text, sizeof(text));
	if (place == PROBE_PLACE_NO_SHARE)
		buffer_format(&line,
			      "%u of %u probes at once are under way for your address, its "
			      "share: ask again later, or raise at_once of `probe` in the "
			      "configuration\n",
			      probe_places_share(max), max);
	else
		buffer_format(
		    &line,
		    "%u probes are under way: ask again later, or raise at_once of "
		    "`probe` in the configuration\n",
		    max);
	reply = reply_text(MHD_HTTP_SERVICE_UNAVAILABLE, buffer_string(&line));
	reply_header(&reply, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	return reply;
}

/* The request waits before the engine has the errand, which may be done at once. */
static struct reply send_off(struct request *request, struct probing *p)
{
	enum probe_place place;

	p->on_demand_probe.target = p->chosen.target;
	p->on_demand_probe.transcript = p->debug;
	if (p->chosen.foreign)
		p->on_demand_probe.probe_acl = &p->plan->settings.on_demand.probe_acl;
	p->on_demand_probe.done = probe_request_done;
	p->on_demand_probe.gone = probe_request_gone;
	place =
	    exporter_probe_begins(p->exporter, p->client, p->plan->settings.on_demand.max);
	if (place != PROBE_PLACE_TAKEN)
		return busy(p->plan, place);
	atomic_fetch_add(&p->holders, 1);
	p->request = request;
	request_wait(request);
	if (!exporter_probe(p->exporter, &p->on_demand_probe)) {
		probe_request_done(&p->on_demand_probe, NULL);
		probe_request_gone(&p->on_demand_probe);
	}
	return reply_later();
}

static struct reply probe_request_begin(struct request *request)
{
	struct plan *plan = exporter_plan(request->exporter);
	struct probing *p = probing_new(request, plan);
	struct reply reply = { 0 };

	plan_release(plan);
	if (!p)
		return reply;
	request->work = p;
	request->free_work = probe_request_forget;
	if (understand(request, p, &reply))
		reply = send_off(request, p);
	return reply;
}

/* What was said, then what a scrape would get; in the order of the blackbox_exporter. */
static void put_debug(struct strbuf *out, const struct probing *p)
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

static struct reply probe_request_tell(const struct probing *p)
{
	struct reply reply = { 0 };
	struct strbuf text;

	strbuf_init(&text);
	if (p->debug)
		put_debug(&text, p);
	if (p->withheld)
		strbuf_text(
		    &text,
		    "# No transcript: what servers say is shown with a login only (see "
		    "--web.config.file), or to who asks from this machine itself.\n");
	probe_metrics_put(&text, &p->result, p->chosen.target.timeout);
	if (!text.failed)
		reply = reply_bytes(MHD_HTTP_OK, strbuf_view(&text),
				    p->debug ? "text/plain; charset=utf-8" : metrics_type);
	strbuf_fini(&text);
	return reply;
}

struct reply probe_request(struct request *request)
{
	struct probing *p = request->work;
	struct reply reply;

	if (!p)
		return probe_request_begin(request);
	pthread_mutex_lock(&p->lock);
	p->request = NULL;
	if (p->found)
		reply = probe_request_tell(p);
	else
		reply = reply_text(MHD_HTTP_SERVICE_UNAVAILABLE,
				   "no result: the exporter is ending, or out of memory\n");
	pthread_mutex_unlock(&p->lock);
	return reply;
}
