/* target_run.c - a run of a target: the lookups, and what becomes of the results. */
#include "target_run_parts.h"

#include "address_selection.h"
#include "buffer.h"
#include "container_of.h"
#include "legacy_tls.h"
#include "login_hold.h"
#include "probe.h"
#include "renewal.h"
#include "tlsa_search.h"
#include "verdict.h"

#include <stdlib.h>
#include <string.h>

bool target_run_is_per_address(const struct target_run *r)
{
	return r->target->addresses == ADDRESS_EACH && r->on_demand_probe == NULL;
}

static void on_demand_report(struct target_run *r, const struct result *result)
{
	if (r->on_demand_reported)
		return;
	r->on_demand_reported = true;
	schedule_drop(&r->context->schedule, &r->deadline);
	r->on_demand_probe->done(r->on_demand_probe, result);
}

static bool is_fresh_failure(const struct result *result, enum state before)
{
	return state_is_bad(result->state) &&
	       (before == STATE_COUNT || !state_is_bad(before));
}

/* Adds what is known from earlier results. A probe on demand has none: its slot is not used. */
static void add_earlier_findings(struct target_run *r, struct result *result)
{
	char words[CAPABILITY_WORDS_MAX];

	if (r->on_demand_probe != NULL)
		return;
	result->drift =
	    slot_drift(r->target->slot, &result->address, target_run_is_per_address(r));
	if (drift_add(&result->drift, &result->capability_set, result->at,
		      r->runtime->plan->settings.policy.settle, words))
		result_add_notice(result, FAULT_CAPABILITY_CHANGED, words);
	legacy_tls_note(result, slot_legacy_tls(r->target->slot));
	renewal_compare(r->runtime->plan, r->target, result);
}

static bool is_unreachable(const struct result *result)
{
	return result->phase <= PHASE_CONNECT && !fault_is_ours(result->fault);
}

void target_run_publish(struct target_run *r, const struct result *found)
{
	const struct engine_hooks *hooks = &r->context->hooks;
	const struct settings *settings = &r->runtime->plan->settings;
	struct result result = *found; /* a shallow copy */
	struct published published;

	if (!instant_before(r->context->last_late, r->began))
		result.flags |= RESULT_LATE;
	if (r->missing != NULL)
		result_add_notice(&result, FAULT_DNS_PARTIAL, r->missing);
	add_earlier_findings(r, &result);
	verdict_decide(&result, r->target->service, &settings->policy,
		       r->target->overrides);
	if (!r->login_held)
		login_record_result(r->context, r->target, &result);
	result.held_until =
	    login_held_until(r->context, r->target, r->login_held ? &r->held_until : NULL);
	if (r->on_demand_probe != NULL) {
		on_demand_report(r, &result);
		return;
	}
	if (result.state == STATE_OK && settings->transcripts == TRANSCRIPTS_OF_FAILURES)
		result.transcript = NULL;
	transcript_trim(result.transcript);
	published = slot_publish(r->target->slot, &result, target_run_is_per_address(r),
				 r->context->once ? 1 : r->target->confirm);
	if (published.awaited || is_fresh_failure(&result, published.before))
		r->outcome |= TARGET_RUN_RETRY_SOON;
	if (is_fresh_failure(&result, published.before) && is_unreachable(&result))
		r->outcome |= TARGET_RUN_UNREACHABLE;
	r->context->result_published(r->context, r->target, &result);
	atomic_fetch_add(&r->context->counters.probes, 1);
	if (hooks->probed != NULL)
		hooks->probed(hooks->user, r->target, &result, &published);
}

static void order_legacy_tls_probe(struct target_run *r)
{
	struct instant ends = instant_plus(instant_now(), r->target->timeout);
	struct address addresses[RESOLVER_ADDRESSES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < r->attempt_count; i++)
		if (r->attempts[i].legacy_tls_address != NULL)
			addresses[count++] = *r->attempts[i].legacy_tls_address;
	if (count == 0 || r->context->stopping)
		return;
	r->context->legacy_tls_due(r->context,
				   &(struct legacy_tls_order){
				       .runtime = r->runtime,
				       .target = r->target,
				       .addresses = addresses,
				       .count = count,
				       .ends = r->context->once ? r->ends : ends,
				   });
}

static void target_run_free(struct target_run *r)
{
	struct on_demand_probe *on_demand_probe = r->on_demand_probe;

	order_legacy_tls_probe(r);
	schedule_drop(&r->context->schedule, &r->deadline);
	task_end(&r->task);
	plan_runtime_release(r->runtime);
	free(r->attempts);
	free(r->addresses);
	free(r->missing);
	tlsa_search_fini(&r->tlsa);
	free(r);
	if (on_demand_probe == NULL)
		return;
	task_end(&on_demand_probe->task);
	on_demand_probe->closed(on_demand_probe);
}

void target_run_end_if_done(struct target_run *r)
{
	void (*finished)(void *, unsigned) = r->finished;

	if (r->results_pending == 0 && finished != NULL) {
		r->finished = NULL;
		finished(r->user, r->outcome);
	}
	if (r->attempts_open == 0)
		target_run_free(r);
}

