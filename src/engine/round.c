/* round.c - a target's turn, from its name to its results. */
#include "round.h"

#include "buffer.h"
#include "descriptors.h"
#include "login_hold.h"
#include "obsolete.h"
#include "places.h"
#include "probe.h"
#include "renewal.h"
#include "tlsa_search.h"
#include "verdict.h"

#include <stdlib.h>
#include <string.h>

enum { DESCRIPTOR_RETRY_MS = 100 };

/* One connection of the round: waits for the budgets, then is a probe. */
struct attempt {
	struct gate_ticket ticket;
	struct round *round;
	struct probe *probe; /* NULL before and after */
	const struct address *addresses;
	size_t address_count;
	struct instant waits_since;
	struct due retry;           /* while no descriptor is left */
	const struct address *look; /* obsolete.h; NULL: not due */
};

struct round {
	struct worker *worker;
	struct kit *kit;
	const struct target *target;
	void (*told)(void *user, unsigned news); /* NULL: disowned */
	void *user;
	struct errand *errand; /* NULL: a turn of the schedule */
	bool errand_told;
	struct round_link link;
	struct question question;
	struct due deadline; /* of the name lookup; an errand's, of the wait for a budget */
	struct instant began, ends;
	struct instant held_until; /* the login, with hold_login */
	struct span dns, waited;
	char *missing; /* of the name's addresses; NULL: nothing */
	struct tlsa_search tlsa;
	size_t address_count;
	bool asking, hold_login, silent, put_off;
	unsigned news;            /* enum round_news */
	unsigned untold, present; /* attempts without a result; attempts not ended */
	struct address *addresses;
	struct attempt *attempts;
	size_t attempt_count;
};

static bool each(const struct round *r)
{
	return r->target->addresses == ADDRESS_EACH && r->errand == NULL;
}

static void errand_done(struct round *r, const struct result *result)
{
	if (r->errand_told)
		return;
	r->errand_told = true;
	schedule_drop(&r->worker->schedule, &r->deadline);
	r->errand->done(r->errand, result);
}

static bool is_fresh_failure(const struct result *result, enum state before)
{
	return state_is_bad(result->state) &&
	       (before == STATE_COUNT || !state_is_bad(before));
}

/* What is remembered of an errand's target is not its own. */
static void note_known(struct round *r, struct result *result)
{
	char words[OFFER_WORDS_MAX];

	if (r->errand != NULL)
		return;
	result->drift = slot_drift(r->target->slot, &result->address, each(r));
	if (drift_hear(&result->drift, &result->offer, result->at,
		       r->kit->plan->settings.policy.settle, words))
		result_note(result, FAULT_CAPABILITY_CHANGED, words);
	obsolete_note(result, slot_obsolete(r->target->slot));
	renewal_compare(r->kit->plan, r->target, result);
}

static bool is_unreached(const struct result *result)
{
	return result->phase <= PHASE_CONNECT && !fault_is_ours(result->fault);
}

static void file(struct round *r, const struct result *found)
{
	const struct engine_hooks *hooks = &r->worker->hooks;
	const struct settings *settings = &r->kit->plan->settings;
	struct result result = *found; /* shares what is lent */
	struct published published;

	if (!instant_before(r->worker->last_late, r->began))
		result.flags |= RESULT_LATE;
	if (r->missing != NULL)
		result_note(&result, FAULT_DNS_PARTIAL, r->missing);
	note_known(r, &result);
	verdict_decide(&result, r->target->service, &settings->policy,
		       r->target->overrides);
	if (!r->hold_login)
		login_note(r->worker, r->target, &result);
	result.held_until =
	    login_held_until(r->worker, r->target, r->hold_login ? &r->held_until : NULL);
	if (r->errand != NULL) {
		errand_done(r, &result);
		return;
	}
	if (result.state == STATE_OK && settings->transcripts == TRANSCRIPTS_OF_FAILURES)
		result.transcript = NULL;
	transcript_trim(result.transcript);
	published = slot_publish(r->target->slot, &result, each(r),
				 r->worker->once ? 1 : r->target->confirm);
	if (published.awaited || is_fresh_failure(&result, published.before))
		r->news |= ROUND_AGAIN;
	if (is_fresh_failure(&result, published.before) && is_unreached(&result))
		r->news |= ROUND_UNREACHED;
	walkers_hear(r->worker, r->target, &result);
	atomic_fetch_add(&r->worker->counters.probes, 1);
	if (hooks->probed != NULL)
		hooks->probed(hooks->user, r->target, &result, &published);
}

