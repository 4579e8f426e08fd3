/* sasl.c - decides whether a login may be tried and by which mechanism; each guard decides
 * anew from what the server has offered so far. */
#include "sasl.h"

#include "sasl_mechanisms.h"

#include <string.h>

bool sasl_may_send(const struct dialogue *d)
{
	unsigned flags = d->params->flags;

	if (dialogue_in_tls(d))
		return d->trust == TRUST_VERIFIED || flags & DIALOGUE_UNVERIFIED_LOGIN;
	return flags & DIALOGUE_PLAINTEXT_LOGIN && d->params->tls != TLS_MODE_STARTTLS;
}

/* --- what is offered ----------------------------------------------------------------------- */

void sasl_add_mechanism(struct dialogue *d, struct view name)
{
	d->learned |= capability_set_mechanism(name);
}

void sasl_add_mechanisms(struct dialogue *d, struct view names)
{
	struct view name;

	while (view_next_word(&names, &name))
		sasl_add_mechanism(d, name);
}

void sasl_record_server_name(struct dialogue *d, struct view words)
{
	if (view_has_word(words, "Cyrus"))
		d->learned |= LEARNED_TLS_UNIQUE;
}

/* --- which is used ------------------------------------------------------------------------- */

/* The name of the connection's channel binding (RFC 5056); "" if it has none. */
static const char *channel_binding_name(const struct dialogue *d)
{
	const struct sasl_support *sasl_support = d->params->sasl_support;
	char storage[SCRAM_BOUND_MAX];
	struct buffer bound;
	const char *name = NULL;

	buffer_init(&bound, storage, sizeof(storage));
	if (dialogue_in_tls(d) && sasl_support != NULL &&
	    sasl_support->channel_binding != NULL)
		name = sasl_support->channel_binding(d->params->callback_user, &bound);
	return name != NULL ? name : "";
}

static bool is_tls_unique(const char *channel_binding_name)
{
	return strcmp(channel_binding_name, "tls-unique") == 0;
}

static bool channel_binding_usable(const struct dialogue *d)
{
	const char *name = channel_binding_name(d);

	return name[0] != '\0' &&
	       (!dialogue_has_learned(d, LEARNED_TLS_UNIQUE) || is_tls_unique(name));
}

/* EXTERNAL, which needs no secret, is used only if it is configured by name. */
static bool mechanism_is_usable(const struct dialogue *d, enum mechanism m)
{
	const struct dialogue_params *t = d->params;
	bool wanted = m == t->mechanism;

	if (!dialogue_has_learned(d, LEARNED_MECHANISM(m)) ||
	    (!wanted && (t->mechanism != MECHANISM_BEST || m == MECHANISM_EXTERNAL)))
		return false;
	if (mechanism_wants_token(m) != ((t->flags & DIALOGUE_TOKEN) != 0) ||
	    (mechanism_needs_support(m) && t->sasl_support == NULL))
		return false;
	return !mechanism_binds_channel(m) || channel_binding_usable(d);
}

enum mechanism sasl_mechanism(const struct dialogue *d)
{
	for (enum mechanism m = MECHANISM_BEST + 1; m < MECHANISM_COUNT; m++)
		if (mechanism_is_usable(d, m))
			return m;
	return MECHANISM_BEST;
}

static bool login_is_wanted(const struct dialogue *d)
{
	return d->params->user != NULL && !sasl_logged_in(d);
}

bool sasl_needs_capability_list(const struct dialogue *d)
{
	return login_is_wanted(d) && sasl_may_send(d) &&
	       mechanism_binds_channel(sasl_mechanism(d)) &&
	       !is_tls_unique(channel_binding_name(d));
}

static bool may_use_login_command(const struct dialogue *d)
{
	return dialogue_has_learned(d, LEARNED_LOGIN_COMMAND) &&
	       d->params->mechanism == MECHANISM_BEST &&
	       !(d->params->flags & DIALOGUE_TOKEN);
}

/* The mechanism to use; MECHANISM_BEST if no login by SASL is wanted, permitted or
 * possible. */
static enum mechanism permitted_mechanism(const struct dialogue *d)
{
	return login_is_wanted(d) && sasl_may_send(d) ? sasl_mechanism(d) : MECHANISM_BEST;
}

/* --- guards -------------------------------------------------------------------------------- */

