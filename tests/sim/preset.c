/* preset.c - the tables of named faults and of tricks, and how a fault's words are read. */
#include "preset.h"

#include "flood.h"

#include <string.h>

#define TEXT(s)                                                                            \
	{                                                                                  \
		(s), sizeof(s) - 1                                                         \
	}
#define EVERY(s)                                                                           \
	{                                                                                  \
		[PROTOCOL_SMTP] = TEXT(s), [PROTOCOL_LMTP] = TEXT(s),                      \
		[PROTOCOL_IMAP] = TEXT(s), [PROTOCOL_POP3] = TEXT(s),                      \
		[PROTOCOL_SIEVE] = TEXT(s)                                                 \
	}
#define EACH(smtp, imap, pop3, sieve)                                                      \
	{                                                                                  \
		[PROTOCOL_SMTP] = TEXT(smtp), [PROTOCOL_LMTP] = TEXT(smtp),                \
		[PROTOCOL_IMAP] = TEXT(imap), [PROTOCOL_POP3] = TEXT(pop3),                \
		[PROTOCOL_SIEVE] = TEXT(sieve)                                             \
	}

/* clang-format off */
static const struct preset presets[] = {
	{ "http", "GREETING", AFTER_CLOSE, true, true,
	  EVERY("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n") },
	{ "ssh", "GREETING", AFTER_LISTEN, true, true,
	  EVERY("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n") },
	{ "binary", "GREETING", AFTER_LISTEN, true, true,
	  EVERY("\x00\x01\xff\xfe\x1b[2J\x07\x80\x00\x15\x03\x01\r\n\x00\xe2\x28\xa1\r\n") },
	{ "busy", "GREETING", AFTER_GOODBYE, false, false,
	  EACH("421 4.7.0 mail.demo.test Error: too many connections from your address",
	       "* BYE [UNAVAILABLE] Too many connections from your address",
	       "-ERR [SYS/TEMP] Too many connections from your address",
	       "BYE (TRYLATER) \"Too many connections from your address\"") },
	{ "refused", "GREETING", AFTER_LISTEN, false, false,
	  EACH("554 5.7.1 mail.demo.test Service unavailable; client host is blocked",
	       "* BYE Client host is blocked",
	       "-ERR [SYS/PERM] Client host is blocked",
	       "BYE \"Client host is blocked\"") },
	{ "starttls-refused", "STARTTLS", AFTER_LISTEN, false, false,
	  EACH("454 4.7.0 TLS not available due to local problem",
	       "NO [UNAVAILABLE] TLS not available due to local problem",
	       "-ERR TLS not available due to local problem",
	       "NO \"TLS not available due to local problem\"") },
	{ "login-down", "VERDICT", AFTER_LISTEN, false, false,
	  EACH("454 4.7.0 Temporary authentication failure",
	       "NO [UNAVAILABLE] Temporary authentication failure.",
	       "-ERR [SYS/TEMP] Temporary authentication failure.",
	       "NO (TRYLATER) \"Temporary authentication failure.\"") },
	{ "login-denied", "VERDICT", AFTER_LISTEN, false, false,
	  EACH("535 5.7.8 Error: authentication failed",
	       "NO [AUTHENTICATIONFAILED] Authentication failed.",
	       "-ERR [AUTH] Authentication failed.",
	       "NO \"Authentication failed.\"") },
	{ "preauth", "GREETING", AFTER_LISTEN, false, false,
	  { [PROTOCOL_IMAP] = TEXT("* PREAUTH [CAPABILITY IMAP4rev1] Logged in as probe") } },
};

/* In a phase of their own unless another is named. */
static const struct {
	const char *name;
	enum trick trick;
	enum phase phase;
	bool wants_ms;
} tricks[] = {
	{ "close",          TRICK_CLOSE,         PHASE_CONNECT,  false },
	{ "reset",          TRICK_RESET,         PHASE_CONNECT,  false },
	{ "silence",        TRICK_SILENCE,       PHASE_CONNECT,  false },
	{ "delay",          TRICK_DELAY,         PHASE_GREETING, true },
	{ "drip",           TRICK_DRIP,          PHASE_GREETING, true },
	{ "teaser",         TRICK_TEASER,        PHASE_GREETING, true },
	{ "endless-line",   TRICK_ENDLESS_LINE,  PHASE_GREETING, false },
	{ "endless-reply",  TRICK_ENDLESS_REPLY, PHASE_GREETING, false },
	{ "injection",      TRICK_INJECTION,     PHASE_STARTTLS, false },
	{ "garbage",        TRICK_GARBAGE,       PHASE_TLS,      false },
	{ "flood",          TRICK_FLOOD,         PHASE_GREETING, false },
	{ "strict",         TRICK_STRICT,        PHASE_GREETING, false },
};
/* clang-format on */

