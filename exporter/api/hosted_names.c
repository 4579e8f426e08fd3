/* hosted_names.c - the answer of /api/v1/names. Each piece has some names of one target;
 * the total is known at the end. */
#include "hosted_names.h"

#include "store.h"

#include <stdlib.h>

enum { NAMES_AT_ONCE = 64, FILTER_MAX = 512, OFFSET_MAX = 1000000000 };

struct hosted_names {
	struct text_stream answer;
	struct plan *plan;
	char server[FILTER_MAX], service[FILTER_MAX], part[NAME_SET_NAME_MAX]; /* "": all */
	unsigned states;
	size_t offset, limit;

	struct json json;
	size_t at;    /* index of the target with names */
	size_t shown; /* names written so far */
	/* names of this target to skip, because they were written or are before the
	 * offset */
	size_t skip;
	size_t total; /* total of the targets before */
	struct name_result names[NAMES_AT_ONCE];
};

/* --- a name ------------------------------------------------------------------------------- */

static void hosted_names_put_certificate(struct json *j, const char *name,
					 const struct certificate *c)
{
	if (!c) {
		json_null(j, name);
		return;
	}
	json_object(j, name);
	json_text(j, "subject", c->subject);
	json_text(j, "issuer", c->issuer);
	json_text(j, "serial", c->serial);
	json_text(j, "fingerprint_sha256", c->fingerprint);
	json_time(j, "not_before", c->not_before);
	json_time(j, "not_after", c->not_after);
	json_end(j);
}

static const char *state_or_null(enum state state)
{
	return state < STATE_COUNT ? state_name(state) : NULL;
}

static void hosted_names_put_name(struct json *j, const struct target *t,
				  const struct name_result *n)
{
	json_line(j);
	json_object(j, NULL);
	json_text(j, "server", t->server);
	json_text(j, "service", t->service->name);
	json_text(j, "name", n->name);
	json_text(j, "state", state_or_null(n->state));
	json_text(j, "confirmed_state", state_or_null(n->announced));
	json_text(j, "fault", n->state < STATE_COUNT ? fault_name(n->fault) : NULL);
	json_faults(j, "faults", n->cert_faults, CERT_FAULT_FIRST);
	json_bool(j, "without_own_certificate", n->without_own);
	json_text(j, "text", n->detail);
	json_time(j, "not_after", n->not_after);
	json_time(j, "asked", n->asked);
	json_time(j, "since", n->since);
	json_time(j, "confirmed_since", n->announced_since);
	hosted_names_put_certificate(j, "certificate", n->certificate);
	json_end(j);
}

/* --- the answer --------------------------------------------------------------------------- */

static bool hosted_names_fits(const char *filter, const char *text)
{
	return filter[0] == '\0' || strcmp(filter, text) == 0;
}

/* Writes some names of the target. False: it has no more that are wanted; the total then
 * includes all of them. */
static bool some_names(struct hosted_names *h, const struct name_check *at)
{
	size_t skip = h->skip, total = 0, count, max = h->limit - h->shown;
	struct name_results_query question = { .part = h->part,
					       .states = h->states,
					       .skip = skip };

	if (max > NAMES_AT_ONCE)
		max = NAMES_AT_ONCE;
	if (h->total + skip < h->offset)
		question.skip = h->offset - h->total;
	count = name_results_find(at->name_results, &question, h->names, max, &total);
	for (size_t i = 0; i < count; i++)
		hosted_names_put_name(&h->json, at->target, &h->names[i]);
	name_result_list_fini(h->names, count);
	h->shown += count;
	h->skip = question.skip + count;
	if (count > 0 && h->skip < total && h->shown < h->limit)
		return true;
	h->total += total;
	h->skip = 0;
	return false;
}

static bool hosted_names_more(struct text_stream *answer, struct strbuf *out)
{
	struct hosted_names *h = (struct hosted_names *)answer;
	struct json *j = &h->json;

	j->to = out;
	if (j->depth == 0) {
		json_object(j, NULL);
		json_array(j, "names");
	}
	if (h->at < h->plan->name_check_count) {
		const struct name_check *at = &h->plan->name_checks[h->at];

		if (!hosted_names_fits(h->server, at->target->server) ||
		    !hosted_names_fits(h->service, at->target->service->name) ||
		    !some_names(h, at))
			h->at++;
		return true;
	}
	json_end(j);
	json_number(j, "total", (int64_t)h->total);
	json_number(j, "offset", (int64_t)h->offset);
	json_number(j, "limit", (int64_t)h->limit);
	json_end(j);
	strbuf_text(out, "\n");
	return false;
}

static void hosted_names_dispose(struct text_stream *answer)
{
	struct hosted_names *h = (struct hosted_names *)answer;

	plan_release(h->plan);
	free(h);
}

struct text_stream *hosted_names_new(struct plan *plan,
				     const struct hosted_names_request *wish)
{
	struct hosted_names *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->answer = (struct text_stream){ hosted_names_more, hosted_names_dispose };
	h->plan = plan_hold(plan);
	json_init(&h->json, strbuf_sink, NULL);
	text_copy(h->server, sizeof(h->server), wish->server ? wish->server : "");
	text_copy(h->service, sizeof(h->service), wish->service ? wish->service : "");
	text_copy(h->part, sizeof(h->part), wish->part ? wish->part : "");
	h->states = wish->states;
	h->offset = wish->offset;
	h->limit = wish->limit;
	return &h->answer;
}

