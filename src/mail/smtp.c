/* smtp.c - SMTP and LMTP as a client speaks them: RFC 5321 and 2033, STARTTLS RFC 3207,
 * AUTH RFC 4954.
 *
 * The dialogue is the table of steps at the foot, one for both protocols. LMTP sends LHLO
 * where SMTP sends EHLO, or HELO to a server that is too old for EHLO.
 */
#include "driver.h"
#include "replies.h"
#include "sasl.h"

#include <string.h>

/* The server knows only HELO; the server has accepted the sender. */
enum { LEARNED_HELO_ONLY = LEARNED_DRIVER, LEARNED_SENDER_ACCEPTED = LEARNED_DRIVER << 1 };

/* --- lines --------------------------------------------------------------------------------- */

/* How many digits the text begins with, at most three. */
static size_t digits_size(struct view v)
{
	size_t n = 0;

	while (n < v.n && n < 3 && ascii_is_digit(v.p[n]))
		n++;
	return n;
}

/* The size of an enhanced status code such as "5.7.8" at the front (RFC 3463 section 2); 0:
 * none. */
static size_t enhanced_code_size(struct view v)
{
	size_t n = 1;

	if (v.n < 5 || (v.p[0] != '2' && v.p[0] != '4' && v.p[0] != '5'))
		return 0;
	for (int i = 0; i < 2; i++) {
		size_t digits;

		if (n >= v.n || v.p[n] != '.')
			return 0;
		digits = digits_size(view_skip(v, n + 1));
		if (digits == 0)
			return 0;
		n += 1 + digits;
	}
	return n;
}

/* qmail puts the code last: "authorization failed (#5.7.1)". */
static void find_enhanced_code_at_end(struct mail_reply *r, struct view words)
{
	for (size_t i = 0; i + 2 < words.n; i++) {
		struct view there = view_skip(words, i + 2);
		size_t n = enhanced_code_size(there);

		if (words.p[i] == '(' && words.p[i + 1] == '#' && n > 0 && n < there.n &&
		    there.p[n] == ')')
			mail_reply_set_code(r, (struct view){ there.p, n });
	}
}

static void smtp_parse_text(struct mail_reply *r, struct view words)
{
	size_t n = enhanced_code_size(words);

	if (n > 0 && (n == words.n || words.p[n] == ' ')) {
		mail_reply_set_code(r, (struct view){ words.p, n });
		words = view_skip(words, n);
	} else {
		find_enhanced_code_at_end(r, words);
	}
	mail_reply_add_text(r, view_trim(words));
}

/* "AUTH PLAIN LOGIN", and "AUTH=LOGIN", an older form that some servers send as well. */
static void smtp_parse_capability(struct dialogue *d, struct view words)
{
	struct view all = words, name, parameters;
	const char *equals;

	if (!view_next_word(&words, &name))
		return;
	parameters = words;
	equals = memchr(name.p, '=', name.n);
	if (equals != NULL && view_starts(name, "AUTH=")) {
		parameters = view_skip(all, (size_t)(equals + 1 - all.p));
		name.n = (size_t)(equals - name.p);
	}
	dialogue_add_capability(d, name, parameters);
	if (view_equal(name, "STARTTLS"))
		d->learned |= LEARNED_STARTTLS;
	if (view_equal(name, "AUTH"))
		sasl_add_mechanisms(d, parameters);
}

/* "250-SIZE 1000", "250 HELP", "250". All lines of a reply carry one code. */
static enum framing smtp_line(struct dialogue *d, struct view line, struct mail_reply *r)
{
	struct view words = view_skip(line, 4);
	int code = 0;

	for (size_t i = 0; i < 3; i++) {
		if (i >= line.n || !ascii_is_digit(line.p[i]))
			return LINE_BAD;
		code = code * 10 + (line.p[i] - '0');
	}
	if (code < 200 || code > 599 || (r->lines > 1 && code != r->code))
		return LINE_BAD;
	if (line.n > 3 && line.p[3] != ' ' && line.p[3] != '-')
		return LINE_BAD;
	r->code = code;
	r->closing = code == 421;
	r->answer = code < 300 ? ANSWER_YES : code < 400 ? ANSWER_CONTINUE : ANSWER_NO;
	if (d->phase == PHASE_CAPABILITY && code == 250 && r->lines > 1 &&
	    !dialogue_has_learned(d, LEARNED_HELO_ONLY))
		smtp_parse_capability(d, words);
	smtp_parse_text(r, words);
	return line.n > 3 && line.p[3] == '-' ? LINE_MORE : LINE_LAST;
}

