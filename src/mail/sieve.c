/* sieve.c - ManageSieve as a client speaks it: RFC 5804.
 *
 * The dialogue is the table of steps at the foot. The server lists its capabilities in the
 * greeting and sends them again unasked when TLS has begun (section 2.2). A line holds its
 * literals as they came: "{5}", LF, five bytes.
 */
#include "driver.h"
#include "replies.h"
#include "sasl.h"

#include <string.h>

/* --- lines --------------------------------------------------------------------------------- */

/* Takes the text between quotes; it may hold escaped characters. */
static bool sieve_take_quoted(struct view *rest, struct view *ret_string)
{
	for (size_t i = 1; i < rest->n; i++) {
		if (rest->p[i] == '"') {
			*ret_string = (struct view){ rest->p + 1, i - 1 };
			*rest = view_skip(*rest, i + 1);
			return true;
		}
		if (rest->p[i] == '\\')
			i++;
	}
	return false;
}

/* dialogue.c has made sure that n bytes follow "{n}" and the LF. */
static bool sieve_take_literal(struct view *rest, struct view *ret_string)
{
	const char *lf = memchr(rest->p, '\n', rest->n);
	struct view size = view_skip(*rest, 1);
	uint64_t n;

	size.n = 0;
	while (size.n < rest->n - 1 && size.p[size.n] >= '0' && size.p[size.n] <= '9')
		size.n++;
	if (lf == NULL || !view_number(size, DIALOGUE_LINE_MAX, &n))
		return false;
	*rest = view_skip(*rest, (size_t)(lf - rest->p) + 1);
	if (n > rest->n)
		return false;
	*ret_string = (struct view){ rest->p, (size_t)n };
	*rest = view_skip(*rest, (size_t)n);
	return true;
}

static bool sieve_take_string(struct view *rest, struct view *ret_string)
{
	/* Blanks are trimmed only in front, because a literal may end in blanks. */
	while (rest->n > 0 && rest->p[0] == ' ')
		*rest = view_skip(*rest, 1);
	if (rest->n == 0)
		return false;
	if (rest->p[0] == '"')
		return sieve_take_quoted(rest, ret_string);
	return rest->p[0] == '{' && sieve_take_literal(rest, ret_string);
}

/* Adds text to the reply without the backslashes of a quoted string. */
static void sieve_add_text(struct mail_reply *r, struct view text)
{
	char storage[sizeof(r->storage)];
	struct buffer plain;

	buffer_init(&plain, storage, sizeof(storage));
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\\' && i + 1 < text.n)
			i++;
		if (!buffer_put(&plain, (struct view){ text.p + i, 1 }))
			break;
	}
	mail_reply_add_text(r, buffer_view(&plain));
}

/* "(QUOTA/MAXSIZE)", "(REFERRAL "sieve://example.net")": takes the first word as the status
 * code. A parenthesis inside the code can only be part of a string. The string of "(SASL
 * "...")" is a challenge, section 2.1. */
static bool sieve_take_code(struct view *rest, struct mail_reply *r)
{
	struct view string;
	size_t n = 0;

	*rest = view_skip(view_trim(*rest), 1);
	while (n < rest->n && rest->p[n] != ')' && rest->p[n] != ' ')
		n++;
	mail_reply_set_code(r, (struct view){ rest->p, n });
	*rest = view_skip(*rest, n);
	while (rest->n > 0 && rest->p[0] != ')')
		if (!sieve_take_string(rest, &string))
			return false;
		else if (view_equal(view_of(r->status_code), "SASL"))
			sieve_add_text(r, string);
	if (rest->n == 0)
		return false;
	*rest = view_skip(*rest, 1);
	return true;
}

/* "OK (TAG {3}LFabc) "done"", RFC 5804 section 4. */
static enum framing sieve_parse_status(struct view line, struct mail_reply *r)
{
	struct view words = line, status, text;

	if (!view_next_word(&words, &status) || status.p != line.p)
		return LINE_BAD;
	r->closing = view_equal(status, "BYE");
	r->answer = view_equal(status, "OK") ? ANSWER_YES : ANSWER_NO;
	if (r->answer == ANSWER_NO && !view_equal(status, "NO") &&
	    !view_equal(status, "BYE"))
		return LINE_BAD;
	words = view_trim(words);
	if (words.n > 0 && words.p[0] == '(' && !sieve_take_code(&words, r))
		return LINE_BAD;
	words = view_trim(words);
	if (words.n == 0)
		return LINE_LAST;
	if (!sieve_take_string(&words, &text) || words.n > 0)
		return LINE_BAD;
	if (!view_equal(view_of(r->status_code), "SASL"))
		sieve_add_text(r, text);
	return LINE_LAST;
}

