/* expectations.c - looks into what was offered before and after TLS. */
#include "expectations.h"

#include "capability_words.h"

bool expectations_any(const struct check_mail_options *o)
{
	return o->expected_count > 0 || o->expect_auth_after_tls;
}

static bool offers(const char *offered, const char *wanted)
{
	return capability_words_have(view_of(offered), wanted);
}

static void expectations_fail(struct finding *f, const char *what, const char *how)
{
	struct buffer b;

	f->result.state = STATE_CRITICAL;
	f->result.fault = FAULT_PROTOCOL;
	f->result.phase = PHASE_CAPABILITY;
	buffer_init(&b, f->remark, sizeof(f->remark));
	buffer_format(&b, "%.80s %s", what, how);
	buffer_string(&b);
	for (char *p = f->remark; *p != '\0'; p++)
		if (*p == '|')
			*p = '/';
}

void expectations_judge(const struct check_mail_options *o, struct finding *f)
{
	const char *before = transcript_offered_before(f->result.transcript);
	const char *after = transcript_offered_after(f->result.transcript);
	const struct service *service = f->target->service;

	if (state_is_bad(f->result.state))
		return;
	if (o->expect_auth_after_tls && service->tls != TLS_MODE_IMPLICIT &&
	    protocol_offers_login(service->protocol, before)) {
		expectations_fail(f, "login", "is offered in clear, before TLS");
		return;
	}
	for (size_t i = 0; i < o->expected_count; i++) {
		if (offers(before, o->expected[i]) || offers(after, o->expected[i]))
			continue;
		expectations_fail(f, o->expected[i],
				  "is not offered, though it is expected");
		return;
	}
}