/* --- guards -------------------------------------------------------------------------------- */

static bool speaks_lmtp(const struct dialogue *d)
{
	return d->params->protocol == &lmtp_protocol;
}

static bool speaks_smtp(const struct dialogue *d)
{
	return !speaks_lmtp(d);
}

static bool upgraded_smtp(const struct dialogue *d)
{
	return dialogue_upgraded(d) && speaks_smtp(d);
}

static bool upgraded_lmtp(const struct dialogue *d)
{
	return dialogue_upgraded(d) && speaks_lmtp(d);
}

static bool is_helo_only(const struct dialogue *d)
{
	return dialogue_has_learned(d, LEARNED_HELO_ONLY);
}

/* RFC 4954 section 4: the initial response must fit into the command line of RFC 5321. */
static size_t smtp_initial_response_max(const struct dialogue *d)
{
	enum { COMMAND_MAX = 512 };

	return COMMAND_MAX - (sizeof("AUTH  \r\n") - 1) -
	       view_of(mechanism_name(sasl_mechanism(d))).n;
}

static bool smtp_initial_response(const struct dialogue *d)
{
	return sasl_initial_response_fits(d, smtp_initial_response_max(d));
}

static bool smtp_no_initial_response(const struct dialogue *d)
{
	return sasl_initial_response_too_long(d, smtp_initial_response_max(d));
}

static bool tries_envelope(const struct dialogue *d)
{
	return d->params->to != NULL;
}

static bool has_sender(const struct dialogue *d)
{
	return dialogue_has_learned(d, LEARNED_SENDER_ACCEPTED);
}

/* --- judges -------------------------------------------------------------------------------- */

static enum judgement expect_code_exactly(const struct mail_reply *r, int code)
{
	if (r->code == code)
		return JUDGED_GOOD;
	return r->answer == ANSWER_NO ? JUDGED_REFUSED : JUDGED_UNEXPECTED;
}

static enum judgement expect_220(struct dialogue *d, const struct mail_reply *r)
{
	(void)d;
	return expect_code_exactly(r, 220);
}

/* RFC 5321 section 4.1.1.10: 221 is the only answer to QUIT. Another code is a late second
 * reply to an earlier command. */
static enum judgement expect_221(struct dialogue *d, const struct mail_reply *r)
{
	(void)d;
	return expect_code_exactly(r, 221);
}

static enum judgement expect_250(struct dialogue *d, const struct mail_reply *r)
{
	(void)d;
	return expect_code_exactly(r, 250);
}

static enum judgement need_354(struct dialogue *d, const struct mail_reply *r)
{
	(void)d;
	return expect_code_exactly(r, 354);
}

/* RFC 5321 section 3.2: a server that is too old for EHLO refuses the command. That is a
 * fault only if we need STARTTLS or a login. */
static enum judgement judge_ehlo(struct dialogue *d, const struct mail_reply *r)
{
	bool unknown = r->code == 500 || r->code == 502 || r->code == 504;

	if (!unknown || d->params->tls == TLS_MODE_STARTTLS || d->params->user != NULL)
		return expect_code_exactly(r, 250);
	d->learned |= LEARNED_HELO_ONLY;
	return JUDGED_GOOD;
}

static bool smtp_is_expected(const struct dialogue *d, int code)
{
	int expected = d->params->expect_code != 0 ? d->params->expect_code : 2;

	return code == expected || code / 100 == expected;
}

/* If a refusal is expected, as in a relay test, it may come at MAIL as well as at RCPT. */
static enum judgement judge_mail(struct dialogue *d, const struct mail_reply *r)
{
	if (r->answer == ANSWER_YES)
		d->learned |= LEARNED_SENDER_ACCEPTED;
	else if (!smtp_is_expected(d, r->code))
		return JUDGED_REFUSED;
	return JUDGED_GOOD;
}

static enum judgement judge_rcpt(struct dialogue *d, const struct mail_reply *r)
{
	if (smtp_is_expected(d, r->code))
		return JUDGED_GOOD;
	return r->answer == ANSWER_NO ? JUDGED_REFUSED : JUDGED_UNEXPECTED;
}

