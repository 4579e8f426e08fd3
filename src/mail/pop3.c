/* pop3.c - POP3 as a client speaks it: RFC 1939, CAPA RFC 2449, STLS RFC 2595, AUTH RFC
 * 5034.
 *
 * The dialogue is the table of steps at the foot.
 */
#include "driver.h"
#include "replies.h"
#include "sasl.h"

#include <string.h>

/* --- lines --------------------------------------------------------------------------------- */

/* "SASL PLAIN LOGIN". */
static void pop3_parse_capability(struct dialogue *d, struct view words)
{
	struct view name;

	if (!view_next_word(&words, &name))
		return;
	dialogue_add_capability(d, name, words);
	if (view_equal(name, "STLS"))
		d->learned |= LEARNED_STARTTLS;
	if (view_equal(name, "USER"))
		d->learned |= LEARNED_LOGIN_COMMAND;
	if (view_equal(name, "IMPLEMENTATION"))
		sasl_record_server_name(d, words);
	if (view_equal(name, "SASL"))
		sasl_add_mechanisms(d, words);
}

/* "[IN-USE] Do you have another session?", RFC 2449 section 8. */
static void pop3_parse_text(struct mail_reply *r, struct view words)
{
	const char *close = words.n > 0 ? memchr(words.p, ']', words.n) : NULL;
	size_t n = close != NULL ? (size_t)(close - words.p) : 0;

	if (n > 1 && words.p[0] == '[') {
		mail_reply_set_code(r, (struct view){ words.p + 1, n - 1 });
		words = view_skip(words, n + 1);
	}
	mail_reply_add_text(r, view_trim(words));
}

static enum framing pop3_first_line(struct dialogue *d, struct view line,
				    struct mail_reply *r)
{
	struct view words = line, status;

	if (!view_next_word(&words, &status) || status.p != line.p)
		return LINE_BAD;
	pop3_parse_text(r, view_trim(words));
	if (view_equal(status, "+") && d->phase == PHASE_AUTH) {
		r->answer = ANSWER_CONTINUE;
		return LINE_LAST;
	}
	r->answer = view_equal(status, "+OK") ? ANSWER_YES : ANSWER_NO;
	if (r->answer == ANSWER_NO && !view_equal(status, "-ERR"))
		return LINE_BAD;
	return r->answer == ANSWER_YES && d->step->flags & STEP_MULTI ? LINE_MORE
								      : LINE_LAST;
}

/* "Message-ID: <token@example.net>", of the message that is looked at. */
static bool is_wanted_id(const struct dialogue *d, struct view line)
{
	static const char name[] = "Message-ID:";

	return d->params->mail->message_id != NULL && view_starts(line, name) &&
	       view_equal(view_trim(view_skip(line, sizeof(name) - 1)),
			  d->params->mail->message_id);
}

/* A line of it, with a dot more if it begins with one: RFC 1939 section 3. */
static void pop3_hear_message(struct dialogue *d, struct view line)
{
	if (view_starts(line, "."))
		line = view_skip(line, 1);
	dialogue_hear_body(d, line);
	dialogue_hear_body(d, view_of("\r\n"));
	if (d->found == 0 && is_wanted_id(d, line))
		d->found = 1;
}

static enum framing pop3_line(struct dialogue *d, struct view line, struct mail_reply *r)
{
	if (r->lines == 1)
		return pop3_first_line(d, line, r);
	if (view_equal(line, "."))
		return LINE_LAST;
	if (d->step->flags & STEP_BODY)
		pop3_hear_message(d, line);
	else
		pop3_parse_capability(d, line);
	return LINE_MORE;
}

/* --- guards -------------------------------------------------------------------------------- */

/* RFC 5034 section 4: the initial response must fit into the 255 bytes of RFC 2449 section
 * 4. */
static size_t pop3_initial_response_max(const struct dialogue *d)
{
	enum { COMMAND_MAX = 255 };

	return COMMAND_MAX - (sizeof("AUTH  \r\n") - 1) -
	       view_of(mechanism_name(sasl_mechanism(d))).n;
}

static bool pop3_initial_response(const struct dialogue *d)
{
	return sasl_initial_response_fits(d, pop3_initial_response_max(d));
}

static bool pop3_no_initial_response(const struct dialogue *d)
{
	return sasl_initial_response_too_long(d, pop3_initial_response_max(d));
}

/* --- judges -------------------------------------------------------------------------------- */

/* CAPA is newer than POP3. A server that refuses it is assumed to have USER and no STLS. */
static enum judgement judge_capa(struct dialogue *d, const struct mail_reply *r)
{
	if (r->answer == ANSWER_NO)
		d->learned |= LEARNED_LOGIN_COMMAND;
	return JUDGED_GOOD;
}

/* "+OK 2 320". */
static enum judgement judge_stat(struct dialogue *d, const struct mail_reply *r)
{
	struct view words = buffer_view(&r->words), count;

