/* attempt.c - one connection of a target run: from the limiter's queue to its result. */
#include "target_run_parts.h"

#include "container_of.h"
#include "descriptors.h"
#include "legacy_tls.h"

#include <stdlib.h>

enum { DESCRIPTOR_RETRY_MS = 100 };

static bool legacy_tls_is_due(const struct target_run *r, const struct result *result)
{
	const struct target *t = r->target;

	if (r->on_demand_probe != NULL)
		return false;
	if (r->context->once)
		return r->context->hooks.legacy_tls && legacy_tls_wanted(t, result);
	return legacy_tls_due(t, result, slot_legacy_tls(t->slot));
}

static void note_legacy_tls_address(struct attempt *a, const struct result *result)
{
	if (!legacy_tls_is_due(a->target_run, result))
		return;
	for (size_t i = 0; i < a->address_count; i++)
		if (address_same_host(&a->addresses[i], &result->address))
			a->legacy_tls_address = &a->addresses[i];
}

static void attempt_result(void *user, const struct result *result)
{
	struct attempt *a = user;

	if (a->target_run->discards_results)
		return;
	if (connection_limiter_has_waiters(&a->ticket))
		probe_close_quickly(a->probe);
	target_run_publish(a->target_run, result);
	note_legacy_tls_address(a, result);
	a->target_run->results_pending--;
	target_run_end_if_done(a->target_run);
}

static void attempt_ended(void *user)
{
	struct attempt *a = user;
	struct target_run *r = a->target_run;

	a->probe = NULL;
	atomic_fetch_sub(&r->context->counters.in_flight, 1);
	connection_limiter_leave(&r->context->limiter, &a->ticket);
	r->attempts_open--;
	target_run_end_if_done(r);
}

static void attempt_fail_without_memory(struct attempt *a)
{
	struct target_run *r = a->target_run;

	target_run_publish_unconnected(r, FAULT_INTERNAL, PHASE_CONNECT, &a->addresses[0],
				       "out of memory");
	connection_limiter_leave(&r->context->limiter, &a->ticket);
	r->results_pending--;
	r->attempts_open--;
	target_run_end_if_done(r);
}

static bool wants_transcript(const struct target_run *r)
{
	if (r->on_demand_probe != NULL)
		return r->on_demand_probe->transcript;
	return r->runtime->plan->settings.transcripts != TRANSCRIPTS_NONE;
}

/* A target that timed out the last time waits for those that answer. */
static enum limiter_rank limiter_rank_of(const struct attempt *a)
{
	const struct target_run *r = a->target_run;

	if (r->on_demand_probe != NULL)
		return r->on_demand_probe->low_priority ? LIMITER_LOW_PRIORITY
							: LIMITER_ON_DEMAND;
	return slot_timed_out(r->target->slot, a->addresses, target_run_is_per_address(r))
		   ? LIMITER_SLOW
		   : LIMITER_ORDINARY;
}

/* Whether the wait for a limit counts on top of the timeout: nobody waits for the result. */
static bool may_wait_beyond_deadline(const struct target_run *r)
{
	return r->on_demand_probe == NULL || r->on_demand_probe->low_priority;
}

static struct tls_context *tls_context_of(const struct target_run *r)
{
	return r->on_demand_probe != NULL && r->on_demand_probe->tls != NULL
		   ? r->on_demand_probe->tls
		   : r->runtime->tls;
}

static void attempt_start(struct attempt *a);
static void limit_wait_for_admission(struct target_run *r);

static void attempt_retry(struct due *d, struct instant now)
{
	(void)now;
	attempt_start(container_of(d, struct attempt, retry));
}

/* True: the process has no free descriptor, so the attempt stays admitted and waits for one. It
 * waits as long as a probe may take; after that the probe starts and reports the failure. */
