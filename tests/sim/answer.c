/* answer.c - the answers: faults and replies of the scenario, or else those of the protocol. */
#include "session.h"

#include "worker.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- words --- */

static bool room_for(struct output *o, size_t n)
{
	size_t cap = o->cap == 0 ? 1024 : o->cap;
	char *p;

	if (n <= o->cap - o->n)
		return true;
	while (cap - o->n < n)
		cap *= 2;
	p = realloc(o->p, cap);
	if (p == NULL)
		return false;
	o->p = p;
	o->cap = cap;
	return true;
}

void session_put(struct session *s, struct view text)
{
	if (text.n == 0 || !room_for(&s->out, text.n))
		return;
	memcpy(s->out.p + s->out.n, text.p, text.n);
	s->out.n += text.n;
}

void session_say(struct session *s, const char *format, ...)
{
	char text[2048];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n > 0)
		session_put(s, (struct view){ text, (size_t)n < sizeof(text)
							? (size_t)n
							: sizeof(text) - 1 });
}

void session_then(struct session *s, enum after after)
{
	s->out.after = after;
}

const char *session_host(const struct session *s)
{
	return s->worker->sim->scenario.names[0];
}

/* --- the scenario's faults --- */

static bool now(const struct session *s, enum when when)
{
	bool tls = s->flags & SESSION_SECURED;

	return when == WHEN_ALWAYS || (when == WHEN_TLS) == tls;
}

/* What is to go wrong with one answer. */
struct deed {
	enum after after; /* AFTER_LISTEN: the answer itself is let through */
	struct view text, repeat;
	struct view behind; /* injected */
	unsigned teaser_ms;
};

static struct view endless_start(enum protocol_kind protocol, enum phase phase)
{
	switch (protocol) {
	case PROTOCOL_IMAP:
		return view_of("* OK ");
	case PROTOCOL_POP3:
		return view_of("+OK\r\n");
	case PROTOCOL_SIEVE:
		return view_of("\"X-MORE\" \"more\"\r\n");
	default:
		return view_of(phase == PHASE_GREETING ? "220-" : "250-");
	}
}

static struct view endless_line(void)
{
	static const char more[] =
	    "and on and on and on and on and on and on and on and on ";

	return (struct view){ more, sizeof(more) - 1 };
}

static struct view endless_reply(enum protocol_kind protocol, enum phase phase)
{
	switch (protocol) {
	case PROTOCOL_IMAP:
		return view_of("* OK more\r\n* OK more\r\n* OK more\r\n* OK more\r\n");
	case PROTOCOL_POP3:
		return view_of("X-MORE\r\nX-MORE\r\nX-MORE\r\nX-MORE\r\nX-MORE\r\n");
	case PROTOCOL_SIEVE:
		return view_of("\"X-MORE\" \"more\"\r\n\"X-MORE\" \"more\"\r\n");
	default:
		return view_of(phase == PHASE_GREETING
				   ? "220-more\r\n220-more\r\n220-more\r\n220-more\r\n"
				   : "250-MORE\r\n250-MORE\r\n250-MORE\r\n250-MORE\r\n");
	}
}

static void deed_add(struct session *s, const struct mischief *m, struct deed *deed)
{
	enum protocol_kind protocol = s->listener->plan->protocol;

	switch (m->trick) {
	case TRICK_CLOSE:
		deed->after = AFTER_CLOSE;
		break;
	case TRICK_RESET:
		deed->after = AFTER_RESET;
		break;
	case TRICK_SILENCE:
		deed->after = AFTER_SILENCE;
		break;
	case TRICK_DELAY:
		s->out.delay_ms = m->ms;
		break;
	case TRICK_DRIP:
		s->out.drip_ms = m->ms;
		break;
	case TRICK_TEASER:
		deed->teaser_ms = m->ms;
		break;
	case TRICK_ENDLESS_LINE:
		deed->after = AFTER_REPEAT;
		deed->text = endless_start(protocol, m->phase);
		deed->repeat = endless_line();
		break;
	case TRICK_ENDLESS_REPLY:
		deed->after = AFTER_REPEAT;
		if (protocol == PROTOCOL_POP3)
			deed->text = endless_start(protocol, m->phase);
		deed->repeat = endless_reply(protocol, m->phase);
		break;
	case TRICK_INJECTION:
		deed->behind = m->text;
		break;
	case TRICK_GARBAGE:
		deed->after = AFTER_SILENCE;
		deed->text =
		    m->text.n > 0 ? m->text : view_of("220 this is not a handshake\r\n");
		s->flags |= SESSION_INSANE;
		break;
	case TRICK_FLOOD:
		deed->after = AFTER_FLOOD;
		flood_from_name(m->text, &s->flood);
		s->flags |= SESSION_INSANE;
		break;
	case TRICK_STRICT:
		break;
	}
}

