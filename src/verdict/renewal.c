/* renewal.c - the newest of the newer ones is found, and told by where it is shown. */
#include "renewal.h"

#include "verdict.h"

#include <string.h>

enum { DAY_MS = 24 * 3600 * 1000 };

static bool keys_differ(const struct certificate *a, const struct certificate *b)
{
	return strcmp(a->key_kind, b->key_kind) != 0;
}

bool renewal_is_missed(const struct policy *policy, const struct certificate *old,
		       const struct certificate *newer, struct moment seen,
		       struct moment now)
{
	int64_t in_use = now.ms - (seen.ms != 0 ? seen.ms : newer->not_before.ms);

	if (newer->not_before.ms - old->not_before.ms <= DAY_MS ||
	    in_use <= policy->overlap.ns / 1000000)
		return false;
	return !keys_differ(old, newer) ||
	       policy_expiry(policy, old->not_before, old->not_after, now) != STATE_OK;
}

/* One who looks for a newer certificate than his own. */
struct renewal_search {
	const struct policy *policy;
	const struct target *target;
	const struct result *own;
	struct moment begin, seen; /* of the newest; begin ms 0: none */
	const struct target *shown_by;
	struct address address;
};

static bool is_comparable(const struct certificate *c, unsigned cert_faults)
{
	return c != NULL && !(cert_faults & CERT_FAULT_BIT(FAULT_CERT_NAME));
}

static void renewal_consider(struct renewal_search *s, const struct target *t,
			     const struct address *address, const struct certificate *c,
			     struct moment seen)
{
	if (c->not_before.ms <= s->begin.ms ||
	    !renewal_is_missed(s->policy, s->own->certificate, c, seen, s->own->at))
		return;
	s->begin = c->not_before;
	s->seen = seen;
	s->shown_by = t;
	s->address = *address;
}

static bool renewal_add_notice(const struct renewal_search *s, struct result *result)
{
	char words[2 * PRINTABLE_MAX], text[ADDRESS_TEXT_MAX], date[MOMENT_TEXT_MAX];
	struct buffer b;

	if (s->begin.ms == 0)
		return false;
	buffer_init(&b, words, sizeof(words));
	buffer_text(&b, s->shown_by->service->name);
	if (s->shown_by->addresses == ADDRESS_EACH)
		buffer_format(&b, " at %s", address_text(&s->address, text));
	buffer_format(&b, " shows one of %s", moment_text(s->begin, date));
	if (s->seen.ms != 0)
		buffer_format(&b, ", seen since %s", moment_text(s->seen, date));
	buffer_format(&b, ", this is still the one of %s",
		      moment_text(s->own->certificate->not_before, date));
	result_add_notice(result, FAULT_CERT_DIFFERS, buffer_string(&b));
	return true;
}

static bool asks_for_same_name(const struct target *a, const struct target *b)
{
	return strcmp(a->server, b->server) == 0 && a->tls_name != NULL &&
	       b->tls_name != NULL && strcmp(a->tls_name, b->tls_name) == 0;
}

/* --- in the exporter -------------------------------------------------------------------- */

static void renewal_search_slot(struct renewal_search *s, const struct target *t)
{
	struct record_figures records[SLOT_RECORDS_MAX];
	uint8_t count = 0;

	if (t == s->target && t->addresses != ADDRESS_EACH)
		return;
	slot_copy_figures(&t->slot, 1, FIGURES_CERTIFICATE | FIGURES_ADDRESS, records,
			  ARRAY_SIZE(records), &count);
	for (unsigned i = 0; i < count; i++) {
		const struct record_figures *r = &records[i];
		const struct certificate *c = r->certificate;

		if (is_comparable(c, r->cert_faults) &&
		    (t != s->target || !address_same_host(&r->address, &s->own->address)))
			renewal_consider(s, t, &r->address, c,
					 (struct moment){ (int64_t)c->first_seen * 1000 });
		certificate_release(r->certificate);
	}
}

void renewal_compare(const struct plan *plan, const struct target *target,
		     struct result *result)
{
	const struct target *first = plan->targets, *end = first + plan->target_count;
	struct renewal_search s = { .policy = &plan->settings.policy,
				    .target = target,
				    .own = result };
	const struct target *t = target;

	if (target < first || target >= end ||
	    !is_comparable(result->certificate, result->cert_faults))
		return;
	while (t > first && strcmp(t[-1].server, target->server) == 0)
		t--;
	for (; t < end && strcmp(t->server, target->server) == 0; t++)
		if (asks_for_same_name(t, target))
			renewal_search_slot(&s, t);
	renewal_add_notice(&s, result);
}

/* --- in a plugin ------------------------------------------------------------------------ */

void renewal_compare_all(const struct policy *policy, struct finding *findings,
			 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct result *own = &findings[i].result;
		const struct target *t = findings[i].target;
		struct renewal_search s = { .policy = policy, .target = t, .own = own };

		if (!is_comparable(own->certificate, own->cert_faults))
			continue;
		for (size_t k = 0; k < count; k++) {
			const struct result *r = &findings[k].result;

			if (k != i && asks_for_same_name(findings[k].target, t) &&
			    is_comparable(r->certificate, r->cert_faults))
				renewal_consider(&s, findings[k].target, &r->address,
						 r->certificate, (struct moment){ 0 });
		}
		if (renewal_add_notice(&s, own))
			verdict_decide(own, t->service, policy, t->overrides);
	}
}
