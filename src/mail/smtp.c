/* smtp.c - SMTP and LMTP as a client speaks them: RFC 5321 and 2033, STARTTLS RFC 3207, AUTH
 * RFC 4954.
 *
 * The conversation is the table at the foot, one for both: LMTP says LHLO where SMTP says EHLO
 * or, to a server of before 1993, HELO.
 */
#include "driver.h"
#include "replies.h"
#include "sasl.h"

#include <string.h>

/* The server knows HELO only; it has accepted the sender. */
enum { LEARNED_OLD = LEARNED_DRIVER, LEARNED_SENDER = LEARNED_DRIVER << 1 };

/* --- lines --------------------------------------------------------------------------------- */

/* One to three digits at the front. */
static size_t number_size(struct view v)
{
	size_t n = 0;

	while (n < v.n && n < 3 && ascii_is_digit(v.p[n]))
		n++;
	return n;
}

/* "5.7.8" at the front, RFC 3463 section 2; its size, 0 if there is none. */
static size_t enhanced_size(struct view v)
{
	size_t n = 1;

	if (v.n < 5 || (v.p[0] != '2' && v.p[0] != '4' && v.p[0] != '5'))
		return 0;
	for (int i = 0; i < 2; i++) {
		size_t digits;

		if (n >= v.n || v.p[n] != '.')
			return 0;
		digits = number_size(view_skip(v, n + 1));
		if (digits == 0)
			return 0;
		n += 1 + digits;
	}
	return n;
}

/* qmail says it last: "authorization failed (#5.7.1)". */
static void find_enhanced_behind(struct mail_reply *r, struct view words)
{
	for (size_t i = 0; i + 2 < words.n; i++) {
		struct view there = view_skip(words, i + 2);
		size_t n = enhanced_size(there);

		if (words.p[i] == '(' && words.p[i + 1] == '#' && n > 0 && n < there.n &&
		    there.p[n] == ')')
			mail_reply_mark(r, (struct view){ there.p, n });
	}
}

static void smtp_hear_words(struct mail_reply *r, struct view words)
{
	size_t n = enhanced_size(words);

	if (n > 0 && (n == words.n || words.p[n] == ' ')) {
		mail_reply_mark(r, (struct view){ words.p, n });
		words = view_skip(words, n);
	} else {
		find_enhanced_behind(r, words);
	}
	mail_reply_hear(r, view_trim(words));
}

/* "AUTH PLAIN LOGIN", and "AUTH=LOGIN" as it was in drafts and still is sent beside it. */
static void smtp_hear_capability(struct dialogue *d, struct view words)
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
	dialogue_capability_set(d, name, parameters);
	if (view_equal(name, "STARTTLS"))
		d->learned |= LEARNED_STARTTLS;
	if (view_equal(name, "AUTH"))
		sasl_offered_all(d, parameters);
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
	r->answer = code < 300 ? ANSWER_YES : code < 400 ? ANSWER_MORE : ANSWER_NO;
	if (d->phase == PHASE_CAPABILITY && code == 250 && r->lines > 1 &&
	    !dialogue_knows(d, LEARNED_OLD))
		smtp_hear_capability(d, words);
	smtp_hear_words(r, words);
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

static bool old(const struct dialogue *d)
{
	return dialogue_knows(d, LEARNED_OLD);
}

/* RFC 4954 section 4: the initial response must fit into the command line of RFC 5321. */
static size_t smtp_dialogue_buffers_behind_auth(const struct dialogue *d)
{
	enum { COMMAND_MAX = 512 };

	return COMMAND_MAX - (sizeof("AUTH  \r\n") - 1) -
	       view_of(mechanism_name(sasl_mechanism(d))).n;
}

static bool smtp_at_once(const struct dialogue *d)
{
	return sasl_at_once(d, smtp_dialogue_buffers_behind_auth(d));
}

static bool smtp_invited(const struct dialogue *d)
{
	return sasl_invited(d, smtp_dialogue_buffers_behind_auth(d));
}

static bool tries_envelope(const struct dialogue *d)
{
	return d->params->to != NULL;
}

static bool has_sender(const struct dialogue *d)
{
	return dialogue_knows(d, LEARNED_SENDER);
}

/* --- judges -------------------------------------------------------------------------------- */

static enum judgement need_code(const struct mail_reply *r, int code)
{
	if (r->code == code)
		return JUDGED_GOOD;
	return r->answer == ANSWER_NO ? JUDGED_REFUSED : JUDGED_ODD;
}

static enum judgement need_220(struct dialogue *d, const struct mail_reply *r)
{
	(void)d;
	return need_code(r, 220);
}

/* RFC 5321 section 4.1.1.10: the only answer to QUIT. A late second answer to what was said
 * before has another code. */
static enum judgement need_221(struct dialogue *d, const struct mail_reply *r)
{
	(void)d;
	return need_code(r, 221);
}