	if (r->answer != ANSWER_YES)
		return expect_success(d, r);
	if (!view_next_word(&words, &count) || !dialogue_set_message_count(d, count))
		return JUDGED_UNEXPECTED;
	return JUDGED_GOOD;
}

/* RFC 2449. */
static bool pop3_offers_login(struct view offered)
{
	return capability_words_have(offered, "USER") ||
	       capability_words_have(offered, "SASL");
}

/* Where to begin to look: at the last message. */
static enum judgement hear_last(struct dialogue *d, const struct mail_reply *r)
{
	enum judgement j = judge_stat(d, r);

	d->number = d->outcome.messages > 0 && d->outcome.messages <= UINT32_MAX
			? (uint32_t)d->outcome.messages
			: 0;
	return j;
}

static enum judgement hear_top(struct dialogue *d, const struct mail_reply *r)
{
	d->looked++;
	if (r->answer == ANSWER_YES && d->found == 0)
		d->number--;
	return expect_success(d, r);
}

/* "+OK 2 QhdPYR:00WBw1Ph7x7", RFC 1939 section 7. */
static enum judgement hear_uidl(struct dialogue *d, const struct mail_reply *r)
{
	struct view words = buffer_view(&r->words), number;

	if (r->answer != ANSWER_YES || !view_next_word(&words, &number))
		return expect_success(d, r);
	dialogue_hear_event(
	    d, &(struct dialogue_event){ DIALOGUE_UIDL, d->number, view_trim(words) });
	return JUDGED_GOOD;
}

/* --- the steps ----------------------------------------------------------------------------- */

/* As many of the last ones as we look at; the first look is at the last. */
static bool pop3_looks_on(const struct dialogue *d)
{
	return message_missing(d) && d->number > 0 && d->looked < DIALOGUE_LOOKS_MAX;
}

/* clang-format off */
#define POP3_LOGIN \
	/* phase            when                      we say                             they answer             flags                  */ \
	{ PHASE_GREETING,   NULL,                     NULL,                              expect_success,         0                      }, \
	{ PHASE_CAPABILITY, NULL,                     "CAPA",                            judge_capa,             STEP_MULTI             }, \
	{ PHASE_STARTTLS,   starttls_missing,         NULL,                              starttls_fail_missing,  STEP_DEAD_END          }, \
	{ PHASE_STARTTLS,   starttls_wanted,          "STLS",                            expect_success,         STEP_TLS               }, \
	{ PHASE_CAPABILITY, dialogue_upgraded,        "CAPA",                            judge_capa,             STEP_MULTI             }, \
	{ PHASE_AUTH,       sasl_not_possible,        NULL,                              sasl_fail_not_possible, STEP_DEAD_END          }, \
	{ PHASE_AUTH,       pop3_initial_response,    "AUTH {mechanism} {sasl:initial}", sasl_judge_reply,       STEP_SASL              }, \
	{ PHASE_AUTH,       pop3_no_initial_response, "AUTH {mechanism}",                expect_continuation,    STEP_SASL              }, \
	{ PHASE_AUTH,       sasl_server_speaks_first, "AUTH {mechanism}",                sasl_judge_reply,       STEP_SASL              }, \
	{ PHASE_AUTH,       sasl_exchange_continues,  "{sasl:base64}",                   sasl_judge_reply,       STEP_SASL | STEP_AGAIN }, \
	{ PHASE_AUTH,       sasl_by_command,          "USER {user}",                     expect_success,         0                      }, \
	{ PHASE_AUTH,       sasl_by_command,          "PASS {password}",                 sasl_judge_reply,       0                      },

static const struct step pop3_steps[] = {
	POP3_LOGIN
	{ PHASE_MAILBOX, sasl_logged_in, "STAT", judge_stat,     0         },
	{ PHASE_QUIT,    NULL,           "QUIT", expect_success, STEP_LAST },
};

static const struct step pop3_look_steps[] = {
	POP3_LOGIN
	{ PHASE_MAILBOX, sasl_logged_in,   "STAT",           hear_last,      0                                   },
	{ PHASE_MAILBOX, pop3_looks_on,    "TOP {number} 0", hear_top,       STEP_MULTI | STEP_BODY | STEP_AGAIN },
	{ PHASE_MAILBOX, message_found,    "UIDL {number}",  hear_uidl,      0                                   },
	{ PHASE_MAILBOX, message_unwanted, "DELE {number}",  expect_success, 0                                   },
	{ PHASE_QUIT,    NULL,             "QUIT",           expect_success, STEP_LAST                           },
};
/* clang-format on */

const struct step_table pop3_look = { pop3_look_steps, ARRAY_SIZE(pop3_look_steps) };

const struct protocol pop3_protocol = {
	.name = "pop3",
	.title = "POP3",
	.offers_login = pop3_offers_login,
	.steps = pop3_steps,
	.step_count = ARRAY_SIZE(pop3_steps),
	.line = pop3_line,
	.fault = replies_word_fault,
	.cancel = "*",
	.greets_with_timestamp = true,
};