static void look(struct round *r)
{
	struct instant ends = instant_plus(instant_now(), r->target->timeout);
	struct address addresses[RESOLVER_ADDRESSES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < r->attempt_count; i++)
		if (r->attempts[i].look != NULL)
			addresses[count++] = *r->attempts[i].look;
	if (count > 0 && !r->worker->leaving)
		obsolete_look(r->worker, r->kit, r->target, addresses, count,
			      r->worker->once ? r->ends : ends);
}

static void round_free(struct round *r)
{
	struct errand *errand = r->errand;

	look(r);
	schedule_drop(&r->worker->schedule, &r->deadline);
	worker_part(r->worker, r);
	kit_release(r->kit);
	free(r->attempts);
	free(r->addresses);
	free(r->missing);
	tlsa_search_fini(&r->tlsa);
	free(r);
	if (errand != NULL)
		errand->gone(errand);
}

static void end_if_done(struct round *r)
{
	void (*told)(void *, unsigned) = r->told;

	if (r->untold == 0 && told != NULL) {
		r->told = NULL;
		told(r->user, r->news);
	}
	if (r->present == 0)
		round_free(r);
}

static void file_unconnected(struct round *r, enum fault fault, enum phase phase,
			     const struct address *address, const char *reason)
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
	file(r, &result);
}

/* --- probes ------------------------------------------------------------------------------- */

static bool is_due(const struct round *r, const struct result *result)
{
	const struct target *t = r->target;

	if (r->errand != NULL)
		return false;
	if (r->worker->once)
		return r->worker->hooks.obsolete && obsolete_wanted(t, result);
	return obsolete_due(t, result, slot_obsolete(t->slot));
}

static void look_if_due(struct attempt *a, const struct result *result)
{
	if (!is_due(a->round, result))
		return;
	for (size_t i = 0; i < a->address_count; i++)
		if (address_same_host(&a->addresses[i], &result->address))
			a->look = &a->addresses[i];
}

static void found(void *user, const struct result *result)
{
	struct attempt *a = user;

	if (a->round->silent)
		return;
	if (gate_is_wanted(&a->ticket))
		probe_hurry(a->probe);
	file(a->round, result);
	look_if_due(a, result);
	a->round->untold--;
	end_if_done(a->round);
}

static void ended(void *user)
{
	struct attempt *a = user;
	struct round *r = a->round;

	a->probe = NULL;
	atomic_fetch_sub(&r->worker->counters.in_flight, 1);
	gate_leave(&r->worker->gate, &a->ticket);
	r->present--;
	end_if_done(r);
}

static void attempt_fail(struct attempt *a)
{
	struct round *r = a->round;

	file_unconnected(r, FAULT_INTERNAL, PHASE_CONNECT, &a->addresses[0],
			 "out of memory");
	gate_leave(&r->worker->gate, &a->ticket);
	r->untold--;
	r->present--;
	end_if_done(r);
}

static bool keeps_transcript(const struct round *r)
{
	if (r->errand != NULL)
		return r->errand->transcript;
	return r->kit->plan->settings.transcripts != TRANSCRIPTS_NONE;
}

/* A service that hung last time lets those go first that answer. */
static enum gate_rank rank_of(const struct attempt *a)
{
	const struct round *r = a->round;

	if (r->errand != NULL)
		return r->errand->humble ? GATE_HUMBLE : GATE_ON_DEMAND;
	return slot_timed_out(r->target->slot, a->addresses, each(r)) ? GATE_SLOW
								      : GATE_ORDINARY;
}

/* Those that nobody waits for by the clock. */
static bool can_wait(const struct round *r)
{
	return r->errand == NULL || r->errand->humble;
}

