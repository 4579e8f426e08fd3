/* steps.c - the guards and judges that every protocol needs. */
#include "driver.h"

static bool may_upgrade(const struct dialogue *d)
{
	return !dialogue_in_tls(d) && !dialogue_knows(d, LEARNED_INSIDE);
}

bool starttls_wanted(const struct dialogue *d)
{
	return may_upgrade(d) && d->params->tls != TLS_MODE_NONE &&
	       dialogue_knows(d, LEARNED_STARTTLS);
}

bool starttls_missing(const struct dialogue *d)
{
	return !dialogue_in_tls(d) && d->params->tls == TLS_MODE_STARTTLS &&
	       !starttls_wanted(d);
}

enum judgement starttls_blame_missing(struct dialogue *d, const struct mail_reply *r)
{
	(void)r;
	return dialogue_blame(d, FAULT_STARTTLS_UNAVAILABLE,
			      dialogue_knows(d, LEARNED_INSIDE)
				  ? "the server logs us in before TLS (PREAUTH), which "
				    "rules STARTTLS out"
				  : "the server does not offer STARTTLS");
}

enum judgement hear_yes(struct dialogue *d, const struct mail_reply *r)
{
	(void)d;
	if (r->answer == ANSWER_MORE)
		return JUDGED_ODD;
	return r->answer == ANSWER_YES ? JUDGED_GOOD : JUDGED_REFUSED;
}

enum judgement hear_more(struct dialogue *d, const struct mail_reply *r)
{
	(void)d;
	if (r->answer == ANSWER_YES)
		return JUDGED_ODD;
	return r->answer == ANSWER_MORE ? JUDGED_GOOD : JUDGED_REFUSED;
}