static bool attempt_waits_for_descriptor(struct attempt *a)
{
	struct target_run *r = a->target_run;
	struct span waited = span_between(a->waits_since, instant_now());

	if (descriptors_left() || waited.ns > r->target->timeout.ns)
		return false;
	if (!may_wait_beyond_deadline(r))
		limit_wait_for_admission(r);
	a->retry.run = attempt_retry;
	return schedule_put(&r->context->schedule, &a->retry,
			    instant_plus(instant_now(), span_of_ms(DESCRIPTOR_RETRY_MS)));
}

/* Starts the probe of an admitted attempt. The wait does not count against the server. */
static void attempt_start(struct attempt *a)
{
	struct target_run *r = a->target_run;
	struct span waited = span_between(a->waits_since, instant_now());
	struct span more;

	if (attempt_waits_for_descriptor(a))
		return;
	if (waited.ns < span_of_ms(1).ns)
		waited.ns = 0;
	more = may_wait_beyond_deadline(r) ? waited : (struct span){ 0 };
	if (!may_wait_beyond_deadline(r))
		schedule_drop(&r->context->schedule, &r->deadline);
	if (r->on_demand_probe == NULL)
		task_context_count_lateness(r->context, waited);

	a->probe = probe_new(&(struct probe_setting){
	    .loop = &r->context->loop,
	    .schedule = &r->context->schedule,
	    .tls = tls_context_of(r),
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
	    .login_held = r->login_held,
	    .held_until = r->held_until,
	    .transcript = wants_transcript(r),
	    .quick_close = r->context->once,
	    .on_result = attempt_result,
	    .on_end = attempt_ended,
	    .user = a,
	});
	if (a->probe == NULL) {
		attempt_fail_without_memory(a);
		return;
	}
	atomic_fetch_add(&r->context->counters.in_flight, 1);
}

static void attempt_admitted(struct limiter_ticket *t)
{
	attempt_start(container_of(t, struct attempt, ticket));
}

/* A probe on demand must answer within its timeout, even while it waits for a limit. */
static void admission_timed_out(struct due *d, struct instant now)
{
	struct target_run *r = container_of(d, struct target_run, deadline);

	schedule_drop(&r->context->schedule, &r->attempts[0].retry);
	connection_limiter_leave(&r->context->limiter, &r->attempts[0].ticket);
	r->results_pending = r->attempts_open = 0;
	r->waited = span_between(r->attempts[0].waits_since, now);
	target_run_publish_unconnected(
	    r, FAULT_WAITING, PHASE_CONNECT, &r->addresses[0],
	    "see in_flight_max, per_address_max and the limit of open files");
	target_run_end_if_done(r);
}

static void limit_wait_for_admission(struct target_run *r)
{
	r->deadline.run = admission_timed_out;
	schedule_put(&r->context->schedule, &r->deadline, r->ends);
}

void attempts_begin(struct target_run *r, size_t count)
{
	size_t attempts = target_run_is_per_address(r) ? count : 1;
	bool in[RESOLVER_ADDRESSES_MAX];

	r->attempts = calloc(attempts, sizeof(*r->attempts));
	if (r->attempts == NULL || r->addresses == NULL) {
		target_run_publish_unconnected(r, FAULT_INTERNAL, PHASE_CONNECT, NULL,
					       "out of memory");
		target_run_end_if_done(r);
		return;
	}
	r->attempt_count = attempts;
	r->results_pending = r->attempts_open = (unsigned)attempts;
	for (size_t i = 0; i < attempts; i++) {
		struct attempt *a = &r->attempts[i];

		a->target_run = r;
		a->ticket.admitted = attempt_admitted;
		a->addresses = &r->addresses[i];
		a->ticket.rank = limiter_rank_of(a);
		a->address_count = target_run_is_per_address(r) ? 1 : count;
		a->waits_since = instant_now();
		in[i] = connection_limiter_enter(&r->context->limiter, &a->ticket,
						 a->addresses);
	}
	/* After the loop, because the last attempt that fails ends the run. */
	for (size_t i = 0; i < attempts; i++)
		if (in[i])
			attempt_start(&r->attempts[i]);
		else if (!may_wait_beyond_deadline(r))
			limit_wait_for_admission(r);
}