/* RFC 4954. */
static bool smtp_offers_login(struct view offered)
{
	return capability_words_have(offered, "AUTH");
}

/* --- the steps ----------------------------------------------------------------------------- */

/* clang-format off */
#define SMTP_LOGIN \
	/* phase            when                      we say                             they answer             flags                  */ \
	{ PHASE_GREETING,   NULL,                     NULL,                              expect_220,             0                      }, \
	{ PHASE_CAPABILITY, speaks_smtp,              "EHLO {ehlo_name}",                judge_ehlo,             0                      }, \
	{ PHASE_CAPABILITY, is_helo_only,             "HELO {ehlo_name}",                expect_250,             0                      }, \
	{ PHASE_CAPABILITY, speaks_lmtp,              "LHLO {ehlo_name}",                expect_250,             0                      }, \
	{ PHASE_STARTTLS,   starttls_missing,         NULL,                              starttls_fail_missing,  STEP_DEAD_END          }, \
	{ PHASE_STARTTLS,   starttls_wanted,          "STARTTLS",                        expect_220,             STEP_TLS               }, \
	{ PHASE_CAPABILITY, upgraded_smtp,            "EHLO {ehlo_name}",                expect_250,             0                      }, \
	{ PHASE_CAPABILITY, upgraded_lmtp,            "LHLO {ehlo_name}",                expect_250,             0                      }, \
	{ PHASE_AUTH,       sasl_not_possible,        NULL,                              sasl_fail_not_possible, STEP_DEAD_END          }, \
	{ PHASE_AUTH,       smtp_initial_response,    "AUTH {mechanism} {sasl:initial}", sasl_judge_reply,       STEP_SASL              }, \
	{ PHASE_AUTH,       smtp_no_initial_response, "AUTH {mechanism}",                expect_continuation,    STEP_SASL              }, \
	{ PHASE_AUTH,       sasl_server_speaks_first, "AUTH {mechanism}",                sasl_judge_reply,       STEP_SASL              }, \
	{ PHASE_AUTH,       sasl_exchange_continues,  "{sasl:base64}",                   sasl_judge_reply,       STEP_SASL | STEP_AGAIN },

static const struct step smtp_steps[] = {
	SMTP_LOGIN
	{ PHASE_MAILBOX, tries_envelope, "MAIL FROM:<{from}>", judge_mail,     0         },
	{ PHASE_MAILBOX, has_sender,     "RCPT TO:<{to}>",     judge_rcpt,     0         },
	{ PHASE_MAILBOX, has_sender,     "RSET",               expect_success, 0         },
	{ PHASE_QUIT,    NULL,           "QUIT",               expect_221,     STEP_LAST },
};

static const struct step smtp_submission_steps[] = {
	SMTP_LOGIN
	{ PHASE_MAILBOX, NULL, "MAIL FROM:<{from}>", expect_250,     0            },
	{ PHASE_MAILBOX, NULL, "RCPT TO:<{to}>",     expect_success, 0            },
	{ PHASE_MAILBOX, NULL, "DATA",               need_354,       0            },
	{ PHASE_MAILBOX, NULL, NULL,                 expect_250,     STEP_MESSAGE },
	{ PHASE_QUIT,    NULL, "QUIT",               expect_221,     STEP_LAST    },
};
/* clang-format on */

const struct step_table smtp_submission = { smtp_submission_steps,
					    ARRAY_SIZE(smtp_submission_steps) };

const struct protocol smtp_protocol = {
	.name = "smtp",
	.title = "SMTP",
	.offers_login = smtp_offers_login,
	.uses_tlsa = true,
	.no_login_port = 25,
	.local_variant = &lmtp_protocol,
	.steps = smtp_steps,
	.step_count = ARRAY_SIZE(smtp_steps),
	.line = smtp_line,
	.fault = replies_smtp_fault,
	.closing = "421",
	.cancel = "*",
};

const struct protocol lmtp_protocol = {
	.name = "lmtp",
	.title = "LMTP",
	.offers_login = smtp_offers_login,
	.no_login = true,
	.steps = smtp_steps,
	.step_count = ARRAY_SIZE(smtp_steps),
	.line = smtp_line,
	.fault = replies_smtp_fault,
	.closing = "421",
	.cancel = "*",
};