/* --- counts ------------------------------------------------------------------------------- */

static void put_counts(struct json *j, const struct name_results_summary *s)
{
	static const char *const states[STATE_COUNT] = { "ok", "warning", "critical",
							 "unknown" };

	json_object(j, "confirmed");
	for (unsigned i = 0; i < STATE_COUNT; i++)
		json_number(j, states[i], (int64_t)s->announced[i]);
	json_end(j);
	json_object(j, "faults");
	for (unsigned f = FAULT_OK + 1; f < FAULT_COUNT; f++)
		if (s->faults[f] > 0)
			json_number(j, fault_name((enum fault)f), (int64_t)s->faults[f]);
	json_end(j);
}

static void hosted_names_put_summary(struct json *j, const struct name_check *h,
				     const struct name_results_summary *s)
{
	json_number(j, "total", (int64_t)s->total);
	json_number(j, "asked", (int64_t)s->asked);
	put_counts(j, s);
	json_number(j, "without_own_certificate", (int64_t)s->without_own);
	json_time(j, "earliest_not_after", s->earliest);
	json_text(j, "earliest_name", s->earliest.ms ? s->earliest_name : NULL);
	json_time(j, "oldest_asked", name_results_oldest(h->name_results));
	json_seconds(j, "interval", h->interval);
	json_seconds(j, "behind", s->lateness);
	json_time(j, "paused_since", s->paused);
	json_text(j, "paused_fault", s->paused.ms ? fault_name(s->paused_fault) : NULL);
	hosted_names_put_certificate(j, "fallback", s->fallback);
}

void hosted_names_member(struct json *j, const char *name, const struct name_check *h)
{
	struct name_results_summary summary;

	if (!h) {
		json_null(j, name);
		return;
	}
	name_results_summary(h->name_results, &summary);
	json_object(j, name);
	hosted_names_put_summary(j, h, &summary);
	json_end(j);
	name_results_summary_fini(&summary);
}

/* --- the path ----------------------------------------------------------------------------- */

bool hosted_states(const char *word, unsigned *ret_states)
{
	enum state state = STATE_COUNT;

	if (view_equal(view_of(word), "problem")) {
		*ret_states = NAME_RESULTS_WRONG;
		return true;
	}
	if (!view_equal(view_of(word), "pending") &&
	    !state_from_name(view_of(word), &state))
		return false;
	*ret_states = NAME_RESULTS_STATE(state);
	return true;
}

/* A missing or empty argument leaves the number as it is. False: not a number, or too
 * large. */
static bool set_number(const char *text, size_t max, size_t *number)
{
	uint64_t n;

	if (!text || !*text)
		return true;
	if (!view_number(view_of(text), max, &n))
		return false;
	*number = (size_t)n;
	return true;
}

static bool has_names(const struct plan *plan, const struct hosted_names_request *wish)
{
	for (size_t i = 0; i < plan->name_check_count; i++)
		if ((!wish->server ||
		     strcmp(plan->name_checks[i].target->server, wish->server) == 0) &&
		    (!wish->service || strcmp(plan->name_checks[i].target->service->name,
					      wish->service) == 0))
			return true;
	return false;
}

/* An empty argument counts as not given. */
static const char *argument(struct request *request, const char *name)
{
	const char *text = request_argument(request, name);

	return text && *text ? text : NULL;
}

/* Returns what is wrong with the request. NULL: nothing. */
static const char *read_wish(struct request *request, const struct plan *plan,
			     struct hosted_names_request *ret_wish)
{
	const char *state = argument(request, "state");
	struct hosted_names_request w = { .server = argument(request, "server"),
					  .service = argument(request, "service"),
					  .part = argument(request, "q"),
					  .limit = HOSTED_LIMIT };

	if (state && !hosted_states(state, &w.states))
		return "state must be ok, warning, critical, unknown, pending or problem\n";
	if (!set_number(request_argument(request, "offset"), OFFSET_MAX, &w.offset))
		return "offset must be a number from 0 to 1000000000\n";
	if (!set_number(request_argument(request, "limit"), HOSTED_LIMIT_MAX, &w.limit) ||
	    w.limit == 0)
		return "limit must be a number from 1 to 1000\n";
	if (w.part && strlen(w.part) >= NAME_SET_NAME_MAX)
		return "q is longer than a name can be\n";
	if ((w.server || w.service) && !has_names(plan, &w))
		return "there is no such server or service with customers' names; see "
		       "names_file in the configuration\n";
	*ret_wish = w;
	return NULL;
}

struct http_reply hosted_names_answer(struct request *request)
{
	struct plan *plan = store_plan(request->store);
	struct hosted_names_request wish;
	const char *fault = read_wish(request, plan, &wish);
	struct http_reply reply;

	if (fault)
		reply = http_reply_text(MHD_HTTP_BAD_REQUEST, fault);
	else
		reply =
		    http_reply_stream(hosted_names_new(plan, &wish), "application/json");
	plan_release(plan);
	return reply;
}