static struct tls_context *tls_of(const struct round *r)
{
	return r->errand != NULL && r->errand->tls != NULL ? r->errand->tls : r->kit->tls;
}

static void attempt_start(struct attempt *a);
static void budget_wait(struct round *r);

static void attempt_retry(struct due *d, struct instant now)
{
	(void)now;
	attempt_start((struct attempt *)((char *)d - offsetof(struct attempt, retry)));
}

/* True: this process has no descriptor left, so the attempt, which keeps its place in the
 * budgets, waits for one; as long as a probe may take, then it fails with words of its own. */
static bool attempt_waits_for_descriptor(struct attempt *a)
{
	struct round *r = a->round;
	struct span waited = span_between(a->waits_since, instant_now());

	if (descriptors_left() || waited.ns > r->target->timeout.ns)
		return false;
	if (!can_wait(r))
		budget_wait(r);
	a->retry.run = attempt_retry;
	return schedule_put(&r->worker->schedule, &a->retry,
			    instant_plus(instant_now(), span_of_ms(DESCRIPTOR_RETRY_MS)));
}

/* The budgets let it in. Time spent waiting for them is not the server's. */
static void attempt_start(struct attempt *a)
{
	struct round *r = a->round;
	struct span waited = span_between(a->waits_since, instant_now());
	struct span more;

	if (attempt_waits_for_descriptor(a))
		return;
	if (waited.ns < span_of_ms(1).ns)
		waited.ns = 0;
	more = can_wait(r) ? waited : (struct span){ 0 };
	if (!can_wait(r))
		schedule_drop(&r->worker->schedule, &r->deadline);
	if (r->errand == NULL)
		worker_note_start(r->worker, waited);

	a->probe = probe_new(&(struct probe_setting){
	    .loop = &r->worker->loop,
	    .schedule = &r->worker->schedule,
	    .tls = tls_of(r),
	    .output = r->worker->output,
	    .settings = &r->kit->plan->settings,
	    .target = r->target,
	    .tlsa = r->tlsa.set,
	    .tls_name = tlsa_search_name(&r->tlsa, r->target),
	    .dane = r->tlsa.dane,
	    .addresses = a->addresses,
	    .address_count = a->address_count,
	    .began = instant_plus(r->began, more),
	    .ends = instant_plus(r->ends, more),
	    .waited = waited,
	    .lag = &r->worker->lag,
	    .dns = r->dns,
	    .hold_login = r->hold_login,
	    .held_until = r->held_until,
	    .transcript = keeps_transcript(r),
	    .in_haste = r->worker->once,
	    .found = found,
	    .ended = ended,
	    .user = a,
	});
	if (a->probe == NULL) {
		attempt_fail(a);
		return;
	}
	atomic_fetch_add(&r->worker->counters.in_flight, 1);
}

static void admitted(struct gate_ticket *t)
{
	attempt_start((struct attempt *)((char *)t - offsetof(struct attempt, ticket)));
}

/* Of an errand, which cannot wait longer than who sent it. */
static void budget_timed_out(struct due *d, struct instant now)
{
	struct round *r = (struct round *)((char *)d - offsetof(struct round, deadline));

	schedule_drop(&r->worker->schedule, &r->attempts[0].retry);
	gate_leave(&r->worker->gate, &r->attempts[0].ticket);
	r->untold = r->present = 0;
	r->waited = span_between(r->attempts[0].waits_since, now);
	file_unconnected(r, FAULT_WAITING, PHASE_CONNECT, &r->addresses[0],
			 "see in_flight_max, per_address_max and the limit of open files");
	end_if_done(r);
}

static void budget_wait(struct round *r)
{
	r->deadline.run = budget_timed_out;
	schedule_put(&r->worker->schedule, &r->deadline, r->ends);
}

