/* pop3_server.c - POP3 (RFC 1939, 2449, 2595, 5034) on a mailbox of equal messages. */
#include "session.h"

#include <stdio.h>
#include <string.h>

enum { OCTETS = 1200 }; /* of each message */

static void greet(struct session *s)
{
	session_say(s, "+OK %s mailsim ready\r\n", session_host(s));
}

static void run_capa(struct session *s, struct view args)
{
	struct view capability_set = session_capability_set(s);

	(void)args;
	session_say(s, "+OK\r\n");
	while (capability_set.n > 0) {
		const char *lf = memchr(capability_set.p, '\n', capability_set.n);
		size_t n = lf == NULL ? capability_set.n : (size_t)(lf - capability_set.p);

		session_say(s, "%.*s\r\n", (int)n, capability_set.p);
		capability_set = view_skip(capability_set, n + 1);
		if (capability_set.n == 0) {
			session_say(s, ".\r\n");
			return;
		}
	}
	session_say(s, "CAPA\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n%s%s.\r\n",
		    session_can_upgrade(s) ? "STLS\r\n" : "",
		    session_can_login(s) ? "USER\r\nSASL PLAIN LOGIN\r\n" : "");
}

static void run_stls(struct session *s, struct view args)
{
	(void)args;
	if (!session_can_upgrade(s)) {
		session_say(s, "-ERR STLS is not available here\r\n");
		return;
	}
	session_say(s, "+OK Begin TLS negotiation now\r\n");
	session_then(s, AFTER_TLS);
}

static void refuse_login(struct session *s)
{
	session_say(s, "-ERR [AUTH] Plaintext authentication disallowed on "
		       "non-secure (SSL/TLS) connections\r\n");
}

static void run_user(struct session *s, struct view args)
{
	struct view name = view_trim(args);

	if (!session_can_login(s)) {
		refuse_login(s);
		return;
	}
	snprintf(s->user, sizeof(s->user), "%.*s", (int)name.n, name.p);
	session_say(s, "+OK\r\n");
}

static void say_verdict(struct session *s, bool ok)
{
	answer_verdict(s, ok, "+OK Logged in.", "-ERR [AUTH] Authentication failed.");
}

/* A password may hold blanks: it is the rest of the line (RFC 1939 section 7). */
static void run_pass(struct session *s, struct view args)
{
	if (s->user[0] == '\0') {
		if (!(s->flags & SESSION_SECURED))
			manners_note(s, RUDE_CLEAR_PASSWORD, "a login without TLS");
		session_say(s, "-ERR No username given.\r\n");
		return;
	}
	say_verdict(s, session_login(s, view_of(s->user), args));
	s->user[0] = '\0';
}

static void say_turn(struct session *s, enum sasl_turn turn)
{
	switch (turn) {
	case SASL_CHALLENGE:
		session_say(s, "+ %s\r\n", s->sasl.challenge);
		break;
	case SASL_GOOD:
	case SASL_BAD:
		say_verdict(s, turn == SASL_GOOD);
		break;
	case SASL_CANCELLED:
		session_say(s, "-ERR Authentication aborted by client.\r\n");
		break;
	case SASL_MALFORMED:
		session_say(s, "-ERR Invalid base64 data in continued response\r\n");
		break;
	case SASL_UNKNOWN:
		session_say(s, "-ERR Unsupported authentication mechanism.\r\n");
		break;
	}
}

static void run_auth(struct session *s, struct view args)
{
	struct view mechanism = { 0 }, initial = { 0 };

	if (!session_can_login(s)) {
		refuse_login(s);
		return;
	}
	if (!view_next_word(&args, &mechanism)) {
		session_say(s, "+OK\r\nPLAIN\r\nLOGIN\r\n.\r\n");
		return;
	}
	view_next_word(&args, &initial);
	say_turn(s, sasl_begin(s, mechanism, initial));
}

static void run_response(struct session *s, struct view args)
{
	say_turn(s, sasl_hear(s, args));
}

static bool logged_in(struct session *s)
{
	if (s->flags & SESSION_LOGGED_IN)
		return true;
	session_say(s, "-ERR Log in first\r\n");
	return false;
}

static void run_stat(struct session *s, struct view args)
{
	unsigned n = s->listener->plan->messages;

	(void)args;
	if (logged_in(s))
		session_say(s, "+OK %u %llu\r\n", n, (unsigned long long)n * OCTETS);
}

/* LIST and UIDL, of one message or of all; many are cut short at 50. */
static void list(struct session *s, struct view args, const char *word)
{
	unsigned n = s->listener->plan->messages;
	uint64_t one;

	if (!logged_in(s))
		return;
	if (view_trim(args).n > 0) {
		if (!view_number(view_trim(args), n, &one) || one == 0)
			session_say(s, "-ERR There's no such message\r\n");
		else
			session_say(s, "+OK %u %s\r\n", (unsigned)one, word);
		return;
	}
	session_say(s, "+OK %u messages\r\n", n);
	for (unsigned i = 1; i <= n && i <= 50; i++)
		session_say(s, "%u %s\r\n", i, word);
	session_say(s, ".\r\n");
}

static void run_list(struct session *s, struct view args)
{
	char octets[16];

	snprintf(octets, sizeof(octets), "%d", OCTETS);
	list(s, args, octets);
}

static void run_uidl(struct session *s, struct view args)
{
	list(s, args, "0000c0de5eed");
}

static void run_noop(struct session *s, struct view args)
{
	(void)args;
	if (logged_in(s))
		session_say(s, "+OK\r\n");
}

static void run_quit(struct session *s, struct view args)
{
	(void)args;
	session_say(s, "+OK Bye\r\n");
	session_then(s, AFTER_GOODBYE);
}

static void run_unknown(struct session *s, struct view args)
{
	(void)args;
	session_say(s, "-ERR Unknown command.\r\n");
}

/* clang-format off */
static const struct command commands[] = {
	{ "CAPA", "CAPABILITY", PHASE_CAPABILITY, run_capa },
	{ "STLS", "STARTTLS",   PHASE_STARTTLS,   run_stls },
	{ "USER", NULL,         PHASE_AUTH,       run_user },
	{ "PASS", NULL,         PHASE_AUTH,       run_pass },
	{ "AUTH", NULL,         PHASE_AUTH,       run_auth },
	{ "STAT", NULL,         PHASE_MAILBOX,    run_stat },
	{ "LIST", NULL,         PHASE_MAILBOX,    run_list },
	{ "UIDL", NULL,         PHASE_MAILBOX,    run_uidl },
	{ "RSET", NULL,         PHASE_MAILBOX,    run_noop },
	{ "NOOP", NULL,         PHASE_MAILBOX,    run_noop },
	{ "QUIT", NULL,         PHASE_QUIT,       run_quit },
};
static const struct command
	response = { "RESPONSE", NULL, PHASE_AUTH,       run_response },
	unknown  = { "UNKNOWN",  NULL, PHASE_CAPABILITY, run_unknown };
/* clang-format on */

static void hear_command(struct session *s, struct view line)
{
	struct view rest = line, verb = { 0 };
	const struct command *c;

	if (s->sasl.step != SASL_IDLE) {
		answer(s, &response, line);
		return;
	}
	view_next_word(&rest, &verb);
	c = command_find(commands, ARRAY_SIZE(commands), verb);
	answer(s, c == NULL ? &unknown : c, view_skip(rest, rest.n > 0 && *rest.p == ' '));
}

const struct speaker pop3_speaker = {
	.greet = greet,
	.command = hear_command,
	.too_long = "-ERR Line too long",
};
