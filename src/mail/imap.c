/* imap.c - IMAP as a client speaks it: RFC 9051 and 3501, LITERAL+ RFC 7888, SASL-IR RFC
 * 4959.
 *
 * The dialogue is the table at the foot. A line "* ..." is an untagged response, "+ ..." a
 * continuation request, and a line with our tag ends the step.
 */
#include "alert.h"
#include "driver.h"
#include "replies.h"
#include "sasl.h"

#include <string.h>

enum {
	LEARNED_CAPABILITY_LIST = LEARNED_DRIVER, /* the server has sent its list */
	LEARNED_SASL_IR = LEARNED_DRIVER << 1,
	LEARNED_LITERAL_PLUS = LEARNED_DRIVER
			       << 2,           /* or LITERAL-, as our values are short */
	LEARNED_IDLE = LEARNED_DRIVER << 3,    /* RFC 2177 */
	LEARNED_UIDPLUS = LEARNED_DRIVER << 4, /* RFC 4315 */
};

/* --- lines --------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *word;
	uint32_t learned;
} capabilities[] = {
	{ "STARTTLS",   LEARNED_STARTTLS                       },
	{ "SASL-IR",    LEARNED_SASL_IR                        },
	{ "LITERAL+",   LEARNED_LITERAL_PLUS                   },
	{ "LITERAL-",   LEARNED_LITERAL_PLUS                   },
	{ "IDLE",       LEARNED_IDLE                           },
	{ "UIDPLUS",    LEARNED_UIDPLUS                        },
	{ "IMAP4rev2",  LEARNED_SASL_IR | LEARNED_LITERAL_PLUS | LEARNED_IDLE | LEARNED_UIDPLUS }, /* RFC 9051 appendix E */
	{ "ANNOTATE-EXPERIMENT-1", LEARNED_TLS_UNIQUE              }, /* RFC 5257, of Cyrus only */
};
/* clang-format on */

/* Each list replaces the one before, RFC 9051 section 7.2.2. Lists after the login are
 * ignored. */
static void imap_parse_capabilities(struct dialogue *d, struct view words)
{
	bool disabled = view_has_word(words, "LOGINDISABLED");
	struct view word;

	if (d->phase != PHASE_GREETING && d->phase != PHASE_CAPABILITY)
		return;
	d->learned &= LEARNED_LOGGED_IN | LEARNED_TLS_UNIQUE;
	d->learned |= LEARNED_CAPABILITY_LIST | (disabled ? 0 : LEARNED_LOGIN_COMMAND);
	dialogue_clear_capabilities(d);
	while (view_next_word(&words, &word)) {
		dialogue_add_capability(d, word, (struct view){ NULL, 0 });
		if (view_starts(word, "AUTH="))
			sasl_add_mechanism(d, view_skip(word, sizeof("AUTH=") - 1));
		for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++)
			if (view_equal(word, capabilities[i].word))
				d->learned |= capabilities[i].learned;
	}
}

/* "[CODE arguments] words": splits the code off the front and returns its first word, or an
 * empty view if there is none. */
static struct view imap_split_code(struct view *words, struct view *ret_arguments)
{
	const char *close = words->n > 0 ? memchr(words->p, ']', words->n) : NULL;
	struct view word = { NULL, 0 };

	*ret_arguments = word;
	if (close == NULL || words->p[0] != '[')
		return word;
	*ret_arguments = (struct view){ words->p + 1, (size_t)(close - words->p) - 1 };
	*words = view_skip(*words, ret_arguments->n + 2);
	view_next_word(ret_arguments, &word);
	return word;
}

/* "[CODE arguments] words". The code CAPABILITY is not kept as the reply's status code. */
static void imap_parse_text(struct dialogue *d, struct mail_reply *r, struct view words)
{
	struct view arguments, code = imap_split_code(&words, &arguments);

	words = view_trim(words);
	if (view_equal(code, "CAPABILITY"))
		imap_parse_capabilities(d, arguments);
	else if (code.n > 0)
		mail_reply_set_code(r, code);
	if (view_equal(code, "ALERT"))
		alert_record(d, words);
	mail_reply_add_text(r, words);
}

/* "OK [READ-ONLY] done". False unless the status is OK, NO or BAD. */
static bool imap_parse_status(struct dialogue *d, struct view status, struct view words,
			      struct mail_reply *r)
{
	r->answer = view_equal(status, "OK") ? ANSWER_YES : ANSWER_NO;
	r->not_understood = view_equal(status, "BAD");
	if (r->answer == ANSWER_NO && !r->not_understood && !view_equal(status, "NO"))
		return false;
	imap_parse_text(d, r, view_trim(words));
	return true;
}

