/* sieve_server.c - ManageSieve (RFC 5804) without a single script. */
#include "session.h"

#include <string.h>

enum { ARGUMENT_MAX = 1024 };

/* The greeting and the answer to CAPABILITY are the same. */
static void say_capabilities(struct session *s, const char *done)
{
	struct view capability_set = session_capability_set(s);

	while (capability_set.n > 0) {
		const char *lf = memchr(capability_set.p, '\n', capability_set.n);
		size_t n = lf == NULL ? capability_set.n : (size_t)(lf - capability_set.p);

		session_say(s, "%.*s\r\n", (int)n, capability_set.p);
		capability_set = view_skip(capability_set, n + 1);
		if (capability_set.n == 0) {
			session_say(s, "%s\r\n", done);
			return;
		}
	}
	session_say(s,
		    "\"IMPLEMENTATION\" \"mailsim\"\r\n"
		    "\"SIEVE\" \"fileinto reject envelope vacation\"\r\n"
		    "\"NOTIFY\" \"mailto\"\r\n"
		    "\"SASL\" \"%s\"\r\n%s\"VERSION\" \"1.0\"\r\n%s\r\n",
		    session_can_login(s) ? "PLAIN LOGIN" : "",
		    session_can_upgrade(s) ? "\"STARTTLS\"\r\n" : "", done);
}

static void greet(struct session *s)
{
	say_capabilities(s, "OK \"mailsim ready.\"");
}

static void run_capability(struct session *s, struct view args)
{
	(void)args;
	say_capabilities(s, "OK \"Capability completed.\"");
}

static void run_secured(struct session *s, struct view args)
{
	(void)args;
	say_capabilities(s, "OK \"TLS negotiation successful.\"");
}

/* RFC 5804 section 2.2: the server speaks first again. */
static void secured(struct session *s)
{
	static const struct command resend = { "SECURED", NULL, PHASE_CAPABILITY,
					       run_secured };

	answer(s, &resend, (struct view){ 0 });
}

static void run_starttls(struct session *s, struct view args)
{
	(void)args;
	if (!session_can_upgrade(s)) {
		session_say(s, "NO \"STARTTLS is not available here.\"\r\n");
		return;
	}
	session_say(s, "OK \"Begin TLS negotiation now.\"\r\n");
	session_then(s, AFTER_TLS);
}

static void say_turn(struct session *s, enum sasl_turn turn)
{
	switch (turn) {
	case SASL_CHALLENGE:
		session_say(s, "\"%s\"\r\n", s->sasl.challenge);
		break;
	case SASL_GOOD:
	case SASL_BAD:
		answer_verdict(s, turn == SASL_GOOD, "OK \"Logged in.\"",
			       "NO \"Authentication failed.\"");
		break;
	case SASL_CANCELLED:
		session_say(s, "NO \"Authentication aborted by client.\"\r\n");
		break;
	case SASL_MALFORMED:
		session_say(s, "NO \"Invalid base64 data in continued response\"\r\n");
		break;
	case SASL_UNKNOWN:
		session_say(s, "NO \"Unsupported authentication mechanism.\"\r\n");
		break;
	}
}

static void run_authenticate(struct session *s, struct view args)
{
	char mechanism_storage[64], initial_storage[ARGUMENT_MAX];
	struct view mechanism, initial = { 0 };

	if (!frame_argument(&args, mechanism_storage, sizeof(mechanism_storage),
			    &mechanism)) {
		session_say(s, "NO \"Missing mechanism\"\r\n");
		return;
	}
	frame_argument(&args, initial_storage, sizeof(initial_storage), &initial);
	if (session_can_login(s)) {
		say_turn(s, sasl_begin(s, mechanism, initial));
		return;
	}
	if (initial.p != NULL && !(s->flags & SESSION_SECURED))
		manners_note(s, RUDE_CLEAR_PASSWORD, "a login without TLS");
	session_say(s, "NO (ENCRYPT-NEEDED) \"Plaintext authentication disallowed.\"\r\n");
}

static void run_response(struct session *s, struct view args)
{
	char storage[ARGUMENT_MAX];
	struct view text = { 0 };

	frame_argument(&args, storage, sizeof(storage), &text);
	say_turn(s, sasl_hear(s, text));
}

static void run_listscripts(struct session *s, struct view args)
{
	(void)args;
	session_say(s, s->flags & SESSION_LOGGED_IN ? "OK \"Listscripts completed.\"\r\n"
						    : "NO \"Log in first.\"\r\n");
}

static void run_noop(struct session *s, struct view args)
{
	(void)args;
	session_say(s, "OK \"NOOP completed.\"\r\n");
}

static void run_logout(struct session *s, struct view args)
{
	(void)args;
	session_say(s, "OK \"Logout completed.\"\r\n");
	session_then(s, AFTER_GOODBYE);
}

static void run_unknown(struct session *s, struct view args)
{
	(void)args;
	session_say(s, "NO \"Error in MANAGESIEVE command received by server.\"\r\n");
}

/* clang-format off */
static const struct command commands[] = {
	{ "CAPABILITY",   NULL,   PHASE_CAPABILITY, run_capability },
	{ "STARTTLS",     NULL,   PHASE_STARTTLS,   run_starttls },
	{ "AUTHENTICATE", "AUTH", PHASE_AUTH,       run_authenticate },
	{ "LISTSCRIPTS",  NULL,   PHASE_MAILBOX,    run_listscripts },
	{ "NOOP",         NULL,   PHASE_MAILBOX,    run_noop },
	{ "LOGOUT",       "QUIT", PHASE_QUIT,       run_logout },
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
	answer(s, c == NULL ? &unknown : c, rest);
}

const struct speaker sieve_speaker = {
	.literals = LITERALS_SIEVE,
	.ahead_allowed = true,
	.greet = greet,
	.command = hear_command,
	.secured = secured,
	.too_long = "BYE \"Command line too long\"",
};