static void deed_find(struct session *s, enum phase phase, struct deed *deed)
{
	if (!(s->flags & SESSION_FAULTY))
		return;
	for (const struct mischief *m = s->listener->plan->mischief; m != NULL; m = m->next)
		if (m->phase == phase && now(s, m->when))
			deed_add(s, m, deed);
}

bool answer_strict(struct session *s)
{
	if (!(s->flags & SESSION_FAULTY))
		return false;
	for (const struct mischief *m = s->listener->plan->mischief; m != NULL;
	     m = m->next) {
		if (m->trick != TRICK_STRICT)
			continue;
		buffer_clear(&s->in);
		s->out.n = s->out.sent = 0;
		s->out.delay_ms = s->out.drip_ms = s->out.pause_ms = 0;
		uv_timer_stop(&s->timer);
		session_say(s, "554 5.5.1 %s SMTP synchronization error\r\n",
			    session_host(s));
		session_then(s, AFTER_GOODBYE);
		session_flush(s);
		return true;
	}
	return false;
}

/* --- canned replies --- */

/* Lines get their line ends, and IMAP's tag where a tagged reply begins. */
static void say_line(struct session *s, struct view line)
{
	static const char *const tagged[] = { "OK", "NO", "BAD" };
	struct view rest = line, word = { 0 };

	view_next_word(&rest, &word);
	for (size_t i = 0; i < ARRAY_SIZE(tagged); i++)
		if (s->tag[0] != '\0' && view_equal(word, tagged[i]))
			session_put(s, view_of(s->tag));
	session_put(s, line);
	session_put(s, view_of("\r\n"));
}

static void say_lines(struct session *s, struct view text)
{
	for (;;) {
		const char *lf = text.n == 0 ? NULL : memchr(text.p, '\n', text.n);
		size_t n = lf == NULL ? text.n : (size_t)(lf - text.p);

		say_line(s, (struct view){ text.p, n });
		if (lf == NULL)
			return;
		text = view_skip(text, n + 1);
	}
}

/* Servers that say these hang up by themselves. */
static bool says_goodbye(struct view text)
{
	return view_starts(text, "421") || view_starts(text, "* BYE") ||
	       view_starts(text, "BYE");
}

static void say_canned(struct session *s, const struct canned *c)
{
	if (c->raw)
		session_put(s, c->text);
	else
		say_lines(s, c->text);
	if (c->insane)
		s->flags |= SESSION_INSANE;
	s->out.after = c->after;
	if (c->after == AFTER_LISTEN && !c->raw && says_goodbye(c->text))
		s->out.after = AFTER_GOODBYE;
	if (view_starts(c->text, "* PREAUTH"))
		s->flags |= SESSION_LOGGED_IN;
}

bool answer_canned(struct session *s, const char *verb, const char *alias)
{
	size_t index = 0;

	if (!(s->flags & SESSION_FAULTY))
		return false;
	for (const struct canned *c = s->listener->plan->canned; c != NULL;
	     c = c->next, index++) {
		struct view v = view_of(c->verb);

		if (!view_equal(v, verb) && !(alias != NULL && view_equal(v, alias)) &&
		    !(view_equal(v, "*") && s->flags & SESSION_GREETED))
			continue;
		if (!now(s, c->when))
			continue;
		if (c->nth != 0 &&
		    (index >= SESSION_CANNED_MAX || ++s->canned_seen[index] != c->nth))
			continue;
		say_canned(s, c);
		return true;
	}
	return false;
}