/* RFC 9051 section 7.1. PREAUTH: the server has authenticated us by other means. */
static enum framing imap_parse_greeting(struct dialogue *d, struct view status,
					struct view words, struct mail_reply *r)
{
	if (view_equal(status, "PREAUTH"))
		d->learned |= LEARNED_LOGGED_IN;
	else if (!view_equal(status, "OK"))
		return LINE_BAD;
	r->answer = ANSWER_YES;
	imap_parse_text(d, r, view_trim(words));
	sasl_record_server_name(d, words);
	return LINE_LAST;
}

/* "* 18 EXISTS". */
static void imap_parse_exists(struct dialogue *d, struct view number, struct view words)
{
	if (d->phase == PHASE_MAILBOX && view_equal(view_trim(words), "EXISTS"))
		dialogue_set_message_count(d, number);
}

/* "* 18 EXISTS", "* 3 EXPUNGE", "* 5 FETCH (...)" of an open mailbox. */
static void hear_message_event(struct dialogue *d, struct view number, struct view words)
{
	static const struct {
		const char *word;
		enum dialogue_event_kind kind;
	} kinds[] = {
		{ "EXISTS", DIALOGUE_EXISTS },
		{ "EXPUNGE", DIALOGUE_EXPUNGE },
		{ "FETCH", DIALOGUE_FETCH },
	};
	struct view word;
	uint64_t n;

	if (d->phase != PHASE_MAILBOX || !view_number(number, UINT32_MAX, &n) ||
	    !view_next_word(&words, &word))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (view_equal(word, kinds[i].word))
			dialogue_hear_event(
			    d, &(struct dialogue_event){ kinds[i].kind, (uint32_t)n,
							 view_trim(words) });
}

/* "* SEARCH 7 9": the UIDs, RFC 9051 section 7.3.4 and RFC 3501 section 7.2.5. The highest
 * is the latest. False: it is none. */
static bool hear_search(struct dialogue *d, struct view words)
{
	struct view rest = words, word;
	uint64_t uid;

	if (d->phase != PHASE_MAILBOX)
		return true;
	while (view_next_word(&rest, &word)) {
		if (!view_number(word, UINT32_MAX, &uid))
			return word.p[0] == '('; /* MODSEQ, RFC 7162 section 3.1.5 */
		if (d->found++ == 0 || uid > d->number)
			d->number = (uint32_t)uid;
	}
	dialogue_hear_event(d, &(struct dialogue_event){ .kind = DIALOGUE_SEARCH,
							 .words = view_trim(words) });
	return true;
}

static bool imap_is_status_word(struct view kind)
{
	static const char *const statuses[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };

	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
		if (view_equal(kind, statuses[i]))
			return true;
	return false;
}

/* "* OK [ALERT] the disks are full": an untagged alert, which belongs to no reply. */
static void imap_parse_alert(struct dialogue *d, struct view words)
{
	struct view arguments;

	if (view_equal(imap_split_code(&words, &arguments), "ALERT"))
		alert_record(d, view_trim(words));
}

static enum framing imap_parse_untagged(struct dialogue *d, struct view words,
					struct mail_reply *r)
{
	struct view kind;

	if (!view_next_word(&words, &kind))
		return LINE_BAD;
	if (view_equal(kind, "BYE") && d->phase != PHASE_QUIT) {
		r->closing = true;
		imap_parse_text(d, r, view_trim(words));
		return LINE_LAST;
	}
	if (d->phase == PHASE_GREETING)
		return imap_parse_greeting(d, kind, words, r);
	if (view_equal(kind, "CAPABILITY"))
		imap_parse_capabilities(d, words);
	if (imap_is_status_word(kind))
		imap_parse_alert(d, view_trim(words));
	imap_parse_exists(d, kind, words);
	hear_message_event(d, kind, words);
	if (view_equal(kind, "SEARCH") && !hear_search(d, words))
		return LINE_BAD;
	return LINE_MORE;
}

/* True for the last tag exactly as command.c has written it. */
static bool imap_is_our_tag(const struct dialogue *d, struct view word)
{
	uint64_t number;

	return word.n > 1 && word.p[0] == 'a' && word.p[1] != '0' && d->tag > 0 &&
	       view_number(view_skip(word, 1), UINT32_MAX, &number) && number == d->tag;
}

