/* dane_policy.c - DANE on port 25 is the receiver's choice: without records nothing changes. */
#include "dane_policy.h"

#include "buffer.h"

bool dane_policy_applies(const struct target *t)
{
	const struct service *s = t->service;

	if (t->flags & (TARGET_DANE_OFF | TARGET_TLS_ONLY) ||
	    !protocol_uses_tlsa(s->protocol) || s->tls == TLS_MODE_NONE)
		return false;
	return s->tls == TLS_MODE_OPPORTUNISTIC || (t->flags & TARGET_DANE_REQUIRED);
}

bool dane_policy_requires_tls(const struct target *t, enum dane dane)
{
	return dane >= DANE_UNCOMPARED ||
	       (dane_policy_applies(t) && (t->flags & TARGET_DANE_REQUIRED));
}

bool dane_policy_is_violated(const struct target *t, enum dane dane)
{
	return dane_policy_applies(t) && (t->flags & TARGET_DANE_REQUIRED) &&
	       dane < DANE_VALID;
}

static const char *dane_violation_words(enum dane dane)
{
	switch (dane) {
	case DANE_OFF:
		return "DANE is required, and the host is no name of DNS";
	case DANE_UNKNOWN:
		return "DANE is required, and the resolver is not trusted to validate: see "
		       "trust_ad";
	case DANE_ABSENT:
		return "DANE is required, and there is no TLSA record, or the zone is not "
		       "signed";
	default:
		return "DANE is required, and no TLSA record can be used";
	}
}

void dane_policy_judge(const struct target *t, struct result *r)
{
	char text[2 * PRINTABLE_MAX];
	struct buffer b;

	if (!dane_policy_is_violated(t, r->dane) || r->dane == DANE_INVALID)
		return;
	buffer_init(&b, text, sizeof(text));
	buffer_format(&b, "%s%s%s", dane_violation_words(r->dane),
		      r->cert_detail[0] != '\0' ? "; " : "", r->cert_detail);
	r->cert_faults |= CERT_FAULT_BIT(FAULT_CERT_DANE);
	r->flags &= ~(unsigned)RESULT_VERIFIED;
	printable_copy(r->cert_detail, sizeof(r->cert_detail), buffer_view(&b));
}