static void attempts_begin(struct round *r, size_t count)
{
	size_t attempts = each(r) ? count : 1;
	bool in[RESOLVER_ADDRESSES_MAX];

	r->attempts = calloc(attempts, sizeof(*r->attempts));
	if (r->attempts == NULL || r->addresses == NULL) {
		file_unconnected(r, FAULT_INTERNAL, PHASE_CONNECT, NULL, "out of memory");
		end_if_done(r);
		return;
	}
	r->attempt_count = attempts;
	r->untold = r->present = (unsigned)attempts;
	for (size_t i = 0; i < attempts; i++) {
		struct attempt *a = &r->attempts[i];

		a->round = r;
		a->ticket.admitted = admitted;
		a->addresses = &r->addresses[i];
		a->ticket.rank = rank_of(a);
		a->address_count = each(r) ? 1 : count;
		a->waits_since = instant_now();
		in[i] = gate_enter(&r->worker->gate, &a->ticket, a->addresses);
	}
	/* Behind the loop, because the last one to fail ends the round. */
	for (size_t i = 0; i < attempts; i++)
		if (in[i])
			attempt_start(&r->attempts[i]);
		else if (!can_wait(r))
			budget_wait(r);
}

/* What is lacking stands beside what is probed; where one address is enough it is noted. */
static void tell_missing(struct round *r, const struct resolver_answer *answer)
{
	char words[PLACES_WORDS_MAX];
	enum fault fault = places_lacking(answer, words);

	if (!each(r) && answer->missing[0] != '\0')
		r->missing = strdup(answer->missing);
	else if (each(r) && fault != FAULT_OK)
		file_unconnected(r, fault, PHASE_DNS, NULL, words);
}

/* A server is not asked whose records could not be looked up: nor do senders. */
static void tlsa_done(struct tlsa_search *s)
{
	struct round *r = (struct round *)((char *)s - offsetof(struct round, tlsa));

	schedule_drop(&r->worker->schedule, &r->deadline);
	r->dns = span_between(r->began, instant_now());
	if (s->dane != DANE_FAILED) {
		attempts_begin(r, r->address_count);
		return;
	}
	if (each(r))
		slot_keep(r->target->slot, NULL, 0, false);
	file_unconnected(r, s->fault, PHASE_DNS, NULL, s->words->why);
	end_if_done(r);
}

/* Once: an answer may lie unread when the deadline of a question is looked at too late. */
static bool put_off(struct round *r, struct instant now)
{
	struct span late = span_between(r->deadline.at, now);

	if (r->put_off || late.ns <= span_of_ms(LOOP_LAG_REAL_MS).ns)
		return false;
	r->put_off = true;
	schedule_put(&r->worker->schedule, &r->deadline, instant_plus(now, span_of_ms(1)));
	return true;
}

static void tlsa_timed_out(struct due *d, struct instant now)
{
	struct round *r = (struct round *)((char *)d - offsetof(struct round, deadline));

	if (put_off(r, now))
		return;
	tlsa_search_settle(&r->tlsa);
	tlsa_done(&r->tlsa);
}

static void answered(struct question *q, const struct resolver_answer *answer)
{
	struct round *r = (struct round *)((char *)q - offsetof(struct round, question));
	char words[PLACES_WORDS_MAX];
	size_t count = answer->count;

	r->asking = false;
	schedule_drop(&r->worker->schedule, &r->deadline);
	if (!places_is_literal(r->target->host))
		r->dns = span_between(r->began, instant_now());
	if (each(r))
		slot_keep(r->target->slot, answer->addresses, count,
			  places_lacking(answer, words) == FAULT_OK);
	if (answer->fault != FAULT_OK) {
		file_unconnected(r, answer->fault, PHASE_DNS, NULL, answer->reason);
		end_if_done(r);
		return;
	}
	r->addresses = malloc(count * sizeof(*r->addresses));
	if (r->addresses != NULL)
		count =
		    places_take(r->target, r->errand != NULL ? r->errand->allowance : NULL,
				answer, r->addresses);
	if (count == 0) {
		file_unconnected(r, FAULT_NO_ADDRESS, PHASE_DNS, NULL,
				 "it leads to addresses that may not be probed");
		end_if_done(r);
		return;
	}
	tell_missing(r, answer);
	r->address_count = count;
	r->tlsa.done = tlsa_done;
	r->deadline.run = tlsa_timed_out;
	schedule_put(&r->worker->schedule, &r->deadline, r->ends);
	if (tlsa_search_begin(&r->tlsa, r->kit->resolver, r->target, answer))
		return;
	schedule_drop(&r->worker->schedule, &r->deadline);
	attempts_begin(r, count);
}