/* --- an answer --- */

static void say_endless(struct session *s, const struct deed *deed)
{
	enum { GRAIN = 4096 };

	session_put(s, deed->text);
	while (s->out.n < GRAIN)
		session_put(s, deed->repeat);
	s->repeat = deed->repeat;
}

static void say_teaser(struct session *s, unsigned ms)
{
	session_say(s, "220-%s please wait\r\n", session_host(s));
	s->out.pause_at = s->out.n;
	s->out.pause_ms = ms;
}

void answer(struct session *s, const struct command *c, struct view args)
{
	struct deed deed = { .after = AFTER_LISTEN };

	s->phase = c->phase;
	s->out.after = AFTER_LISTEN;
	if (c->phase == PHASE_QUIT && !(s->flags & SESSION_GOODBYE)) {
		s->flags |= SESSION_GOODBYE;
		counters_add(&s->listener->counters, COUNT_GOODBYES, 1);
	}
	deed_find(s, c->phase, &deed);
	if (deed.teaser_ms > 0)
		say_teaser(s, deed.teaser_ms);
	if (deed.after == AFTER_REPEAT)
		say_endless(s, &deed);
	else if (deed.after != AFTER_LISTEN)
		session_put(s, deed.text);
	else if (!answer_canned(s, c->verb, c->alias))
		c->run(s, args);
	if (deed.after != AFTER_LISTEN)
		s->out.after = deed.after;
	if (deed.behind.n > 0 && s->out.after == AFTER_TLS) {
		session_put(s, deed.behind);
		s->flags |= SESSION_INSANE;
	}
	session_flush(s);
}

/* --- for protocols --- */

struct view session_capability_set(struct session *s)
{
	struct view text = { 0 };

	/* The latest in the file stands first. */
	for (const struct capability_set *o = s->listener->plan->offers; o != NULL;
	     o = o->next)
		if (text.n == 0 && now(s, o->when) && s->flags & SESSION_FAULTY)
			text = o->text;
	s->flags &= ~(unsigned)SESSION_PIPELINING;
	for (size_t i = 0; i + 10 <= text.n; i++)
		if (view_starts(view_skip(text, i), "PIPELINING"))
			s->flags |= SESSION_PIPELINING;
	return text;
}

bool session_can_upgrade(const struct session *s)
{
	return s->listener->plan->tls == TLS_MODE_STARTTLS && !(s->flags & SESSION_SECURED);
}

bool session_can_login(const struct session *s)
{
	enum login_policy policy = s->listener->plan->login;

	if (s->worker->sim->scenario.users == NULL)
		return false;
	return policy == LOGIN_ANY || (policy == LOGIN_TLS && s->flags & SESSION_SECURED);
}

bool session_login(struct session *s, struct view user, struct view password)
{
	if (!(s->flags & SESSION_SECURED))
		manners_note(s, RUDE_CLEAR_PASSWORD, "a login without TLS");
	if (!session_can_login(s))
		return false;
	for (const struct user *u = s->worker->sim->scenario.users; u != NULL;
	     u = u->next) {
		struct view name = view_of(u->name), secret = view_of(u->password);

		if (name.n == user.n && memcmp(name.p, user.p, name.n) == 0 &&
		    secret.n == password.n && memcmp(secret.p, password.p, secret.n) == 0)
			return true;
	}
	return false;
}

void answer_verdict(struct session *s, bool ok, const char *good, const char *bad)
{
	if (answer_canned(s, "VERDICT", NULL)) {
		counters_add(&s->listener->counters, COUNT_LOGINS_DENIED, 1);
		return;
	}
	counters_add(&s->listener->counters, ok ? COUNT_LOGINS : COUNT_LOGINS_DENIED, 1);
	if (ok)
		s->flags |= SESSION_LOGGED_IN;
	session_say(s, "%s%s\r\n", s->tag, ok ? good : bad);
}
