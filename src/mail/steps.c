/* steps.c - what drivers ask and tell a dialogue; the guards and judges that every protocol
 * needs. */
#include "dialogue_state.h"

bool dialogue_in_tls(const struct dialogue *d)
{
	return d->state & IN_TLS;
}

bool dialogue_upgraded(const struct dialogue *d)
{
	return d->state & UPGRADED;
}

bool dialogue_no_command_answered(const struct dialogue *d)
{
	return !(d->state & ANSWERED) && !(d->params->flags & DIALOGUE_TLS_ONLY);
}

bool dialogue_has_learned(const struct dialogue *d, uint32_t bit)
{
	return d->learned & bit;
}

bool dialogue_set_message_count(struct dialogue *d, struct view messages)
{
	uint64_t count;

	if (!view_number(messages, INT64_MAX, &count))
		return false;
	if (!dialogue_outcome_is_final(d))
		d->outcome.messages = (int64_t)count;
	return true;
}

/* --- for callers --------------------------------------------------------------------------- */

bool dialogue_outcome_is_final(const struct dialogue *d)
{
	return d->state & (OUTCOME_FINAL | FAREWELL_ONLY);
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
	return d->buffers != NULL ? d->buffers->alert : "";
}

struct view dialogue_output(const struct dialogue *d)
{
	return buffer_view(&d->output);
}

/* --- guards and judges --------------------------------------------------------------------- */

static bool starttls_possible(const struct dialogue *d)
{
	return !dialogue_in_tls(d) && !dialogue_has_learned(d, LEARNED_LOGGED_IN);
}

bool starttls_wanted(const struct dialogue *d)
{
	return starttls_possible(d) && d->params->tls != TLS_MODE_NONE &&
	       dialogue_has_learned(d, LEARNED_STARTTLS);
}

bool starttls_missing(const struct dialogue *d)
{
	return !dialogue_in_tls(d) && d->params->tls == TLS_MODE_STARTTLS &&
	       !starttls_wanted(d);
}

enum judgement starttls_fail_missing(struct dialogue *d, const struct mail_reply *r)
{
	(void)r;
	return dialogue_fail(d, FAULT_STARTTLS_UNAVAILABLE,
			     dialogue_has_learned(d, LEARNED_LOGGED_IN)
				 ? "the server logs us in before TLS (PREAUTH), which "
				   "rules STARTTLS out"
				 : "the server does not offer STARTTLS");
}

enum judgement expect_success(struct dialogue *d, const struct mail_reply *r)
{
	(void)d;
	if (r->answer == ANSWER_CONTINUE)
		return JUDGED_UNEXPECTED;
	return r->answer == ANSWER_YES ? JUDGED_GOOD : JUDGED_REFUSED;
}

enum judgement expect_continuation(struct dialogue *d, const struct mail_reply *r)
{
	(void)d;
	if (r->answer == ANSWER_YES)
		return JUDGED_UNEXPECTED;
	return r->answer == ANSWER_CONTINUE ? JUDGED_GOOD : JUDGED_REFUSED;
}
