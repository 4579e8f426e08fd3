/* expectations.c - looks into what was offered before and after TLS. */
#include "expectations.h"

bool expectations_any(const struct options *o)
{
	return o->expected_count > 0 || o->expect_auth_after_tls;
}

/* "SIZE" is offered by "SIZE=1000", too. */
static bool offers(const char *offered, const char *wanted)
{
	struct view rest = view_of(offered), word, want = view_of(wanted);

	while (view_next_word(&rest, &word)) {
		if (view_equal(word, wanted))
			return true;
		if (word.n > want.n && word.p[want.n] == '=' && view_starts(word, wanted))
			return true;
	}
	return false;
}

/* RFC 4954 AUTH, RFC 9051 AUTH= and LOGINDISABLED, RFC 2449 USER and SASL, RFC 5804 SASL. */
static bool offers_login(const char *offered, const struct protocol *protocol)
{
	if (protocol == &imap_protocol)
		return offers(offered, "AUTH") ||
		       (*offered != '\0' && !offers(offered, "LOGINDISABLED"));
	if (protocol == &pop3_protocol)
		return offers(offered, "USER") || offers(offered, "SASL");
	if (protocol == &sieve_protocol) {
		struct view rest = view_of(offered), word;

		while (view_next_word(&rest, &word))
			if (view_starts(word, "SASL=") && word.n > sizeof("SASL=") - 1)
				return true;
		return false;
	}
	return offers(offered, "AUTH");
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

void expectations_judge(const struct options *o, struct finding *f)
{
	const char *before = transcript_offered_before(f->result.transcript);
	const char *after = transcript_offered_after(f->result.transcript);
	const struct service *service = f->target->service;

	if (state_is_bad(f->result.state))
		return;
	if (o->expect_auth_after_tls && service->tls != TLS_MODE_IMPLICIT &&
	    offers_login(before, service->protocol)) {
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