static enum framing imap_line(struct dialogue *d, struct view line, struct mail_reply *r)
{
	struct view words = line, first, status;

	if (!view_next_word(&words, &first) || first.p != line.p)
		return LINE_BAD;
	if (view_equal(first, "*"))
		return imap_parse_untagged(d, words, r);
	if (d->phase == PHASE_GREETING)
		return LINE_BAD;
	if (view_equal(first, "+")) {
		r->answer = ANSWER_CONTINUE;
		imap_parse_text(d, r, view_trim(words));
		return LINE_LAST;
	}
	if (!imap_is_our_tag(d, first) || !view_next_word(&words, &status))
		return LINE_BAD;
	return imap_parse_status(d, status, words, r) ? LINE_LAST : LINE_BAD;
}

/* The text of a status response may end in "{5}" by chance. There a literal is announced
 * only inside a response code that is still open. */
static bool imap_announces_literal(struct view line)
{
	struct view words = line, first, kind;

	if (!view_next_word(&words, &first) || !view_equal(first, "*") ||
	    !view_next_word(&words, &kind))
		return false;
	words = view_trim(words);
	return !imap_is_status_word(kind) ||
	       (words.n > 0 && words.p[0] == '[' && memchr(words.p, ']', words.n) == NULL);
}

/* --- guards -------------------------------------------------------------------------------- */

/* The greeting need not hold the list of capabilities, and need not name the server. */
static bool imap_capabilities_needed(const struct dialogue *d)
{
	return !dialogue_has_learned(d, LEARNED_CAPABILITY_LIST) ||
	       sasl_needs_capability_list(d);
}

static bool imap_initial_response(const struct dialogue *d)
{
	return dialogue_has_learned(d, LEARNED_SASL_IR) &&
	       sasl_initial_response_fits(d, SIZE_MAX);
}

static bool imap_no_initial_response(const struct dialogue *d)
{
	return !dialogue_has_learned(d, LEARNED_SASL_IR) &&
	       sasl_initial_response_fits(d, SIZE_MAX);
}

/* A quoted string holds ASCII only, RFC 3501 section 9. */
static bool imap_is_ascii(const char *text)
{
	struct view v = view_of(text);

	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] >= 0x80)
			return false;
	return true;
}

static bool imap_login_quotable(const struct dialogue *d)
{
	return imap_is_ascii(d->params->user) && imap_is_ascii(d->params->password);
}

static bool imap_login_quoted(const struct dialogue *d)
{
	return sasl_by_command(d) && imap_login_quotable(d);
}

static bool imap_login_literal_plus(const struct dialogue *d)
{
	return sasl_by_command(d) && !imap_login_quotable(d) &&
	       dialogue_has_learned(d, LEARNED_LITERAL_PLUS);
}

static bool imap_login_literal(const struct dialogue *d)
{
	return sasl_by_command(d) && !imap_login_quotable(d) &&
	       !dialogue_has_learned(d, LEARNED_LITERAL_PLUS);
}

/* RFC 9051: AUTH=, and LOGIN where it is not disabled. */
static bool imap_offers_login(struct view offered)
{
	return capability_words_have(offered, "AUTH") ||
	       (offered.n > 0 && !capability_words_have(offered, "LOGINDISABLED"));
}

/* --- the steps ----------------------------------------------------------------------------- */

static bool imap_idles(const struct dialogue *d)
{
	return message_missing(d) && dialogue_has_learned(d, LEARNED_IDLE);
}

static bool imap_polls(const struct dialogue *d)
{
	return message_missing(d) && !dialogue_has_learned(d, LEARNED_IDLE);
}

/* Without it EXPUNGE would remove what others have marked, too. */
static bool imap_expunges(const struct dialogue *d)
{
	return message_unwanted(d) && dialogue_has_learned(d, LEARNED_UIDPLUS);
}

