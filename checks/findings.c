/* findings.c - one rule is one function; all of them only touch state, pair and remark. */
#include "findings.h"

#include "legacy_tls.h"
#include "out_of_memory.h"
#include "verdict.h"

#include "address_verdict.h"
#include "expectations.h"

#include <stdlib.h>
#include <string.h>

void findings_add(struct findings *f, const struct target *target,
		  const struct result *result)
{
	struct finding *next;

	if (f->count == f->room) {
		f->room = f->room * 2 + 8;
		f->list = reallocarray(f->list, f->room, sizeof(*f->list));
		if (f->list == NULL)
			out_of_memory();
	}
	next = &f->list[f->count++];
	next->target = target;
	next->remark[0] = '\0';
	result_copy(&next->result, result);
}

void findings_note_legacy_tls(struct findings *f, const struct policy *policy)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct target *t = f->list[i].target;
		struct result *r = &f->list[i].result;

		legacy_tls_note(r, slot_legacy_tls(t->slot));
		verdict_decide(r, t->service, policy, t->overrides);
	}
}

void findings_fini(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++)
		result_fini(&f->list[i].result);
	free(f->list);
	*f = (struct findings){ 0 };
}

static int by_target_and_address(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	char left[ADDRESS_TEXT_MAX], right[ADDRESS_TEXT_MAX];

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	return strcmp(address_text(&x->result.address, left),
		      address_text(&y->result.address, right));
}

/* --- closed ports with a twin ------------------------------------------------------------- */

const char *findings_twin(const char *service)
{
	static const char *const twins[][2] = { { "submission", "submissions" },
						{ "imap", "imaps" },
						{ "pop3", "pop3s" } };

	for (size_t i = 0; i < ARRAY_SIZE(twins); i++)
		if (strcmp(service, twins[i][0]) == 0)
			return twins[i][1];
	return NULL;
}

static bool works(const struct findings *f, const char *service)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->list[i].target->service->name, service) == 0)
			return !state_is_bad(f->list[i].result.state);
	return false;
}

/* RFC 8314 section 4.1: implicit TLS is to be preferred, the plain port may be closed. */
static void excuse_closed(const struct findings *f, struct finding *one)
{
	const char *twin = findings_twin(one->target->service->name);
	struct buffer b;

	if (one->result.fault != FAULT_REFUSED || twin == NULL || !works(f, twin))
		return;
	one->result.state = STATE_OK;
	buffer_init(&b, one->remark, sizeof(one->remark));
	buffer_format(&b, "closed, which is fine: its TLS twin %s works", twin);
	buffer_string(&b);
}

void findings_judge(struct findings *f, const struct check_mail_options *o)
{
	qsort(f->list, f->count, sizeof(*f->list), by_target_and_address);
	for (size_t i = 0; i < f->count; i++) {
		expectations_judge(o, &f->list[i]);
		thresholds_judge(&o->limits, &f->list[i]);
	}
	for (size_t i = 0; i < f->count && o->service_count == 0; i++)
		excuse_closed(f, &f->list[i]);
	address_verdict_decide(f->list, f->count);
}
