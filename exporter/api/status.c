/* status.c - a place in the answer is a target; results are copied out before they are
 * rendered. */
#include "status.h"

#include "hosted_names.h"
#include "verdict.h"

#include <stdlib.h>

enum { TARGETS_AT_ONCE = 32, FILTER_MAX = 512 };

struct status {
	struct answer answer;
	struct plan *plan;
	struct health health;
	struct moment now;
	char server[FILTER_MAX]; /* "": all */
	int state;
	struct json_list targets;
	bool begun;
	size_t at;
};

/* --- a result ------------------------------------------------------------------------------- */

static void put_phases(struct json_list *l, const struct result *r)
{
	struct json_list phases = { .out = l->out };

	json_next(l, "phases");
	draft_text(l->out, "{");
	for (unsigned i = 0; i < PHASE_COUNT; i++)
		if (r->phases[i].ns >= 0)
			json_member_span(&phases, phase_name((enum phase)i), r->phases[i]);
	draft_text(l->out, "}");
}

/* The faults in a set whose first bit is that of `first`. */
static void put_faults(struct json_list *l, const char *key, unsigned set, enum fault first)
{
	struct json_list faults = { .out = l->out };

	json_next(l, key);
	draft_text(l->out, "[");
	for (unsigned f = first; set != 0; f++, set >>= 1)
		if (set & 1)
			json_member_text(&faults, NULL, fault_name((enum fault)f));
	draft_text(l->out, "]");
}

static void put_names(struct json_list *l, const struct certificate *c)
{
	struct json_list names = { .out = l->out };

	json_next(l, "names");
	draft_text(l->out, "[");
	for (size_t i = 0; i < c->name_count; i++)
		json_member_text(&names, NULL, c->names[i]);
	draft_text(l->out, "]");
}

static void put_certificate(struct json_list *l, const struct result *r)
{
	const struct certificate *c = r->certificate;
	struct json_list m = { .out = l->out };

	json_next(l, "certificate");
	if (!c) {
		draft_text(l->out, "null");
		return;
	}
	draft_text(l->out, "{");
	json_member_text(&m, "subject", c->subject);
	json_member_text(&m, "issuer", c->issuer);
	json_member_text(&m, "serial", c->serial);
	json_member_text(&m, "fingerprint_sha256", c->fingerprint);
	put_names(&m, c);
	json_member_moment(&m, "not_before", c->not_before);
	json_member_moment(&m, "not_after", c->not_after);
	json_member_moment(&m, "chain_not_after", r->chain_not_after);
	json_member_bool(&m, "verified", (r->flags & RESULT_VERIFIED) != 0);
	put_faults(&m, "faults", r->cert_faults, CERT_FAULT_FIRST);
	json_member_text(&m, "detail", r->cert_detail);
	draft_text(l->out, "}");
}

static void put_tls(struct json_list *l, const struct result *r)
{
	struct json_list m = { .out = l->out };

	json_next(l, "tls");
	if (!r->tls_version) {
		draft_text(l->out, "null");
		return;
	}
	draft_text(l->out, "{");
	json_member_text(&m, "version", r->tls_version);
	json_member_text(&m, "cipher", r->tls_cipher);
	json_member_bool(&m, "client_certificate_asked",
			 (r->flags & RESULT_CERT_ASKED) != 0);
	draft_text(l->out, "}");
}

