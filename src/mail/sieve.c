/* sieve.c - ManageSieve as a client speaks it: RFC 5804.
 *
 * The conversation is the table at the foot. The server lists its capabilities in the greeting
 * and, unasked, once more when TLS is up (section 2.2). A literal in a line is in it as it
 * came: "{5}", LF, five bytes.
 */
#include "driver.h"
#include "replies.h"
#include "sasl.h"

#include <string.h>

/* --- lines --------------------------------------------------------------------------------- */

/* What stands between the quotes; an escaped character may be among it. */
static bool take_quoted(struct view *rest, struct view *ret_string)
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

/* The runner has counted: behind "{n}" and the LF there are n bytes. */
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

static bool take_string(struct view *rest, struct view *ret_string)
{
	/* Only in front: a literal may end in blanks. */
	while (rest->n > 0 && rest->p[0] == ' ')
		*rest = view_skip(*rest, 1);
	if (rest->n == 0)
		return false;
	if (rest->p[0] == '"')
		return take_quoted(rest, ret_string);
	return rest->p[0] == '{' && sieve_take_literal(rest, ret_string);
}

/* Without the backslashes of a quoted string. */
static void hear_text(struct mail_reply *r, struct view text)
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
	mail_reply_hear(r, buffer_view(&plain));
}

/* "(QUOTA/MAXSIZE)", "(REFERRAL "sieve://example.net")": the word of it. Parentheses stand
 * inside of strings only. That of "(SASL "...")" is a challenge: section 2.1. */
static bool sieve_take_code(struct view *rest, struct mail_reply *r)
{
	struct view string;
	size_t n = 0;

	*rest = view_skip(view_trim(*rest), 1);
	while (n < rest->n && rest->p[n] != ')' && rest->p[n] != ' ')
		n++;
	mail_reply_mark(r, (struct view){ rest->p, n });
	*rest = view_skip(*rest, n);
	while (rest->n > 0 && rest->p[0] != ')')
		if (!take_string(rest, &string))
			return false;
		else if (view_equal(view_of(r->word), "SASL"))
			hear_text(r, string);
	if (rest->n == 0)
		return false;
	*rest = view_skip(*rest, 1);
	return true;
}

/* "OK (TAG {3}LFabc) "done"", RFC 5804 section 4. */
static enum framing sieve_hear_status(struct view line, struct mail_reply *r)
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
	if (!take_string(&words, &text) || words.n > 0)
		return LINE_BAD;
	if (!view_equal(view_of(r->word), "SASL"))
		hear_text(r, text);
	return LINE_LAST;
}

/* A string and nothing behind it. */
static enum framing hear_challenge(struct view line, struct mail_reply *r)
{
	struct view text;

	if (!take_string(&line, &text) || view_trim(line).n > 0)
		return LINE_BAD;
	r->answer = ANSWER_MORE;
	hear_text(r, text);
	return LINE_LAST;
}

/* Each list replaces the one before. */
static void begin_list(struct dialogue *d)
{
	d->learned &= LEARNED_INSIDE | LEARNED_UNIQUE;
	dialogue_capability_set_anew(d);
}

/* ""SASL" "PLAIN LOGIN"", ""STARTTLS"". */
static enum framing sieve_hear_capability(struct dialogue *d, struct view line,
					  struct mail_reply *r)
{
	struct view name, value = { NULL, 0 };

	if (!take_string(&line, &name) || name.n == 0)
		return LINE_BAD;
	if (view_trim(line).n > 0 && !take_string(&line, &value))
		return LINE_BAD;
	if (!r->listing)
		begin_list(d);
	r->listing = true;
	dialogue_capability_set(d, name, value);
	if (view_equal(name, "STARTTLS"))
		d->learned |= LEARNED_STARTTLS;
	if (view_equal(name, "IMPLEMENTATION"))
		sasl_heard_name(d, value);
	if (view_equal(name, "SASL"))
		sasl_offered_all(d, value);
	return LINE_MORE;
}

static enum framing sieve_line(struct dialogue *d, struct view line, struct mail_reply *r)
{
	if (line.n == 0)
		return LINE_BAD;
	if (line.p[0] != '"' && line.p[0] != '{')
		return sieve_hear_status(line, r);
	if (d->phase == PHASE_GREETING || d->phase == PHASE_CAPABILITY)
		return sieve_hear_capability(d, line, r);
	return d->phase == PHASE_AUTH ? hear_challenge(line, r) : LINE_BAD;
}

static bool sieve_literals(struct view line)
{
	(void)line;
	return true;
}

static bool sieve_at_once(const struct dialogue *d)
{
	return sasl_at_once(d, SIZE_MAX);
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

/* --- the conversation ---------------------------------------------------------------------- */

/* clang-format off */
static const struct step sieve_steps[] = {
	/* phase            when               we say                                     they answer             flags         */
	{ PHASE_GREETING,   NULL,              NULL,                                      hear_yes,               0             },
	{ PHASE_STARTTLS,   starttls_missing,  NULL,                                      starttls_blame_missing, STEP_DEAD_END },
	{ PHASE_STARTTLS,   starttls_wanted,   "STARTTLS",                                hear_yes,               STEP_TLS      },
	{ PHASE_CAPABILITY, dialogue_upgraded, NULL,                                      hear_yes,               0             },
	{ PHASE_AUTH,       sasl_barred,       NULL,                                      sasl_blame_barred,      STEP_DEAD_END },
	{ PHASE_AUTH,       sieve_at_once,           "AUTHENTICATE \"{mechanism}\" {sasl:string}", sasl_hear,           STEP_SASL     },
	{ PHASE_AUTH,       sasl_waits,        "AUTHENTICATE \"{mechanism}\"",            sasl_hear,              STEP_SASL     },
	{ PHASE_AUTH,       sasl_goes_on,      "{sasl:string}",                           sasl_hear,              STEP_SASL | STEP_AGAIN },
	{ PHASE_CAPABILITY, dialogue_unanswered, "CAPABILITY",                            hear_yes,               0             },
	{ PHASE_QUIT,       NULL,              "LOGOUT",                                  hear_yes,               STEP_LAST     },
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
	.literals = sieve_literals,
	.keeps_literals = true,
	.closing = "BYE",
	.cancel = "\"*\"",
};