/* clang-format off */
#define IMAP_LOGIN \
	/* phase            when                      we say                                           they answer             flags                  */ \
	{ PHASE_GREETING,   NULL,                     NULL,                                            expect_success,         0                      }, \
	{ PHASE_CAPABILITY, imap_capabilities_needed, "{tag} CAPABILITY",                              expect_success,         0                      }, \
	{ PHASE_STARTTLS,   starttls_missing,         NULL,                                            starttls_fail_missing,  STEP_DEAD_END          }, \
	{ PHASE_STARTTLS,   starttls_wanted,          "{tag} STARTTLS",                                expect_success,         STEP_TLS               }, \
	{ PHASE_CAPABILITY, dialogue_upgraded,        "{tag} CAPABILITY",                              expect_success,         0                      }, \
	{ PHASE_AUTH,       sasl_not_possible,        NULL,                                            sasl_fail_not_possible, STEP_DEAD_END          }, \
	{ PHASE_AUTH,       imap_initial_response,    "{tag} AUTHENTICATE {mechanism} {sasl:initial}", sasl_judge_reply,       STEP_SASL              }, \
	{ PHASE_AUTH,       imap_no_initial_response, "{tag} AUTHENTICATE {mechanism}",                expect_continuation,    STEP_SASL              }, \
	{ PHASE_AUTH,       sasl_server_speaks_first, "{tag} AUTHENTICATE {mechanism}",                sasl_judge_reply,       STEP_SASL              }, \
	{ PHASE_AUTH,       sasl_exchange_continues,  "{sasl:base64}",                                 sasl_judge_reply,       STEP_SASL | STEP_AGAIN }, \
	{ PHASE_AUTH,       imap_login_quoted,        "{tag} LOGIN {user:quoted} {password:quoted}",   sasl_judge_reply,       0                      }, \
	{ PHASE_AUTH,       imap_login_literal_plus,  "{tag} LOGIN {user:literal} {password:literal}", sasl_judge_reply,       0                      }, \
	{ PHASE_AUTH,       imap_login_literal,       "{tag} LOGIN {user:size}",                       expect_continuation,    0                      }, \
	{ PHASE_AUTH,       imap_login_literal,       "{user} {password:size}",                        expect_continuation,    0                      }, \
	{ PHASE_AUTH,       imap_login_literal,       "{password}",                                    sasl_judge_reply,       0                      },

static const struct step imap_steps[] = {
	IMAP_LOGIN
	{ PHASE_MAILBOX,    sasl_logged_in,               "{tag} EXAMINE INBOX", expect_success, 0         },
	{ PHASE_CAPABILITY, dialogue_no_command_answered, "{tag} CAPABILITY",    expect_success, 0         },
	{ PHASE_QUIT,       NULL,                         "{tag} LOGOUT",        expect_success, STEP_LAST },
};

/* What is offered behind the login may be more. */
static const struct step imap_watch_steps[] = {
	IMAP_LOGIN
	{ PHASE_CAPABILITY, sasl_logged_in,   "{tag} CAPABILITY",                                       expect_success,      0          },
	{ PHASE_MAILBOX,    sasl_logged_in,   "{tag} SELECT {mailbox:quoted}",                          expect_success,      0          },
	{ PHASE_MAILBOX,    message_missing,  "{tag} UID SEARCH HEADER Message-ID {message-id:quoted}", expect_success,      STEP_MARK  },
	{ PHASE_MAILBOX,    imap_idles,       "{tag} IDLE",                                             expect_continuation, STEP_PAUSE },
	{ PHASE_MAILBOX,    imap_idles,       "DONE",                                                   expect_success,      0          },
	{ PHASE_MAILBOX,    imap_polls,       NULL,                                                     NULL,                STEP_PAUSE },
	{ PHASE_MAILBOX,    imap_polls,       "{tag} NOOP",                                             expect_success,      0          },
	{ PHASE_MAILBOX,    message_missing,  NULL,                                                     NULL,                STEP_BACK  },
	{ PHASE_MAILBOX,    message_found,    "{tag} UID FETCH {number} (BODY.PEEK[])",                 expect_success,      STEP_BODY  },
	{ PHASE_MAILBOX,    message_unwanted, "{tag} UID STORE {number} +FLAGS.SILENT (\\Deleted)",     expect_success,      0          },
	{ PHASE_MAILBOX,    imap_expunges,    "{tag} UID EXPUNGE {number}",                             expect_success,      0          },
	{ PHASE_QUIT,       NULL,             "{tag} LOGOUT",                                           expect_success,      STEP_LAST  },
};
/* clang-format on */

const struct step_table imap_watch = { imap_watch_steps, ARRAY_SIZE(imap_watch_steps) };

const struct protocol imap_protocol = {
	.name = "imap",
	.title = "IMAP",
	.offers_login = imap_offers_login,
	.steps = imap_steps,
	.step_count = ARRAY_SIZE(imap_steps),
	.line = imap_line,
	.fault = replies_word_fault,
	.announces_literal = imap_announces_literal,
	.may_speak_unasked = true,
	.cancel = "*",
};