static bool initial_response_fits(const struct dialogue *d, enum mechanism m, size_t room)
{
	return (mechanism_first_message_max(d, m) + 2) / 3 * 4 <= room;
}

bool sasl_initial_response_fits(const struct dialogue *d, size_t room)
{
	enum mechanism m = permitted_mechanism(d);

	return m != MECHANISM_BEST && !mechanism_server_speaks_first(m) &&
	       initial_response_fits(d, m, room);
}

bool sasl_initial_response_too_long(const struct dialogue *d, size_t room)
{
	enum mechanism m = permitted_mechanism(d);

	return m != MECHANISM_BEST && !mechanism_server_speaks_first(m) &&
	       !initial_response_fits(d, m, room);
}

bool sasl_server_speaks_first(const struct dialogue *d)
{
	enum mechanism m = permitted_mechanism(d);

	return m != MECHANISM_BEST && mechanism_server_speaks_first(m);
}

bool sasl_exchange_continues(const struct dialogue *d)
{
	return permitted_mechanism(d) != MECHANISM_BEST;
}

bool sasl_by_command(const struct dialogue *d)
{
	return login_is_wanted(d) && sasl_may_send(d) &&
	       sasl_mechanism(d) == MECHANISM_BEST && may_use_login_command(d);
}

bool sasl_not_possible(const struct dialogue *d)
{
	if (!login_is_wanted(d))
		return false;
	if (!sasl_may_send(d))
		return !dialogue_in_tls(d);
	return sasl_mechanism(d) == MECHANISM_BEST && !may_use_login_command(d);
}

bool sasl_logged_in(const struct dialogue *d)
{
	return d->params->user != NULL && dialogue_has_learned(d, LEARNED_LOGGED_IN);
}

/* --- judges -------------------------------------------------------------------------------- */

/* RFC 5804 section 2.1: a positive reply may hold the last challenge of the server. */
static enum judgement judge_login_success(struct dialogue *d, enum mechanism m,
					  const struct mail_reply *r)
{
	enum judgement judgement = JUDGED_GOOD;

	if (view_equal(view_of(r->status_code), "SASL"))
		judgement = sasl_exchange_take_challenge(d, m, buffer_view(&r->words));
	if (judgement == JUDGED_FAULT_SET)
		return judgement;
	return sasl_exchange_judge_success(d, m);
}

enum judgement sasl_judge_reply(struct dialogue *d, const struct mail_reply *r)
{
	enum mechanism m = sasl_mechanism(d);

	if (r->answer == ANSWER_NO) {
		mail_reply_add_text(&d->reply, sasl_exchange_error(d));
		return JUDGED_REFUSED;
	}
	if (m != MECHANISM_BEST)
		return r->answer == ANSWER_YES
			   ? judge_login_success(d, m, r)
			   : sasl_exchange_take_challenge(d, m, buffer_view(&r->words));
	if (r->answer == ANSWER_CONTINUE)
		return JUDGED_UNEXPECTED;
	d->learned |= LEARNED_LOGGED_IN;
	return JUDGED_GOOD;
}

enum judgement sasl_fail_not_possible(struct dialogue *d, const struct mail_reply *r)
{
	enum mechanism wanted = d->params->mechanism;
	char words[128];
	struct buffer b;

	(void)r;
	if (!sasl_may_send(d))
		return dialogue_fail(d, FAULT_AUTH_UNSUPPORTED,
				     "no TLS here, and no password is sent in plain text "
				     "(see allow_plaintext_login)");
	if (d->params->flags & DIALOGUE_TOKEN && wanted == MECHANISM_BEST)
		return dialogue_fail(d, FAULT_AUTH_UNSUPPORTED,
				     "the server offers no login with a token: OAUTHBEARER "
				     "or XOAUTH2");
	if (wanted == MECHANISM_BEST)
		return dialogue_fail(d, FAULT_AUTH_UNSUPPORTED,
				     "the server offers no login we know: SCRAM, CRAM-MD5, "
				     "PLAIN, LOGIN or the protocol's own command");
	buffer_init(&b, words, sizeof(words));
	if (dialogue_has_learned(d, LEARNED_MECHANISM(wanted)))
		buffer_format(&b, "%s cannot be used here", mechanism_name(wanted));
	else
		buffer_format(&b, "the server does not offer %s", mechanism_name(wanted));
	return dialogue_fail(d, FAULT_AUTH_UNSUPPORTED, buffer_string(&b));
}