static void lookup_timed_out(struct due *d, struct instant now)
{
	struct round *r = (struct round *)((char *)d - offsetof(struct round, deadline));
	struct resolver_answer answer;

	if (put_off(r, now))
		return;
	resolver_settle(r->kit->resolver, &r->question, &answer);
	r->asking = false;
	r->dns = span_between(r->began, now);
	if (each(r))
		slot_keep(r->target->slot, NULL, 0, false);
	/* An address is of no use any more. */
	if (answer.fault == FAULT_OK)
		file_unconnected(r, FAULT_TIMEOUT, PHASE_DNS, NULL, answer.missing);
	else
		file_unconnected(r, answer.fault, PHASE_DNS, NULL, answer.reason);
	end_if_done(r);
}

static void ask(struct due *d, struct instant now)
{
	struct round *r = (struct round *)((char *)d - offsetof(struct round, deadline));

	(void)now;
	d->run = lookup_timed_out;
	r->asking = true;
	schedule_put(&r->worker->schedule, d, r->ends);
	resolver_ask(r->kit->resolver, r->target->host, places_family(r->target->addresses),
		     &r->question);
}

struct round_link *round_link(struct round *r)
{
	return &r->link;
}

/* --- the round ---------------------------------------------------------------------------- */

static struct round *begin(struct worker *w, struct kit *kit, const struct target *target)
{
	struct round *r = calloc(1, sizeof(*r));
	struct instant now = instant_now();

	if (r == NULL)
		return NULL;
	r->worker = w;
	r->target = target;
	r->began = now;
	r->ends = instant_plus(now, target->timeout);
	r->dns.ns = -1;
	r->question.answered = answered;
	r->question.patience = target->timeout;
	if (login_is_held(w, target, &r->held_until)) {
		r->hold_login = true;
		atomic_fetch_add(&w->counters.skipped_suspended, 1);
	}
	r->deadline.run = ask;
	if (!schedule_put(&w->schedule, &r->deadline, now)) {
		free(r);
		return NULL;
	}
	r->kit = kit_hold(kit);
	worker_join(w, r);
	return r;
}

struct round *round_new(struct worker *w, struct kit *kit, const struct target *target,
			void (*told)(void *user, unsigned news), void *user)
{
	struct round *r = begin(w, kit, target);

	if (r != NULL) {
		r->told = told;
		r->user = user;
	}
	return r;
}

void round_file_failure(struct worker *w, struct kit *kit, const struct target *target,
			const char *reason)
{
	struct round r = { .worker = w,
			   .kit = kit,
			   .target = target,
			   .began = instant_now(),
			   .dns = { -1 } };

	file_unconnected(&r, FAULT_INTERNAL, PHASE_CONNECT, NULL, reason);
}

bool round_errand(struct worker *w, struct kit *kit, struct errand *errand)
{
	struct round *r = begin(w, kit, &errand->target);

	if (r != NULL)
		r->errand = errand;
	return r != NULL;
}

void round_set_user(struct round *r, void *user)
{
	r->user = user;
	if (user == NULL)
		r->told = NULL;
}

void round_leave(struct round *r, struct span grace)
{
	r->silent = true;
	r->told = NULL;
	if (r->asking)
		resolver_cancel(r->kit->resolver, &r->question);
	tlsa_search_cancel(&r->tlsa);
	schedule_drop(&r->worker->schedule, &r->deadline);
	r->untold = 0;
	r->present++; /* keeps the round while its attempts leave one by one */
	for (size_t i = 0; i < r->attempt_count; i++) {
		struct attempt *a = &r->attempts[i];

		schedule_drop(&r->worker->schedule, &a->retry);
		if (a->probe != NULL) {
			probe_leave(a->probe, grace);
		} else if (a->ticket.where != 0) {
			gate_leave(&r->worker->gate, &a->ticket);
			r->present--;
		}
	}
	r->present--;
	if (r->errand != NULL)
		errand_done(r, NULL);
	end_if_done(r);
}
