/* steps.c - what drivers ask and tell a dialogue; the guards and judges that every protocol needs. */
#include "dialogue_state.h"

bool dialogue_in_tls(const struct dialogue *d)
{
	return d->state & IN_TLS;
}

bool dialogue_upgraded(const struct dialogue *d)
{
	return d->state & UPGRADED;
}

bool dialogue_unanswered(const struct dialogue *d)
{
	return !(d->state & ANSWERED) && !(d->params->flags & DIALOGUE_TLS_ONLY);
}

bool dialogue_knows(const struct dialogue *d, uint32_t bit)
{
	return d->learned & bit;
}

bool dialogue_count(struct dialogue *d, struct view messages)
{
	uint64_t count;

	if (!view_number(messages, INT64_MAX, &count))
		return false;
	if (!dialogue_judged(d))
		d->outcome.messages = (int64_t)count;
	return true;
}

/* --- for callers --------------------------------------------------------------------------- */

bool dialogue_judged(const struct dialogue *d)
{
	return d->state & (JUDGED | PARTING);
}

enum phase dialogue_phase(const struct dialogue *d)
{
	return d->phase;
}

const struct outcome *dialogue_outcome(const struct dialogue *d)
{
	return &d->outcome;
}

const char *dialogue_alert(const struct dialogue *d)
{
	return d->room != NULL ? d->room->alert : "";
}

struct view dialogue_output(const struct dialogue *d)
{
	return buffer_view(&d->output);
}

/* --- guards and judges --------------------------------------------------------------------- */

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
