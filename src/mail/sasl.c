/* sasl.c - one answer to "may we, and how", asked anew by every guard. */
#include "sasl.h"

enum way { WAY_NONE, WAY_BARRED, WAY_PLAIN, WAY_LOGIN, WAY_COMMAND };

bool sasl_may_send(const struct dialogue *d)
{
	unsigned flags = d->terms->flags;

	if (dialogue_in_tls(d))
		return d->trust == TRUST_VERIFIED || flags & DIALOGUE_UNVERIFIED_LOGIN;
	return flags & DIALOGUE_PLAINTEXT_LOGIN && d->terms->tls != TLS_MODE_STARTTLS;
}

static enum way way_in(const struct dialogue *d)
{
	if (d->terms->user == NULL || sasl_inside(d))
		return WAY_NONE;
	if (!sasl_may_send(d))
		return dialogue_in_tls(d) ? WAY_NONE : WAY_BARRED;
	if (dialogue_knows(d, LEARNED_PLAIN))
		return WAY_PLAIN;
	if (dialogue_knows(d, LEARNED_LOGIN))
		return WAY_LOGIN;
	return dialogue_knows(d, LEARNED_COMMAND) ? WAY_COMMAND : WAY_BARRED;
}

bool sasl_by_plain(const struct dialogue *d)
{
	return way_in(d) == WAY_PLAIN;
}

bool sasl_by_login(const struct dialogue *d)
{
	return way_in(d) == WAY_LOGIN;
}

bool sasl_by_command(const struct dialogue *d)
{
	return way_in(d) == WAY_COMMAND;
}

bool sasl_barred(const struct dialogue *d)
{
	return way_in(d) == WAY_BARRED;
}

size_t sasl_plain_size(const struct dialogue *d)
{
	size_t raw = 2 + view_of(d->terms->user).n + view_of(d->terms->password).n;

	return (raw + 2) / 3 * 4;
}

bool sasl_inside(const struct dialogue *d)
{
	return d->terms->user != NULL && dialogue_knows(d, LEARNED_INSIDE);
}

enum judgement sasl_hear(struct dialogue *d, const struct reply *r)
{
	if (r->answer == ANSWER_MORE)
		return d->step->flags & STEP_SASL ? JUDGED_CHALLENGE : JUDGED_ODD;
	if (r->answer == ANSWER_NO)
		return JUDGED_REFUSED;
	d->learned |= LEARNED_INSIDE;
	return JUDGED_GOOD;
}

enum judgement sasl_blame_barred(struct dialogue *d, const struct reply *r)
{
	(void)r;
	if (!sasl_may_send(d))
		return dialogue_blame(d, FAULT_AUTH_UNSUPPORTED,
				      "no TLS here, and no password is sent in plain text "
				      "(see allow_plaintext_login)");
	return dialogue_blame(d, FAULT_AUTH_UNSUPPORTED,
			      "the server offers no login we know: PLAIN, LOGIN or the "
			      "protocol's own command");
}