static struct view injected[PROTOCOL_COUNT] =
    EACH("250-mail.demo.test\r\n250 AUTH PLAIN LOGIN\r\n",
	 "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", "+OK\r\nUSER\r\n.\r\n",
	 "\"SASL\" \"PLAIN\"\r\nOK\r\n");

const struct preset *preset_find(struct view name)
{
	for (size_t i = 0; i < ARRAY_SIZE(presets); i++)
		if (view_equal(name, presets[i].name))
			return &presets[i];
	return NULL;
}

const char *const *fault_words(size_t *ret_count)
{
	static const char *words[ARRAY_SIZE(presets) + ARRAY_SIZE(tricks)];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(presets); i++)
		words[n++] = presets[i].name;
	for (size_t i = 0; i < ARRAY_SIZE(tricks); i++)
		words[n++] = tricks[i].name;
	*ret_count = n;
	return words;
}

/* Cuts the view at the first c; true when there was one. */
static bool cut(struct view *front, char c, struct view *ret_rest)
{
	const char *at = front->n == 0 ? NULL : memchr(front->p, c, front->n);

	if (at == NULL)
		return false;
	*ret_rest = view_skip(*front, (size_t)(at - front->p) + 1);
	front->n = (size_t)(at - front->p);
	return true;
}

static void add_preset(struct scenario *sc, struct listener_plan *l, const struct preset *p,
		       enum when when)
{
	struct canned *canned = arena_alloc(&sc->arena, sizeof(*canned));
	struct canned **end = &l->canned;

	*canned = (struct canned){ .verb = p->verb,
				   .text = p->text[l->protocol],
				   .raw = p->raw,
				   .insane = p->insane,
				   .when = when,
				   .after = p->after };
	while (*end != NULL)
		end = &(*end)->next;
	*end = canned;
}

static bool add_trick(struct scenario *sc, struct listener_plan *l, size_t row,
		      struct mischief m, struct view ms, const char **ret_hint)
{
	struct mischief *kept;
	uint64_t number = 0;
	enum flood flood;

	if (m.trick == TRICK_TEASER && l->protocol != PROTOCOL_SMTP &&
	    l->protocol != PROTOCOL_LMTP) {
		*ret_hint = "only SMTP has greetings of several lines";
		return false;
	}
	if (tricks[row].wants_ms && ms.n == 0) {
		*ret_hint = "it needs milliseconds: NAME:500 or NAME@PHASE:500";
		return false;
	}
	if (ms.n != 0 && !view_number(ms, 86400000, &number)) {
		*ret_hint = "behind the colon stand milliseconds, up to a day of them";
		return false;
	}
	if (m.trick == TRICK_FLOOD && !flood_from_name(m.text, &flood)) {
		*ret_hint = "write: fault flood[@PHASE] \"KIND\": key-updates, tickets, "
			    "hello-requests, warnings, empty or pieces";
		return false;
	}
	if (m.trick == TRICK_INJECTION && m.text.n == 0)
		m.text = injected[l->protocol];
	m.ms = (unsigned)number;
	kept = arena_alloc(&sc->arena, sizeof(*kept));
	*kept = m;
	kept->next = l->mischief;
	l->mischief = kept;
	return true;
}

bool scenario_fault(struct scenario *sc, struct listener_plan *l, struct view words,
		    enum when when, struct view text, const char **ret_hint)
{
	struct view name = words, phase = { 0 }, ms = { 0 };
	const struct preset *preset;

	cut(&name, ':', &ms);
	cut(&name, '@', &phase);
	preset = preset_find(name);
	if (preset != NULL && (phase.n != 0 || ms.n != 0)) {
		*ret_hint = "this fault has a phase of its own and no time";
		return false;
	}
	if (preset != NULL && preset->text[l->protocol].n == 0) {
		*ret_hint = "this protocol has no such fault";
		return false;
	}
	if (preset != NULL) {
		add_preset(sc, l, preset, when);
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(tricks); i++) {
		struct mischief m = { .trick = tricks[i].trick,
				      .phase = tricks[i].phase,
				      .when = when,
				      .text = text };

		if (!view_equal(name, tricks[i].name))
			continue;
		if (phase.n != 0 && !phase_from_name(phase, &m.phase)) {
			*ret_hint =
			    "phases are connect greeting capability starttls tls auth "
			    "mailbox quit";
			return false;
		}
		return add_trick(sc, l, i, m, ms, ret_hint);
	}
	*ret_hint = "there is no such fault";
	return false;
}
