/* replies.c - tables from codes to faults; the first row that fits decides. */
#include "replies.h"

#define ANY PHASE_COUNT

/* --- the words ----------------------------------------------------------------------------- */

static bool is_letter(char c)
{
	c = ascii_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The phrase occurs, from the beginning of a word. */
static bool says(const struct mail_reply *r, const char *phrase)
{
	struct view words = buffer_view(&r->words);

	for (size_t i = 0; i < words.n; i++)
		if ((i == 0 || !is_letter(words.p[i - 1])) &&
		    view_starts(view_skip(words, i), phrase))
			return true;
	return false;
}

struct wording {
	const char *phrase, *and; /* both must occur */
};

static bool says_any(const struct mail_reply *r, const struct wording *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (says(r, list[i].phrase) && says(r, list[i].and))
			return true;
	return false;
}

/* Of us, not of the account: "too many login attempts" is not among them, because behind it
 * the breaker of failed logins must act. Sendmail, Postfix, Exim, Gmail, Dovecot, Courier. */
static bool throttled(const struct mail_reply *r)
{
	static const struct wording wordings[] = {
		{ "too many", "connection" }, { "too many", "session" },
		{ "too many", "concurrent" }, { "too many", "simultaneous" },
		{ "too many", "requests" },   { "maximum number of", "connection" },
		{ "connection", "limit" },    { "connection", "rate" },
		{ "rate", "limit" },          { "rate", "exceeded" },
		{ "unusual rate", "" },       { "too frequent", "" },
		{ "connecting too", "" },     { "throttled", "" },
		{ "slow down", "" },
	};

	return says_any(r, wordings, ARRAY_SIZE(wordings)) ||
	       view_equal(view_of(r->word), "4.7.28");
}

/* Servers that know no response codes say so (Courier, vpopmail, older Dovecot). */
static bool temporary(const struct mail_reply *r)
{
	static const struct wording wordings[] = {
		{ "temporary", "" },
		{ "temporarily", "" },
		{ "try again later", "" },
		{ "internal error", "" },
		{ "internal server error", "" },
		{ "unavailable", "" },
	};

	return says_any(r, wordings, ARRAY_SIZE(wordings));
}

/* What Cyrus' SASL library calls the trouble of those it asks about passwords, such as a
 * saslauthd that is not there: Cyrus IMAP says it without a code or behind [AUTH], Postfix
 * behind 535 5.7.8. A wrong password is "authentication failure". */
static bool backend_fails(const struct mail_reply *r)
{
	return says(r, "generic failure");
}

/* --- SMTP ---------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
	int from, to;
	enum phase phase; /* or ANY */
	const char *enhanced; /* without its class; NULL: any */
	enum fault fault;
} smtp_rows[] = {
	{ 421, 421, ANY,            NULL,   FAULT_UNAVAILABLE      },
	{ 400, 599, PHASE_STARTTLS, NULL,   FAULT_STARTTLS_REFUSED },
	/* RFC 4954 section 6. 530 and 538: not without TLS; 534: mechanism too weak. */
	{ 400, 499, PHASE_AUTH,     NULL,   FAULT_AUTH_TEMPFAIL    },
	{ 535, 535, PHASE_AUTH,     NULL,   FAULT_AUTH_FAILED      },
	{ 501, 501, PHASE_AUTH,     NULL,   FAULT_PROTOCOL         },
	{ 500, 504, PHASE_AUTH,     NULL,   FAULT_AUTH_UNSUPPORTED },
	{ 530, 530, PHASE_AUTH,     NULL,   FAULT_AUTH_UNSUPPORTED },
	{ 534, 534, PHASE_AUTH,     NULL,   FAULT_AUTH_UNSUPPORTED },
	{ 538, 538, PHASE_AUTH,     NULL,   FAULT_AUTH_UNSUPPORTED },
	{ 500, 599, PHASE_AUTH,     ".7.9", FAULT_AUTH_UNSUPPORTED },
	{ 500, 599, PHASE_AUTH,     ".7.11", FAULT_AUTH_UNSUPPORTED },
	{ 500, 599, PHASE_AUTH,     NULL,   FAULT_AUTH_FAILED      },
	/* At a recipient it is postscreen, which wants to see us again before it lets us on. */
	{ 400, 499, PHASE_MAILBOX,  ".3.2", FAULT_TEMPFAIL         },
	/* RFC 3463 section 3.4: the system accepts no messages. */
	{ 400, 499, ANY,            ".3.2", FAULT_UNAVAILABLE      },
	{ 400, 499, ANY,            NULL,   FAULT_TEMPFAIL         },
	/* 501 is about what we said of ourselves: a refusal. */
	{ 500, 500, ANY,            NULL,   FAULT_PROTOCOL         },
	{ 502, 504, ANY,            NULL,   FAULT_PROTOCOL         },
	{ 500, 599, ANY,            NULL,   FAULT_REJECTED         },
};
/* clang-format on */

static bool smtp_row_fits(size_t i, const struct dialogue *d, const struct mail_reply *r)
{
	const char *enhanced = smtp_rows[i].enhanced;

	if (r->code < smtp_rows[i].from || r->code > smtp_rows[i].to)
		return false;
	if (smtp_rows[i].phase != ANY && smtp_rows[i].phase != d->phase)
		return false;
	return enhanced == NULL || view_equal(view_skip(view_of(r->word), 1), enhanced);
}

