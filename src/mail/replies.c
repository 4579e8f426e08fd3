/* replies.c - tables that turn reply codes into faults; the first row that matches
 * decides. */
#include "replies.h"

#define ANY PHASE_COUNT

/* --- the words ----------------------------------------------------------------------------- */

static bool is_alphanumeric_ascii(char c)
{
	c = ascii_lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* True if the phrase occurs in the reply's text at the beginning of a word. */
static bool text_has_phrase(const struct mail_reply *r, const char *phrase)
{
	struct view words = buffer_view(&r->words);

	for (size_t i = 0; i < words.n; i++)
		if ((i == 0 || !is_alphanumeric_ascii(words.p[i - 1])) &&
		    view_starts(view_skip(words, i), phrase))
			return true;
	return false;
}

struct wording {
	const char *phrase, *and; /* both must occur */
};

static bool text_has_any(const struct mail_reply *r, const struct wording *list,
			 size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_has_phrase(r, list[i].phrase) && text_has_phrase(r, list[i].and))
			return true;
	return false;
}

/* The server limits our connections. "Too many login attempts" is not in the list: it
 * concerns the account, and must count as a failed login. Wordings of Sendmail, Postfix,
 * Exim, Gmail, Dovecot and Courier. */
static bool text_says_throttled(const struct mail_reply *r)
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

	return text_has_any(r, wordings, ARRAY_SIZE(wordings)) ||
	       view_equal(view_of(r->status_code), "4.7.28");
}

/* The text of servers that send no response codes (Courier, vpopmail, older Dovecot). */
static bool text_says_temporary(const struct mail_reply *r)
{
	static const struct wording wordings[] = {
		{ "temporary", "" },
		{ "temporarily", "" },
		{ "try again later", "" },
		{ "internal error", "" },
		{ "internal server error", "" },
		{ "unavailable", "" },
	};

	return text_has_any(r, wordings, ARRAY_SIZE(wordings));
}

/* The Cyrus SASL library says "generic failure" if the password backend fails, for example
 * if saslauthd does not run. Cyrus IMAP sends it without a code or after [AUTH], Postfix
 * after 535 5.7.8. A wrong password is "authentication failure". */
static bool text_says_backend_failed(const struct mail_reply *r)
{
	return text_has_phrase(r, "generic failure");
}

/* --- SMTP ---------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
	int from, to; /* the range of reply codes */
	enum phase phase; /* or ANY */
	const char *enhanced; /* enhanced status code without its first digit; NULL: any */
	enum fault fault;
} smtp_rows[] = {
	{ 421, 421, ANY,            NULL,   FAULT_UNAVAILABLE      },
	{ 400, 599, PHASE_STARTTLS, NULL,   FAULT_STARTTLS_REFUSED },
	/* RFC 4954 section 6. 530 and 538: TLS is required; 534: the mechanism is too
	 * weak. */
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
	/* For a recipient it is postscreen, which wants the client to connect a second
	 * time. */
	{ 400, 499, PHASE_MAILBOX,  ".3.2", FAULT_TEMPFAIL         },
	/* RFC 3463 section 3.4: the system accepts no messages. */
	{ 400, 499, ANY,            ".3.2", FAULT_UNAVAILABLE      },
	{ 400, 499, ANY,            NULL,   FAULT_TEMPFAIL         },
	/* 501 is left out: it refuses the name or address that we sent. */
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
	return enhanced == NULL ||
	       view_equal(view_skip(view_of(r->status_code), 1), enhanced);
}

enum fault replies_smtp_fault(const struct dialogue *d, const struct mail_reply *r)
{
	if (r->code / 100 == 4 && d->phase != PHASE_STARTTLS && text_says_throttled(r))
		return FAULT_THROTTLED;
	if (r->code == 535 && d->phase == PHASE_AUTH && text_says_backend_failed(r))
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
} code_rows[] = {
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
	/* RFC 3206 section 4: SYS never concerns the credentials. RFC 2449 section 8.1. */
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

static enum fault code_fault(const struct dialogue *d, const struct mail_reply *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(code_rows); i++)
		if (view_equal(view_of(r->status_code), code_rows[i].word))
			return d->phase == PHASE_AUTH ? code_rows[i].at_login
						      : code_rows[i].elsewhere;
	return FAULT_OK;
}

/* Dovecot: "-ERR [AUTH] Plaintext authentication disallowed on non-secure connections." */
static bool text_says_tls_required(const struct dialogue *d, const struct mail_reply *r)
{
	return !dialogue_in_tls(d) && text_has_phrase(r, "plaintext authentication");
}

static enum fault text_fault(const struct dialogue *d, const struct mail_reply *r)
{
	if (text_says_throttled(r))
		return FAULT_THROTTLED;
	if (d->phase == PHASE_AUTH)
		return text_says_temporary(r) ? FAULT_AUTH_TEMPFAIL : FAULT_AUTH_FAILED;
	return text_says_temporary(r) ? FAULT_TEMPFAIL : FAULT_REJECTED;
}

enum fault replies_word_fault(const struct dialogue *d, const struct mail_reply *r)
{
	enum fault fault = code_fault(d, r);

	if (r->closing)
		return fault == FAULT_THROTTLED || text_says_throttled(r)
			   ? FAULT_THROTTLED
			   : FAULT_UNAVAILABLE;
	if (d->phase == PHASE_STARTTLS)
		return FAULT_STARTTLS_REFUSED;
	if (d->phase == PHASE_AUTH && text_says_tls_required(d, r))
		return FAULT_AUTH_UNSUPPORTED;
	if (d->phase == PHASE_AUTH && text_says_backend_failed(r))
		return FAULT_AUTH_TEMPFAIL;
	if (fault != FAULT_OK)
		return fault;
	return r->not_understood ? FAULT_PROTOCOL : text_fault(d, r);
}