static enum judgement need_250(struct dialogue *d, const struct mail_reply *r)
{
	(void)d;
	return need_code(r, 250);
}

static enum judgement need_354(struct dialogue *d, const struct mail_reply *r)
{
	(void)d;
	return need_code(r, 354);
}

/* RFC 5321 section 3.2: a server too old for EHLO does not know the command. That is a fault
 * only when we want what HELO cannot give. */
static enum judgement hear_ehlo(struct dialogue *d, const struct mail_reply *r)
{
	bool unknown = r->code == 500 || r->code == 502 || r->code == 504;

	if (!unknown || d->params->tls == TLS_MODE_STARTTLS || d->params->user != NULL)
		return need_code(r, 250);
	d->learned |= LEARNED_OLD;
	return JUDGED_GOOD;
}

static bool smtp_is_expected(const struct dialogue *d, int code)
{
	int expected = d->params->expect_code != 0 ? d->params->expect_code : 2;

	return code == expected || code / 100 == expected;
}

/* A no that was wanted, as to a relay test, is as good here as at RCPT. */
static enum judgement hear_mail(struct dialogue *d, const struct mail_reply *r)
{
	if (r->answer == ANSWER_YES)
		d->learned |= LEARNED_SENDER;
	else if (!smtp_is_expected(d, r->code))
		return JUDGED_REFUSED;
	return JUDGED_GOOD;
}

static enum judgement hear_rcpt(struct dialogue *d, const struct mail_reply *r)
{
	if (smtp_is_expected(d, r->code))
		return JUDGED_GOOD;
	return r->answer == ANSWER_NO ? JUDGED_REFUSED : JUDGED_ODD;
}

/* RFC 4954. */
static bool smtp_offers_login(struct view offered)
{
	return capability_words_have(offered, "AUTH");
}

/* --- the conversation ---------------------------------------------------------------------- */

/* clang-format off */
#define SMTP_LOGIN \
	/* phase            when              we say                        they answer             flags         */ \
	{ PHASE_GREETING,   NULL,             NULL,                         need_220,               0             }, \
	{ PHASE_CAPABILITY, speaks_smtp,      "EHLO {us}",                  hear_ehlo,              0             }, \
	{ PHASE_CAPABILITY, old,              "HELO {us}",                  need_250,               0             }, \
	{ PHASE_CAPABILITY, speaks_lmtp,      "LHLO {us}",                  need_250,               0             }, \
	{ PHASE_STARTTLS,   starttls_missing, NULL,                         starttls_blame_missing, STEP_DEAD_END }, \
	{ PHASE_STARTTLS,   starttls_wanted,  "STARTTLS",                   need_220,               STEP_TLS      }, \
	{ PHASE_CAPABILITY, upgraded_smtp,    "EHLO {us}",                  need_250,               0             }, \
	{ PHASE_CAPABILITY, upgraded_lmtp,    "LHLO {us}",                  need_250,               0             }, \
	{ PHASE_AUTH,       sasl_barred,      NULL,                         sasl_blame_barred,      STEP_DEAD_END }, \
	{ PHASE_AUTH,       smtp_at_once,          "AUTH {mechanism} {sasl:initial}", sasl_hear,         STEP_SASL     }, \
	{ PHASE_AUTH,       smtp_invited,          "AUTH {mechanism}",           hear_more,              STEP_SASL     }, \
	{ PHASE_AUTH,       sasl_waits,       "AUTH {mechanism}",           sasl_hear,              STEP_SASL     }, \
	{ PHASE_AUTH,       sasl_goes_on,     "{sasl:base64}",              sasl_hear,              STEP_SASL | STEP_AGAIN },

static const struct step smtp_steps[] = {
	SMTP_LOGIN
	{ PHASE_MAILBOX,    tries_envelope,   "MAIL FROM:<{from}>",         hear_mail,              0             },
	{ PHASE_MAILBOX,    has_sender,       "RCPT TO:<{to}>",             hear_rcpt,              0             },
	{ PHASE_MAILBOX,    has_sender,       "RSET",                       hear_yes,               0             },
	{ PHASE_QUIT,       NULL,             "QUIT",                       need_221,               STEP_LAST     },
};

static const struct step smtp_submission_steps[] = {
	SMTP_LOGIN
	{ PHASE_MAILBOX,    NULL,             "MAIL FROM:<{from}>",         need_250,               0             },
	{ PHASE_MAILBOX,    NULL,             "RCPT TO:<{to}>",             hear_yes,               0             },
	{ PHASE_MAILBOX,    NULL,             "DATA",                       need_354,               0             },
	{ PHASE_MAILBOX,    NULL,             NULL,                         need_250,               STEP_MESSAGE  },
	{ PHASE_QUIT,       NULL,             "QUIT",                       need_221,               STEP_LAST     },
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