/* A challenge is a line that holds one string. */
static enum framing sieve_parse_challenge(struct view line, struct mail_reply *r)
{
	struct view text;

	if (!sieve_take_string(&line, &text) || view_trim(line).n > 0)
		return LINE_BAD;
	r->answer = ANSWER_CONTINUE;
	sieve_add_text(r, text);
	return LINE_LAST;
}

/* Each list replaces the one before. */
static void sieve_begin_capability_list(struct dialogue *d)
{
	d->learned &= LEARNED_LOGGED_IN | LEARNED_TLS_UNIQUE;
	dialogue_clear_capabilities(d);
}

/* ""SASL" "PLAIN LOGIN"", ""STARTTLS"". */
static enum framing sieve_parse_capability(struct dialogue *d, struct view line,
					   struct mail_reply *r)
{
	struct view name, value = { NULL, 0 };

	if (!sieve_take_string(&line, &name) || name.n == 0)
		return LINE_BAD;
	if (view_trim(line).n > 0 && !sieve_take_string(&line, &value))
		return LINE_BAD;
	if (!r->lists_capabilities)
		sieve_begin_capability_list(d);
	r->lists_capabilities = true;
	dialogue_add_capability(d, name, value);
	if (view_equal(name, "STARTTLS"))
		d->learned |= LEARNED_STARTTLS;
	if (view_equal(name, "IMPLEMENTATION"))
		sasl_record_server_name(d, value);
	if (view_equal(name, "SASL"))
		sasl_add_mechanisms(d, value);
	return LINE_MORE;
}

static enum framing sieve_line(struct dialogue *d, struct view line, struct mail_reply *r)
{
	if (line.n == 0)
		return LINE_BAD;
	if (line.p[0] != '"' && line.p[0] != '{')
		return sieve_parse_status(line, r);
	if (d->phase == PHASE_GREETING || d->phase == PHASE_CAPABILITY)
		return sieve_parse_capability(d, line, r);
	return d->phase == PHASE_AUTH ? sieve_parse_challenge(line, r) : LINE_BAD;
}

static bool sieve_announces_literal(struct view line)
{
	(void)line;
	return true;
}

static bool sieve_initial_response(const struct dialogue *d)
{
	return sasl_initial_response_fits(d, SIZE_MAX);
}

/* RFC 5804: with at least one mechanism. */
static bool sieve_offers_login(struct view offered)
{
	struct view word;

	while (view_next_word(&offered, &word))
		if (view_starts(word, "SASL=") && word.n > sizeof("SASL=") - 1)
			return true;
	return false;
}

/* --- the steps ----------------------------------------------------------------------------- */

/* clang-format off */
static const struct step sieve_steps[] = {
	/* phase            when                          we say                                        they answer             flags                  */
	{ PHASE_GREETING,   NULL,                         NULL,                                         expect_success,         0                      },
	{ PHASE_STARTTLS,   starttls_missing,             NULL,                                         starttls_fail_missing,  STEP_DEAD_END          },
	{ PHASE_STARTTLS,   starttls_wanted,              "STARTTLS",                                   expect_success,         STEP_TLS               },
	{ PHASE_CAPABILITY, dialogue_upgraded,            NULL,                                         expect_success,         0                      },
	{ PHASE_AUTH,       sasl_not_possible,            NULL,                                         sasl_fail_not_possible, STEP_DEAD_END          },
	{ PHASE_AUTH,       sieve_initial_response,       "AUTHENTICATE \"{mechanism}\" {sasl:string}", sasl_judge_reply,       STEP_SASL              },
	{ PHASE_AUTH,       sasl_server_speaks_first,     "AUTHENTICATE \"{mechanism}\"",               sasl_judge_reply,       STEP_SASL              },
	{ PHASE_AUTH,       sasl_exchange_continues,      "{sasl:string}",                              sasl_judge_reply,       STEP_SASL | STEP_AGAIN },
	{ PHASE_CAPABILITY, dialogue_no_command_answered, "CAPABILITY",                                 expect_success,         0                      },
	{ PHASE_QUIT,       NULL,                         "LOGOUT",                                     expect_success,         STEP_LAST              },
};
/* clang-format on */

const struct protocol sieve_protocol = {
	.name = "sieve",
	.title = "ManageSieve",
	.offers_login = sieve_offers_login,
	.steps = sieve_steps,
	.step_count = ARRAY_SIZE(sieve_steps),
	.line = sieve_line,
	.fault = replies_word_fault,
	.announces_literal = sieve_announces_literal,
	.line_keeps_literals = true,
	.closing = "BYE",
	.cancel = "\"*\"",
};
