/* attempt.c - one connection of a target run: from the limiter's queue to its result. */
#include "target_run_parts.h"

#include "container_of.h"
#include "descriptors.h"
#include "legacy_tls.h"

#include <stdlib.h>

enum { DESCRIPTOR_RETRY_MS = 100 };

static bool is_due(const struct target_run *r, const struct result *result)
{
	const struct target *t = r->target;

	if (r->on_demand_probe != NULL)
		return false;
	if (r->context->once)
		return r->context->hooks.legacy_tls && legacy_tls_wanted(t, result);
	return legacy_tls_due(t, result, slot_legacy_tls(t->slot));
}

static void look_if_due(struct attempt *a, const struct result *result)
{
	if (!is_due(a->target_run, result))
		return;
	for (size_t i = 0; i < a->address_count; i++)
		if (address_same_host(&a->addresses[i], &result->address))
			a->legacy_tls_probe = &a->addresses[i];
}

static void found(void *user, const struct result *result)
{
	struct attempt *a = user;

	if (a->target_run->silent)
		return;
	if (connection_limiter_is_wanted(&a->ticket))
		probe_hurry(a->probe);
	target_run_file(a->target_run, result);
	look_if_due(a, result);
	a->target_run->untold--;
	target_run_end_if_done(a->target_run);
}

static void target_run_ended(void *user)
{
	struct attempt *a = user;
	struct target_run *r = a->target_run;

	a->probe = NULL;
	atomic_fetch_sub(&r->context->counters.in_flight, 1);
	connection_limiter_leave(&r->context->limiter, &a->ticket);
	r->present--;
	target_run_end_if_done(r);
}

static void attempt_fail(struct attempt *a)
{
	struct target_run *r = a->target_run;

	target_run_file_unconnected(r, FAULT_INTERNAL, PHASE_CONNECT, &a->addresses[0],
				    "out of memory");
	connection_limiter_leave(&r->context->limiter, &a->ticket);
	r->untold--;
	r->present--;
	target_run_end_if_done(r);
}

static bool keeps_transcript(const struct target_run *r)
{
	if (r->on_demand_probe != NULL)
		return r->on_demand_probe->transcript;
	return r->runtime->plan->settings.transcripts != TRANSCRIPTS_NONE;
}

/* A service that hung last time lets those go first that answer. */
static enum limiter_rank rank_of(const struct attempt *a)
{
	const struct target_run *r = a->target_run;

	if (r->on_demand_probe != NULL)
		return r->on_demand_probe->low_priority ? LIMITER_LOW_PRIORITY
							: LIMITER_ON_DEMAND;
	return slot_timed_out(r->target->slot, a->addresses, target_run_each(r))
		   ? LIMITER_SLOW
		   : LIMITER_ORDINARY;
}

/* Those that nobody waits for by the clock. */
static bool can_wait(const struct target_run *r)
{
	return r->on_demand_probe == NULL || r->on_demand_probe->low_priority;
}

static struct tls_context *tls_of(const struct target_run *r)
{
	return r->on_demand_probe != NULL && r->on_demand_probe->tls != NULL
		   ? r->on_demand_probe->tls
		   : r->runtime->tls;
}

static void target_run_attempt_start(struct attempt *a);
static void target_run_budget_wait(struct target_run *r);

static void attempt_retry(struct due *d, struct instant now)
{
	(void)now;
	target_run_attempt_start(container_of(d, struct attempt, retry));
}

/* True: this process has no descriptor left, so the attempt, which keeps its place in the
 * budgets, waits for one; as long as a probe may take, then it fails with words of its own. */
static bool attempt_waits_for_descriptor(struct attempt *a)
{
	struct target_run *r = a->target_run;
	struct span waited = span_between(a->waits_since, instant_now());

	if (descriptors_left() || waited.ns > r->target->timeout.ns)
		return false;
	if (!can_wait(r))
		target_run_budget_wait(r);
	a->retry.run = attempt_retry;
	return schedule_put(&r->context->schedule, &a->retry,
			    instant_plus(instant_now(), span_of_ms(DESCRIPTOR_RETRY_MS)));
}

