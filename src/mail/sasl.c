/* sasl.c - one answer to "may we, and how", asked anew by every guard. */
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

void sasl_offered(struct dialogue *d, struct view name)
{
	d->learned |= capability_set_mechanism(name);
}

void sasl_offered_all(struct dialogue *d, struct view names)
{
	struct view name;

	while (view_next_word(&names, &name))
		sasl_offered(d, name);
}

void sasl_heard_name(struct dialogue *d, struct view words)
{
	if (view_has_word(words, "Cyrus"))
		d->learned |= LEARNED_UNIQUE;
}

/* --- which is taken ------------------------------------------------------------------------ */

/* The name of what a login could be bound to; "" when there is nothing. */
static const char *sasl_binding(const struct dialogue *d)
{
	const struct sasl_means *means = d->params->means;
	char storage[SCRAM_BOUND_MAX];
	struct buffer bound;
	const char *name = NULL;

	buffer_init(&bound, storage, sizeof(storage));
	if (dialogue_in_tls(d) && means != NULL && means->bind != NULL)
		name = means->bind(d->params->lend_user, &bound);
	return name != NULL ? name : "";
}

static bool is_unique(const char *sasl_binding)
{
	return strcmp(sasl_binding, "tls-unique") == 0;
}

static bool has_binding(const struct dialogue *d)
{
	const char *name = sasl_binding(d);

	return name[0] != '\0' && (!dialogue_knows(d, LEARNED_UNIQUE) || is_unique(name));
}

/* EXTERNAL is taken by wish only: it is the one that needs no secret. */
static bool is_usable(const struct dialogue *d, enum mechanism m)
{
	const struct dialogue_params *t = d->params;
	bool wanted = m == t->mechanism;

	if (!dialogue_knows(d, LEARNED_MECHANISM(m)) ||
	    (!wanted && (t->mechanism != MECHANISM_BEST || m == MECHANISM_EXTERNAL)))
		return false;
	if (mechanism_wants_token(m) != ((t->flags & DIALOGUE_TOKEN) != 0) ||
	    (sasl_exchange_needs_means(m) && t->means == NULL))
		return false;
	return !sasl_exchange_binds(m) || has_binding(d);
}

enum mechanism sasl_mechanism(const struct dialogue *d)
{
	for (enum mechanism m = MECHANISM_BEST + 1; m < MECHANISM_COUNT; m++)
		if (is_usable(d, m))
			return m;
	return MECHANISM_BEST;
}

static bool sasl_is_wanted(const struct dialogue *d)
{
	return d->params->user != NULL && !sasl_inside(d);
}

bool sasl_in_doubt(const struct dialogue *d)
{
	return sasl_is_wanted(d) && sasl_may_send(d) &&
	       sasl_exchange_binds(sasl_mechanism(d)) && !is_unique(sasl_binding(d));
}

static bool may_use_command(const struct dialogue *d)
{
	return dialogue_knows(d, LEARNED_COMMAND) &&
	       d->params->mechanism == MECHANISM_BEST &&
	       !(d->params->flags & DIALOGUE_TOKEN);
}

/* MECHANISM_BEST: not by SASL. */
static enum mechanism by_sasl(const struct dialogue *d)
{
	return sasl_is_wanted(d) && sasl_may_send(d) ? sasl_mechanism(d) : MECHANISM_BEST;
}

/* --- guards -------------------------------------------------------------------------------- */

static bool sasl_fits(const struct dialogue *d, enum mechanism m, size_t room)
{
	return (sasl_exchange_first_size(d, m) + 2) / 3 * 4 <= room;
}

bool sasl_at_once(const struct dialogue *d, size_t room)
{
	enum mechanism m = by_sasl(d);

	return m != MECHANISM_BEST && !sasl_exchange_waits(m) && sasl_fits(d, m, room);
}

bool sasl_invited(const struct dialogue *d, size_t room)
{
	enum mechanism m = by_sasl(d);

	return m != MECHANISM_BEST && !sasl_exchange_waits(m) && !sasl_fits(d, m, room);
}

bool sasl_waits(const struct dialogue *d)
{
	enum mechanism m = by_sasl(d);

	return m != MECHANISM_BEST && sasl_exchange_waits(m);
}

bool sasl_goes_on(const struct dialogue *d)
{
	return by_sasl(d) != MECHANISM_BEST;
}

bool sasl_by_command(const struct dialogue *d)
{
	return sasl_is_wanted(d) && sasl_may_send(d) &&
	       sasl_mechanism(d) == MECHANISM_BEST && may_use_command(d);
}

bool sasl_barred(const struct dialogue *d)
{
	if (!sasl_is_wanted(d))
		return false;
	if (!sasl_may_send(d))
		return !dialogue_in_tls(d);
	return sasl_mechanism(d) == MECHANISM_BEST && !may_use_command(d);
}

bool sasl_inside(const struct dialogue *d)
{
	return d->params->user != NULL && dialogue_knows(d, LEARNED_INSIDE);
}

/* --- judges -------------------------------------------------------------------------------- */

/* RFC 5804 section 2.1: the server's last challenge may come with its yes. */
static enum judgement hear_yes_with(struct dialogue *d, enum mechanism m,
				    const struct mail_reply *r)
{
	enum judgement judgement = JUDGED_GOOD;

	if (view_equal(view_of(r->word), "SASL"))
		judgement = sasl_exchange_hear(d, m, buffer_view(&r->words));
	if (judgement == JUDGED_BLAMED)
		return judgement;
	return sasl_exchange_welcomed(d, m);
}

enum judgement sasl_hear(struct dialogue *d, const struct mail_reply *r)
{
	enum mechanism m = sasl_mechanism(d);

	if (r->answer == ANSWER_NO) {
		mail_reply_hear(&d->reply, sasl_exchange_error(d));
		return JUDGED_REFUSED;
	}
	if (m != MECHANISM_BEST)
		return r->answer == ANSWER_YES
			   ? hear_yes_with(d, m, r)
			   : sasl_exchange_hear(d, m, buffer_view(&r->words));
	if (r->answer == ANSWER_MORE)
		return JUDGED_ODD;
	d->learned |= LEARNED_INSIDE;
	return JUDGED_GOOD;
}

enum judgement sasl_blame_barred(struct dialogue *d, const struct mail_reply *r)
{
	enum mechanism wanted = d->params->mechanism;
	char words[128];
	struct buffer b;

	(void)r;
	if (!sasl_may_send(d))
		return dialogue_blame(d, FAULT_AUTH_UNSUPPORTED,
				      "no TLS here, and no password is sent in plain text "
				      "(see allow_plaintext_login)");
	if (d->params->flags & DIALOGUE_TOKEN && wanted == MECHANISM_BEST)
		return dialogue_blame(
		    d, FAULT_AUTH_UNSUPPORTED,
		    "the server offers no login with a token: OAUTHBEARER "
		    "or XOAUTH2");
	if (wanted == MECHANISM_BEST)
		return dialogue_blame(
		    d, FAULT_AUTH_UNSUPPORTED,
		    "the server offers no login we know: SCRAM, CRAM-MD5, "
		    "PLAIN, LOGIN or the protocol's own command");
	buffer_init(&b, words, sizeof(words));
	if (dialogue_knows(d, LEARNED_MECHANISM(wanted)))
		buffer_format(&b, "%s cannot be used here", mechanism_name(wanted));
	else
		buffer_format(&b, "the server does not offer %s", mechanism_name(wanted));
	return dialogue_blame(d, FAULT_AUTH_UNSUPPORTED, buffer_string(&b));
}