static void put_record(struct json_list *list, const struct record *record)
{
	const struct result *r = &record->last;
	char address[ADDRESS_TEXT_MAX], sentence[VERDICT_SENTENCE_MAX];
	bool placed = r->address.any.sa_family != AF_UNSPEC;
	struct json_list m = { .out = list->out };

	json_next(list, NULL);
	draft_text(list->out, "{");
	json_member_text(&m, "address", placed ? address_text(&r->address, address) : NULL);
	json_member_text(&m, "state", state_name(r->state));
	json_member_text(&m, "fault", fault_name(r->fault));
	json_member_text(&m, "phase", phase_name(r->phase));
	json_member_text(&m, "text", verdict_sentence(r, sentence));
	json_member_text(&m, "said", r->text);
	json_next(&m, "code");
	draft_format(list->out, r->code > 0 ? "%d" : "null", r->code);
	json_member_moment(&m, "since", record->since);
	json_member_moment(&m, "last_run", r->at);
	json_member_moment(&m, "last_success", record->last_success);
	json_member_number(&m, "probes", (int64_t)record->probes);
	json_member_number(&m, "failures", (int64_t)record->failures);
	json_member_bool(&m, "late", (r->flags & RESULT_LATE) != 0);
	json_member_span(&m, "duration", r->took);
	put_phases(&m, r);
	put_tls(&m, r);
	put_certificate(&m, r);
	json_member_text(&m, "dane", dane_name(r->dane));
	json_member_moment(&m, "login_held_until", r->held_until);
	put_faults(&m, "notices", r->notices, NOTICE_FIRST);
	json_member_text(&m, "notice_detail", r->notice_detail);
	json_next(&m, "messages");
	draft_format(list->out, r->messages >= 0 ? "%lld" : "null", (long long)r->messages);
	draft_text(list->out, "}");
}

/* --- a target ------------------------------------------------------------------------------- */

static void put_labels(struct json_list *l, const struct target *t)
{
	struct json_list labels = { .out = l->out };

	json_next(l, "labels");
	draft_text(l->out, "{");
	for (size_t i = 0; i < t->label_count; i++)
		json_member_text(&labels, t->labels[i].name, t->labels[i].value);
	draft_text(l->out, "}");
}

static void put_configured(struct json_list *m, const struct target *t)
{
	static const char *const modes[] = { "first", "ipv4", "ipv6", "each" };

	json_member_text(m, "server", t->server);
	json_member_text(m, "service", t->service->name);
	json_member_text(m, "protocol", protocol_name(t->service->protocol));
	json_member_text(m, "host", t->host);
	json_member_number(m, "port", t->service->port);
	json_member_text(m, "tls_mode", tls_mode_name(t->service->tls));
	json_member_text(m, "tls_name", t->tls_name);
	json_member_text(m, "addresses", modes[t->addresses]);
	json_member_text(m, "account", t->account ? t->account->name : NULL);
	put_labels(m, t);
	json_member_span(m, "interval", t->interval);
	json_member_span(m, "timeout", t->timeout);
}

static bool is_wanted(const struct status *s, const struct record *r)
{
	return s->state == STATUS_ANY || (int)r->last.state == s->state;
}

static void put_target(struct status *s, struct draft *out, const struct target *t)
{
	struct record records[SLOT_RECORDS_MAX];
	size_t count = slot_copy(t->slot, records, ARRAY_SIZE(records)), wanted = 0;
	struct json_list m = { .out = out }, results = { .out = out };

	for (size_t i = 0; i < count; i++)
		wanted += is_wanted(s, &records[i]);
	if (wanted > 0 ||
	    (count == 0 && (s->state == STATUS_ANY || s->state == STATUS_PENDING))) {
		s->targets.out = out;
		json_next(&s->targets, NULL);
		draft_text(out, "\n{");
		put_configured(&m, t);
		hosted_names_member(&m, "names", plan_find_hosting(s->plan, t));
		json_next(&m, "results");
		draft_text(out, "[");
		for (size_t i = 0; i < count; i++)
			if (is_wanted(s, &records[i]))
				put_record(&results, &records[i]);
		draft_text(out, "]}");
	}
	for (size_t i = 0; i < count; i++)
		slot_record_fini(&records[i]);
}

/* --- the whole ------------------------------------------------------------------------------ */