enum fault replies_smtp_fault(const struct dialogue *d, const struct mail_reply *r)
{
	if (r->code / 100 == 4 && d->phase != PHASE_STARTTLS && throttled(r))
		return FAULT_THROTTLED;
	if (r->code == 535 && d->phase == PHASE_AUTH && backend_fails(r))
		return FAULT_AUTH_TEMPFAIL;
	for (size_t i = 0; i < ARRAY_SIZE(smtp_rows); i++)
		if (smtp_row_fits(i, d, r))
			return smtp_rows[i].fault;
	return FAULT_PROTOCOL;
}

/* --- IMAP, POP3, ManageSieve --------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *word;
	enum fault at_login, elsewhere;
} word_rows[] = {
	/* RFC 5530 section 3 */
	{ "AUTHENTICATIONFAILED", FAULT_AUTH_FAILED,      FAULT_AUTH_FAILED      },
	{ "AUTHORIZATIONFAILED",  FAULT_AUTH_FAILED,      FAULT_AUTH_FAILED      },
	{ "EXPIRED",              FAULT_AUTH_FAILED,      FAULT_AUTH_FAILED      },
	{ "PRIVACYREQUIRED",      FAULT_AUTH_UNSUPPORTED, FAULT_AUTH_UNSUPPORTED },
	{ "CONTACTADMIN",         FAULT_AUTH_FAILED,      FAULT_REJECTED         },
	{ "UNAVAILABLE",          FAULT_AUTH_TEMPFAIL,    FAULT_UNAVAILABLE      },
	{ "SERVERBUG",            FAULT_AUTH_TEMPFAIL,    FAULT_UNAVAILABLE      },
	{ "CORRUPTION",           FAULT_UNAVAILABLE,      FAULT_UNAVAILABLE      },
	{ "INUSE",                FAULT_IN_USE,           FAULT_IN_USE           },
	{ "LIMIT",                FAULT_THROTTLED,        FAULT_THROTTLED        },
	{ "CLIENTBUG",            FAULT_PROTOCOL,         FAULT_PROTOCOL         },
	{ "NOPERM",               FAULT_REJECTED,         FAULT_REJECTED         },
	{ "NONEXISTENT",          FAULT_REJECTED,         FAULT_REJECTED         },
	{ "OVERQUOTA",            FAULT_REJECTED,         FAULT_REJECTED         },
	/* RFC 3206 section 4: SYS is never about who we are. RFC 2449 section 8.1. */
	{ "AUTH",                 FAULT_AUTH_FAILED,      FAULT_AUTH_FAILED      },
	{ "SYS/TEMP",             FAULT_AUTH_TEMPFAIL,    FAULT_TEMPFAIL         },
	{ "SYS/PERM",             FAULT_REJECTED,         FAULT_REJECTED         },
	{ "IN-USE",               FAULT_IN_USE,           FAULT_IN_USE           },
	{ "LOGIN-DELAY",          FAULT_LOGIN_DELAY,      FAULT_LOGIN_DELAY      },
	/* RFC 5804 section 1.3 */
	{ "TRYLATER",             FAULT_AUTH_TEMPFAIL,    FAULT_TEMPFAIL         },
	{ "TRANSITION-NEEDED",    FAULT_AUTH_TEMPFAIL,    FAULT_TEMPFAIL         },
	{ "ENCRYPT-NEEDED",       FAULT_AUTH_UNSUPPORTED, FAULT_AUTH_UNSUPPORTED },
	{ "AUTH-TOO-WEAK",        FAULT_AUTH_UNSUPPORTED, FAULT_AUTH_UNSUPPORTED },
	{ "REFERRAL",             FAULT_REJECTED,         FAULT_REJECTED         },
};
/* clang-format on */

static enum fault word_fault(const struct dialogue *d, const struct mail_reply *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(word_rows); i++)
		if (view_equal(view_of(r->word), word_rows[i].word))
			return d->phase == PHASE_AUTH ? word_rows[i].at_login
						      : word_rows[i].elsewhere;
	return FAULT_OK;
}

/* Dovecot: "-ERR [AUTH] Plaintext authentication disallowed on non-secure connections." */
static bool wants_tls(const struct dialogue *d, const struct mail_reply *r)
{
	return !dialogue_in_tls(d) && says(r, "plaintext authentication");
}

static enum fault unmarked_fault(const struct dialogue *d, const struct mail_reply *r)
{
	if (throttled(r))
		return FAULT_THROTTLED;
	if (d->phase == PHASE_AUTH)
		return temporary(r) ? FAULT_AUTH_TEMPFAIL : FAULT_AUTH_FAILED;
	return temporary(r) ? FAULT_TEMPFAIL : FAULT_REJECTED;
}

enum fault replies_word_fault(const struct dialogue *d, const struct mail_reply *r)
{
	enum fault fault = word_fault(d, r);

	if (r->closing)
		return fault == FAULT_THROTTLED || throttled(r) ? FAULT_THROTTLED
								: FAULT_UNAVAILABLE;
	if (d->phase == PHASE_STARTTLS)
		return FAULT_STARTTLS_REFUSED;
	if (d->phase == PHASE_AUTH && wants_tls(d, r))
		return FAULT_AUTH_UNSUPPORTED;
	if (d->phase == PHASE_AUTH && backend_fails(r))
		return FAULT_AUTH_TEMPFAIL;
	if (fault != FAULT_OK)
		return fault;
	return r->baffled ? FAULT_PROTOCOL : unmarked_fault(d, r);
}