/* The budgets let it in. Time spent waiting for them is not the server's. */
static void target_run_attempt_start(struct attempt *a)
{
	struct target_run *r = a->target_run;
	struct span waited = span_between(a->waits_since, instant_now());
	struct span more;

	if (attempt_waits_for_descriptor(a))
		return;
	if (waited.ns < span_of_ms(1).ns)
		waited.ns = 0;
	more = can_wait(r) ? waited : (struct span){ 0 };
	if (!can_wait(r))
		schedule_drop(&r->context->schedule, &r->deadline);
	if (r->on_demand_probe == NULL)
		task_context_note_start(r->context, waited);

	a->probe = probe_new(&(struct probe_setting){
	    .loop = &r->context->loop,
	    .schedule = &r->context->schedule,
	    .tls = tls_of(r),
	    .output = r->context->output,
	    .settings = &r->runtime->plan->settings,
	    .target = r->target,
	    .tlsa = r->tlsa.set,
	    .tls_name = tlsa_search_name(&r->tlsa, r->target),
	    .dane = r->tlsa.dane,
	    .addresses = a->addresses,
	    .address_count = a->address_count,
	    .began = instant_plus(r->began, more),
	    .ends = instant_plus(r->ends, more),
	    .waited = waited,
	    .lag = &r->context->lag,
	    .dns = r->dns,
	    .hold_login = r->hold_login,
	    .held_until = r->held_until,
	    .transcript = keeps_transcript(r),
	    .in_haste = r->context->once,
	    .found = found,
	    .ended = target_run_ended,
	    .user = a,
	});
	if (a->probe == NULL) {
		attempt_fail(a);
		return;
	}
	atomic_fetch_add(&r->context->counters.in_flight, 1);
}

static void admitted(struct limiter_ticket *t)
{
	target_run_attempt_start(container_of(t, struct attempt, ticket));
}

/* A probe on demand cannot wait longer than who asked for it. */
static void budget_timed_out(struct due *d, struct instant now)
{
	struct target_run *r = container_of(d, struct target_run, deadline);

	schedule_drop(&r->context->schedule, &r->attempts[0].retry);
	connection_limiter_leave(&r->context->limiter, &r->attempts[0].ticket);
	r->untold = r->present = 0;
	r->waited = span_between(r->attempts[0].waits_since, now);
	target_run_file_unconnected(
	    r, FAULT_WAITING, PHASE_CONNECT, &r->addresses[0],
	    "see in_flight_max, per_address_max and the limit of open files");
	target_run_end_if_done(r);
}

static void target_run_budget_wait(struct target_run *r)
{
	r->deadline.run = budget_timed_out;
	schedule_put(&r->context->schedule, &r->deadline, r->ends);
}

void attempts_begin(struct target_run *r, size_t count)
{
	size_t attempts = target_run_each(r) ? count : 1;
	bool in[RESOLVER_ADDRESSES_MAX];

	r->attempts = calloc(attempts, sizeof(*r->attempts));
	if (r->attempts == NULL || r->addresses == NULL) {
		target_run_file_unconnected(r, FAULT_INTERNAL, PHASE_CONNECT, NULL,
					    "out of memory");
		target_run_end_if_done(r);
		return;
	}
	r->attempt_count = attempts;
	r->untold = r->present = (unsigned)attempts;
	for (size_t i = 0; i < attempts; i++) {
		struct attempt *a = &r->attempts[i];

		a->target_run = r;
		a->ticket.admitted = admitted;
		a->addresses = &r->addresses[i];
		a->ticket.rank = rank_of(a);
		a->address_count = target_run_each(r) ? 1 : count;
		a->waits_since = instant_now();
		in[i] = connection_limiter_enter(&r->context->limiter, &a->ticket,
						 a->addresses);
	}
	/* Behind the loop, because the last one to fail ends the round. */
	for (size_t i = 0; i < attempts; i++)
		if (in[i])
			target_run_attempt_start(&r->attempts[i]);
		else if (!can_wait(r))
			target_run_budget_wait(r);
}