void target_run_publish_unconnected(struct target_run *r, enum fault fault,
				    enum phase phase, const struct address *address,
				    const char *reason)
{
	struct result result;

	result_init(&result, moment_now());
	result.dialogue_fault = fault;
	result.dialogue_phase = phase;
	result.phases[PHASE_DNS] = r->dns;
	result.dane = r->tlsa.dane;
	result.waited = r->waited;
	result.took = span_between(r->began, instant_now());
	if (address != NULL)
		result.address = *address;
	printable_copy(result.text, sizeof(result.text), view_of(reason));
	target_run_publish(r, &result);
}

/* --- probes ------------------------------------------------------------------------------- */

/* Reports addresses that are unknown or not probed: as a result of its own where each address has
 * one, else as a notice of the result. */
static void report_missing_addresses(struct target_run *r,
				     const struct resolver_answer *answer)
{
	char words[ADDRESS_SELECTION_WORDS_MAX];
	enum fault fault = address_selection_incomplete(answer, words);

	if (!target_run_is_per_address(r) && answer->missing[0] != '\0')
		r->missing = strdup(answer->missing);
	else if (target_run_is_per_address(r) && fault != FAULT_OK)
		target_run_publish_unconnected(r, fault, PHASE_DNS, NULL, words);
}

/* A server whose records could not be looked up is not probed: senders do not deliver to it. */
static void tlsa_done(struct tlsa_search *s)
{
	struct target_run *r = container_of(s, struct target_run, tlsa);

	schedule_drop(&r->context->schedule, &r->deadline);
	r->dns = span_between(r->began, instant_now());
	if (s->dane != DANE_FAILED) {
		attempts_begin(r, r->address_count);
		return;
	}
	if (target_run_is_per_address(r))
		slot_keep_addresses(r->target->slot, NULL, 0, false);
	target_run_publish_unconnected(r, s->fault, PHASE_DNS, NULL, s->texts->why);
	target_run_end_if_done(r);
}

/* A deadline that is handled late is extended once, because an answer may be there unread. */
static bool extend_deadline_once(struct target_run *r, struct instant now)
{
	struct span late = span_between(r->deadline.at, now);

	if (r->deadline_extended || late.ns <= span_of_ms(LOOP_LAG_REAL_MS).ns)
		return false;
	r->deadline_extended = true;
	schedule_put(&r->context->schedule, &r->deadline, instant_plus(now, span_of_ms(1)));
	return true;
}

static void tlsa_timed_out(struct due *d, struct instant now)
{
	struct target_run *r = container_of(d, struct target_run, deadline);

	if (extend_deadline_once(r, now))
		return;
	tlsa_search_settle(&r->tlsa);
	tlsa_done(&r->tlsa);
}

static void addresses_resolved(struct question *q, const struct resolver_answer *answer)
{
	struct target_run *r = container_of(q, struct target_run, question);
	char words[ADDRESS_SELECTION_WORDS_MAX];
	size_t count = answer->count;

	r->resolving = false;
	schedule_drop(&r->context->schedule, &r->deadline);
	if (!address_selection_is_literal(r->target->host))
		r->dns = span_between(r->began, instant_now());
	if (target_run_is_per_address(r))
		slot_keep_addresses(r->target->slot, answer->addresses, count,
				    address_selection_incomplete(answer, words) ==
					FAULT_OK);
	if (answer->fault != FAULT_OK) {
		target_run_publish_unconnected(r, answer->fault, PHASE_DNS, NULL,
					       answer->reason);
		target_run_end_if_done(r);
		return;
	}
	r->addresses = malloc(count * sizeof(*r->addresses));
	if (r->addresses != NULL)
		count = address_selection_take(
		    r->target,
		    r->on_demand_probe != NULL ? r->on_demand_probe->probe_acl : NULL,
		    answer, r->addresses);
	if (count == 0) {
		target_run_publish_unconnected(
		    r, FAULT_NO_ADDRESS, PHASE_DNS, NULL,
		    "it leads to addresses that may not be probed");
		target_run_end_if_done(r);
		return;
	}
	report_missing_addresses(r, answer);
	r->address_count = count;
	r->tlsa.done = tlsa_done;
	r->deadline.run = tlsa_timed_out;
	schedule_put(&r->context->schedule, &r->deadline, r->ends);
	if (tlsa_search_begin(&r->tlsa, r->runtime->resolver, r->target, answer))
		return;
	schedule_drop(&r->context->schedule, &r->deadline);
	attempts_begin(r, count);
}