static void put_engine(struct json_list *l, const struct engine_stats *e)
{
	struct json_list m = { .out = l->out };

	json_next(l, "engine");
	draft_text(l->out, "{");
	json_member_number(&m, "probes", (int64_t)e->probes);
	json_member_number(&m, "requests", (int64_t)e->errands);
	json_member_number(&m, "late", (int64_t)e->late);
	json_member_number(&m, "skipped_overrun", (int64_t)e->skipped_overrun);
	json_member_number(&m, "skipped_suspended", (int64_t)e->skipped_suspended);
	json_member_number(&m, "in_flight", e->in_flight);
	json_member_number(&m, "waiting", e->waiting);
	json_member_span(&m, "lag", e->lag);
	json_member_number(&m, "dns_questions", (int64_t)e->dns_questions);
	json_member_number(&m, "dns_cache_hits", (int64_t)e->dns_cache_hits);
	json_member_number(&m, "dns_failures", (int64_t)e->dns_failures);
	draft_text(l->out, "}");
}

static void put_shard(struct json_list *l, const struct shard *shard)
{
	struct json_list m = { .out = l->out };

	json_next(l, "shard");
	draft_text(l->out, "{");
	json_member_number(&m, "ordinal", shard->ordinal);
	json_member_number(&m, "total", shard->total > 0 ? shard->total : 1);
	draft_text(l->out, "}");
}

static void put_head(const struct status *s, struct draft *out)
{
	const struct health *h = &s->health;
	struct json_list m = { .out = out };

	draft_text(out, "{");
	json_member_text(&m, "version", h->version);
	json_member_moment(&m, "now", s->now);
	json_member_moment(&m, "started", h->started);
	json_member_span(&m, "uptime", moment_between(h->started, s->now));
	json_member_bool(&m, "reload_ok", h->reload_ok);
	json_member_moment(&m, "loaded", h->loaded);
	json_member_number(&m, "target_count", (int64_t)h->targets);
	put_shard(&m, &h->shard);
	put_engine(&m, &h->engine);
	json_next(&m, "targets");
	draft_text(out, "[");
}

static bool is_server(const struct status *s)
{
	return s->at < s->plan->target_count &&
	       (s->server[0] == '\0' ||
		strcmp(s->plan->targets[s->at].server, s->server) == 0);
}

static bool more(struct answer *answer, struct draft *out)
{
	struct status *s = (struct status *)answer;

	if (!s->begun) {
		s->begun = true;
		put_head(s, out);
	}
	for (unsigned i = 0; i < TARGETS_AT_ONCE; i++) {
		if (!is_server(s)) {
			draft_text(out, "]}\n");
			return false;
		}
		put_target(s, out, &s->plan->targets[s->at++]);
	}
	return true;
}

static void dispose(struct answer *answer)
{
	struct status *s = (struct status *)answer;

	plan_release(s->plan);
	free(s);
}

struct answer *status_new(struct plan *plan, const struct health *health,
			  const struct status_wish *wish, struct moment now)
{
	struct status *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->answer = (struct answer){ more, dispose };
	s->plan = plan_hold(plan);
	s->health = *health;
	s->now = now;
	s->state = wish->state;
	text_copy(s->server, sizeof(s->server), wish->server ? wish->server : "");
	s->at = wish->server ? plan_find_server(plan, s->server) : 0;
	return &s->answer;
}

/* --- the path ----------------------------------------------------------------------------- */

/* False: no such word. */
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

struct reply status_answer(struct request *request)
{
	struct status_wish wish = { .server = request_argument(request, "server") };
	struct health health;
	struct reply reply;
	struct plan *plan;

	if (!parse_state(request_argument(request, "state"), &wish.state))
		return reply_text(
		    MHD_HTTP_BAD_REQUEST,
		    "state is one of ok, warning, critical, unknown, pending\n");
	if (wish.server && !*wish.server)
		wish.server = NULL;
	plan = exporter_plan(request->exporter);
	exporter_health(request->exporter, &health);
	reply = reply_stream(status_new(plan, &health, &wish, moment_now()),
			     "application/json");
	plan_release(plan);
	return reply;
}
