/* status.c - the answer of /api/v1/status; its position is a target. Results are copied
 * before they are written. */
#include "status.h"

#include "fact.h"
#include "hosted_names.h"
#include "store.h"
#include "verdict.h"

#include <stdlib.h>

enum { TARGETS_AT_ONCE = 32, FILTER_MAX = 512 };

struct status {
	struct text_stream answer;
	struct plan *plan;
	struct health health;
	struct moment now;
	char server[FILTER_MAX]; /* "": all */
	int state;
	struct json json;
	size_t at;
};

/* --- a result ------------------------------------------------------------------------------- */

static void status_put_record(struct json *j, const struct target *t,
			      const struct record *record)
{
	char sentence[VERDICT_SENTENCE_MAX];
	const struct fact_subject subject = {
		.result = &record->last,
		.record = record,
		.target = t,
		.reason = verdict_sentence(&record->last, sentence),
	};

	json_object(j, NULL);
	facts_json(j, &subject, FACT_STATUS);
	json_end(j);
}

/* --- a target ------------------------------------------------------------------------------- */

static void status_put_labels(struct json *j, const struct target *t)
{
	json_object(j, "labels");
	for (size_t i = 0; i < t->label_count; i++)
		json_text(j, t->labels[i].name, t->labels[i].value);
	json_end(j);
}

static void put_configured(struct json *j, const struct target *t)
{
	static const char *const modes[] = { "first", "ipv4", "ipv6", "each" };

	json_text(j, "server", t->server);
	json_text(j, "service", t->service->name);
	json_text(j, "protocol", protocol_name(t->service->protocol));
	json_text(j, "host", t->host);
	json_number(j, "port", t->service->port);
	json_text(j, "tls_mode", tls_mode_name(t->service->tls));
	json_text(j, "tls_name", t->tls_name);
	json_text(j, "addresses", modes[t->addresses]);
	json_text(j, "account", t->account ? t->account->name : NULL);
	status_put_labels(j, t);
	json_seconds(j, "interval", t->interval);
	json_seconds(j, "timeout", t->timeout);
}

static bool status_is_wanted(const struct status *s, const struct record *r)
{
	return s->state == STATUS_ANY || (int)r->last.state == s->state;
}

static void status_put_target(struct status *s, const struct target *t)
{
	struct record records[SLOT_RECORDS_MAX];
	size_t count = slot_copy(t->slot, records, ARRAY_SIZE(records)), wanted = 0;
	struct json *j = &s->json;

	for (size_t i = 0; i < count; i++)
		wanted += status_is_wanted(s, &records[i]);
	if (wanted > 0 ||
	    (count == 0 && (s->state == STATUS_ANY || s->state == STATUS_PENDING))) {
		json_line(j);
		json_object(j, NULL);
		put_configured(j, t);
		hosted_names_member(j, "names", plan_find_name_check(s->plan, t));
		json_array(j, "results");
		for (size_t i = 0; i < count; i++)
			if (status_is_wanted(s, &records[i]))
				status_put_record(j, t, &records[i]);
		json_end(j);
		json_end(j);
	}
	for (size_t i = 0; i < count; i++)
		slot_record_fini(&records[i]);
}

/* --- the answer ----------------------------------------------------------------------------- */

static void put_engine(struct json *j, const struct engine_stats *e)
{
	json_object(j, "engine");
	json_number(j, "probes", (int64_t)e->probes);
	json_number(j, "requests", (int64_t)e->on_demand_probes);
	json_number(j, "late", (int64_t)e->late);
	json_number(j, "skipped_overrun", (int64_t)e->skipped_overrun);
	json_number(j, "skipped_suspended", (int64_t)e->skipped_suspended);
	json_number(j, "in_flight", e->in_flight);
	json_number(j, "waiting", e->waiting);
	json_seconds(j, "lag", e->lag);
	json_number(j, "dns_questions", (int64_t)e->dns_questions);
	json_number(j, "dns_cache_hits", (int64_t)e->dns_cache_hits);
	json_number(j, "dns_failures", (int64_t)e->dns_failures);
	json_end(j);
}

static void put_shard(struct json *j, const struct shard *shard)
{
	json_object(j, "shard");
	json_number(j, "ordinal", shard->ordinal);
	json_number(j, "total", shard->total > 0 ? shard->total : 1);
	json_end(j);
}

static void status_put_head(struct status *s)
{
	const struct health *h = &s->health;
	struct json *j = &s->json;

	json_object(j, NULL);
	json_text(j, "version", h->version);
	json_time(j, "now", s->now);
	json_time(j, "started", h->started);
	json_seconds(j, "uptime", moment_between(h->started, s->now));
	json_bool(j, "reload_ok", h->reload_ok);
	json_time(j, "loaded", h->loaded);
	json_number(j, "target_count", (int64_t)h->targets);
	put_shard(j, &h->shard);
	put_engine(j, &h->engine);
	json_array(j, "targets");
}

static bool is_server(const struct status *s)
{
	return s->at < s->plan->target_count &&
	       (s->server[0] == '\0' ||
		strcmp(s->plan->targets[s->at].server, s->server) == 0);
}

static bool status_more(struct text_stream *answer, struct strbuf *out)
{
	struct status *s = (struct status *)answer;

	s->json.to = out;
	if (s->json.depth == 0)
		status_put_head(s);
	for (unsigned i = 0; i < TARGETS_AT_ONCE; i++) {
		if (!is_server(s)) {
			json_end(&s->json);
			json_end(&s->json);
			strbuf_text(out, "\n");
			return false;
		}
		status_put_target(s, &s->plan->targets[s->at++]);
	}
	return true;
}

static void status_dispose(struct text_stream *answer)
{
	struct status *s = (struct status *)answer;

	plan_release(s->plan);
	free(s);
}

struct text_stream *status_new(struct plan *plan, const struct health *health,
			       const struct status_request *wish, struct moment now)
{
	struct status *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->answer = (struct text_stream){ status_more, status_dispose };
	s->plan = plan_hold(plan);
	json_init(&s->json, strbuf_sink, NULL);
	s->health = *health;
	s->now = now;
	s->state = wish->state;
	text_copy(s->server, sizeof(s->server), wish->server ? wish->server : "");
	s->at = wish->server ? plan_find_server(plan, s->server) : 0;
	return &s->answer;
}

/* --- the path ----------------------------------------------------------------------------- */

/* False: an unknown word. */
static bool parse_state(const char *word, int *ret_state)
{
	enum state state;

	*ret_state = STATUS_ANY;
	if (!word || !*word)
		return true;
	*ret_state = STATUS_PENDING;
	if (view_equal(view_of(word), "pending"))
		return true;
	if (!state_from_name(view_of(word), &state))
		return false;
	*ret_state = (int)state;
	return true;
}

struct http_reply status_answer(struct request *request)
{
	struct status_request wish = { .server = request_argument(request, "server") };
	struct health health;
	struct http_reply reply;
	struct plan *plan;

	if (!parse_state(request_argument(request, "state"), &wish.state))
		return http_reply_text(
		    MHD_HTTP_BAD_REQUEST,
		    "state must be ok, warning, critical, unknown or pending\n");
	if (wish.server && !*wish.server)
		wish.server = NULL;
	plan = store_plan(request->store);
	store_health(request->store, &health);
	reply = http_reply_stream(status_new(plan, &health, &wish, moment_now()),
				  "application/json");
	plan_release(plan);
	return reply;
}