static void lookup_timed_out(struct due *d, struct instant now)
{
	struct target_run *r = container_of(d, struct target_run, deadline);
	struct resolver_answer answer;

	if (extend_deadline_once(r, now))
		return;
	resolver_stop_waiting(r->runtime->resolver, &r->question, &answer);
	r->resolving = false;
	r->dns = span_between(r->began, now);
	if (target_run_is_per_address(r))
		slot_keep_addresses(r->target->slot, NULL, 0, false);
	/* Addresses that came in part are of no use any more: the time is over. */
	if (answer.fault == FAULT_OK)
		target_run_publish_unconnected(r, FAULT_TIMEOUT, PHASE_DNS, NULL,
					       answer.missing);
	else
		target_run_publish_unconnected(r, answer.fault, PHASE_DNS, NULL,
					       answer.reason);
	target_run_end_if_done(r);
}

static void target_run_resolve(struct due *d, struct instant now)
{
	struct target_run *r = container_of(d, struct target_run, deadline);

	(void)now;
	d->run = lookup_timed_out;
	r->resolving = true;
	schedule_put(&r->context->schedule, d, r->ends);
	resolver_query_addresses(r->runtime->resolver, r->target->host,
				 address_selection_family(r->target->addresses),
				 &r->question);
}

/* --- the run ---------------------------------------------------------------------------- */

static bool target_run_task_begin(struct task *t)
{
	struct target_run *r = (struct target_run *)t;

	r->deadline.run = target_run_resolve;
	return schedule_put(&r->context->schedule, &r->deadline, r->began);
}

static void target_run_stop(struct task *t, struct span grace)
{
	struct target_run *r = (struct target_run *)t;

	r->discards_results = true;
	r->finished = NULL;
	if (r->resolving)
		resolver_cancel(r->runtime->resolver, &r->question);
	tlsa_search_cancel(&r->tlsa);
	schedule_drop(&r->context->schedule, &r->deadline);
	r->results_pending = 0;
	r->attempts_open++; /* keeps the round while its attempts leave one by one */
	for (size_t i = 0; i < r->attempt_count; i++) {
		struct attempt *a = &r->attempts[i];

		schedule_drop(&r->context->schedule, &a->retry);
		if (a->probe != NULL) {
			probe_stop(a->probe, grace);
		} else if (a->ticket.state != 0) {
			connection_limiter_leave(&r->context->limiter, &a->ticket);
			r->attempts_open--;
		}
	}
	r->attempts_open--;
	if (r->on_demand_probe != NULL)
		on_demand_report(r, NULL);
	target_run_end_if_done(r);
}

static const struct task_kind target_run_task = {
	.begin = target_run_task_begin,
	.stop = target_run_stop,
};

static struct target_run *target_run_begin(struct task_context *c,
					   struct plan_runtime *runtime,
					   const struct target *target)
{
	struct target_run *r = calloc(1, sizeof(*r));
	struct instant now = instant_now();

	if (r == NULL)
		return NULL;
	r->context = c;
	r->target = target;
	r->began = now;
	r->ends = instant_plus(now, target->timeout);
	r->dns.ns = -1;
	r->question.answered = addresses_resolved;
	r->question.patience = target->timeout;
	if (login_is_held(c, target, &r->held_until)) {
		r->login_held = true;
		atomic_fetch_add(&c->counters.skipped_suspended, 1);
	}
	if (!task_start(&r->task, &target_run_task, c)) {
		free(r);
		return NULL;
	}
	r->runtime = plan_runtime_hold(runtime);
	return r;
}

struct target_run *target_run_new(struct task_context *c, struct plan_runtime *runtime,
				  const struct target *target,
				  void (*finished)(void *user, unsigned outcome),
				  void *user)
{
	struct target_run *r = target_run_begin(c, runtime, target);

	if (r != NULL) {
		r->finished = finished;
		r->user = user;
	}
	return r;
}

void target_run_publish_failure(struct task_context *c, struct plan_runtime *runtime,
				const struct target *target, const char *reason)
{
	struct target_run r = { .context = c,
				.runtime = runtime,
				.target = target,
				.began = instant_now(),
				.dns = { -1 } };

	target_run_publish_unconnected(&r, FAULT_INTERNAL, PHASE_CONNECT, NULL, reason);
}

bool target_run_on_demand(struct task_context *c, struct plan_runtime *runtime,
			  struct on_demand_probe *on_demand_probe)
{
	struct target_run *r = target_run_begin(c, runtime, &on_demand_probe->target);

	if (r != NULL)
		r->on_demand_probe = on_demand_probe;
	return r != NULL;
}

void target_run_set_user(struct target_run *r, void *user)
{
	r->user = user;
	if (user == NULL)
		r->finished = NULL;
}

/* --- on demand ---------------------------------------------------------------------------- */

static bool on_demand_begin(struct task *t)
{
	struct on_demand_probe *p = (struct on_demand_probe *)t;

	if (!target_run_on_demand(t->context, t->context->runtime, p))
		return false;
	atomic_fetch_add(&t->context->counters.on_demand_probes, 1);
	return true;
}

static void on_demand_refused(struct task *t)
{
	struct on_demand_probe *p = (struct on_demand_probe *)t;

	p->done(p, NULL);
	p->closed(p);
}

const struct task_kind on_demand_task = {
	.begin = on_demand_begin,
	.refused = on_demand_refused,
};
