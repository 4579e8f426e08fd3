/* imap_server.c - IMAP4rev1 (RFC 3501): one mailbox, INBOX, that never changes. */
#include "session.h"

#include <stdio.h>
#include <string.h>

enum { ARGUMENT_MAX = 1024 };

static void say_tagged(struct session *s, const char *text)
{
	session_say(s, "%s%s\r\n", s->tag, text);
}

/* The words behind CAPABILITY. */
static void say_capabilities(struct session *s)
{
	struct view capability_set = session_capability_set(s);

	if (capability_set.n > 0) {
		session_put(s, capability_set);
		return;
	}
	session_say(s, "IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE%s%s",
		    session_can_upgrade(s) ? " STARTTLS" : "",
		    s->flags & SESSION_LOGGED_IN ? ""
		    : session_can_login(s)       ? " AUTH=PLAIN AUTH=LOGIN"
						 : " LOGINDISABLED");
}

static void greet(struct session *s)
{
	session_say(s, "* OK [CAPABILITY ");
	say_capabilities(s);
	session_say(s, "] %s mailsim ready.\r\n", session_host(s));
}

static void run_capability(struct session *s, struct view args)
{
	(void)args;
	session_say(s, "* CAPABILITY ");
	say_capabilities(s);
	session_say(s, "\r\n");
	say_tagged(s, "OK Capability completed.");
}

static void run_starttls(struct session *s, struct view args)
{
	(void)args;
	if (!session_can_upgrade(s)) {
		say_tagged(s, "BAD STARTTLS is not available here.");
		return;
	}
	say_tagged(s, "OK Begin TLS negotiation now.");
	session_then(s, AFTER_TLS);
}

static void say_verdict(struct session *s, bool ok)
{
	answer_verdict(s, ok, "OK Logged in",
		       "NO [AUTHENTICATIONFAILED] Authentication failed.");
}

static void refuse_login(struct session *s)
{
	say_tagged(s, "NO [PRIVACYREQUIRED] Plaintext authentication disallowed on "
		      "non-secure (SSL/TLS) connections.");
}

static void run_login(struct session *s, struct view args)
{
	char name_storage[ARGUMENT_MAX], word_storage[ARGUMENT_MAX];
	struct view name, word;
	bool ok;

	if (s->flags & SESSION_LOGGED_IN) {
		say_tagged(s, "BAD Already logged in.");
	} else if (!frame_argument(&args, name_storage, sizeof(name_storage), &name) ||
		   !frame_argument(&args, word_storage, sizeof(word_storage), &word)) {
		say_tagged(s, "BAD Error in IMAP command LOGIN: Missing arguments");
	} else {
		ok = session_login(s, name, word);
		if (session_can_login(s))
			say_verdict(s, ok);
		else
			refuse_login(s);
	}
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
		say_tagged(s, "BAD Authentication aborted by client.");
		break;
	case SASL_MALFORMED:
		say_tagged(s, "BAD Invalid base64 data in continued response");
		break;
	case SASL_UNKNOWN:
		say_tagged(s, "NO [CANNOT] Unsupported authentication mechanism.");
		break;
	}
}

static void run_authenticate(struct session *s, struct view args)
{
	struct view mechanism = { 0 }, initial = { 0 };

	if (!session_can_login(s)) {
		refuse_login(s);
	} else if (!view_next_word(&args, &mechanism)) {
		say_tagged(s, "BAD Error in IMAP command AUTHENTICATE: Missing mechanism");
	} else {
		view_next_word(&args, &initial);
		say_turn(s, sasl_begin(s, mechanism, initial));
	}
}

static void run_response(struct session *s, struct view args)
{
	say_turn(s, sasl_hear(s, args));
}

static bool logged_in(struct session *s)
{
	if (s->flags & SESSION_LOGGED_IN)
		return true;
	say_tagged(s, "BAD Error in IMAP command received by server.");
	return false;
}

static bool inbox(struct session *s, struct view *args)
{
	char storage[ARGUMENT_MAX];
	struct view name;

	if (!logged_in(s))
		return false;
	if (!frame_argument(args, storage, sizeof(storage), &name)) {
		say_tagged(s, "BAD Missing mailbox name");
		return false;
	}
	if (view_equal(name, "INBOX"))
		return true;
	say_tagged(s, "NO [NONEXISTENT] Mailbox doesn't exist");
	return false;
}

static void open_inbox(struct session *s, struct view args, const char *done)
{
	unsigned n = s->listener->plan->messages;

	if (!inbox(s, &args))
		return;
	session_say(s,
		    "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n"
		    "* OK [PERMANENTFLAGS ()] Read-only mailbox.\r\n"
		    "* %u EXISTS\r\n* 0 RECENT\r\n"
		    "* OK [UIDVALIDITY 1700000000] UIDs valid\r\n"
		    "* OK [UIDNEXT %u] Predicted next UID\r\n",
		    n, n + 1);
	say_tagged(s, done);
}

static void run_examine(struct session *s, struct view args)
{
	open_inbox(s, args, "OK [READ-ONLY] Examine completed.");
}

static void run_select(struct session *s, struct view args)
{
	open_inbox(s, args, "OK [READ-WRITE] Select completed.");
}

static void run_status(struct session *s, struct view args)
{
	unsigned n = s->listener->plan->messages;

	if (!inbox(s, &args))
		return;
	session_say(
	    s,
	    "* STATUS INBOX (MESSAGES %u UNSEEN 0 UIDNEXT %u UIDVALIDITY 1700000000)\r\n",
	    n, n + 1);
	say_tagged(s, "OK Status completed.");
}

static void run_list(struct session *s, struct view args)
{
	(void)args;
	if (!logged_in(s))
		return;
	session_say(s, "* LIST (\\HasNoChildren) \"/\" INBOX\r\n");
	say_tagged(s, "OK List completed.");
}

static void run_noop(struct session *s, struct view args)
{
	(void)args;
	say_tagged(s, "OK NOOP completed.");
}

static void run_id(struct session *s, struct view args)
{
	(void)args;
	session_say(s, "* ID (\"name\" \"mailsim\")\r\n");
	say_tagged(s, "OK ID completed.");
}

static void run_logout(struct session *s, struct view args)
{
	(void)args;
	session_say(s, "* BYE Logging out\r\n");
	say_tagged(s, "OK Logout completed.");
	session_then(s, AFTER_GOODBYE);
}

static void run_unknown(struct session *s, struct view args)
{
	(void)args;
	say_tagged(s, "BAD Error in IMAP command received by server.");
}

/* clang-format off */
static const struct command commands[] = {
	{ "CAPABILITY",   NULL,   PHASE_CAPABILITY, run_capability },
	{ "ID",           NULL,   PHASE_CAPABILITY, run_id },
	{ "STARTTLS",     NULL,   PHASE_STARTTLS,   run_starttls },
	{ "LOGIN",        NULL,   PHASE_AUTH,       run_login },
	{ "AUTHENTICATE", "AUTH", PHASE_AUTH,       run_authenticate },
	{ "SELECT",       NULL,   PHASE_MAILBOX,    run_select },
	{ "EXAMINE",      NULL,   PHASE_MAILBOX,    run_examine },
	{ "STATUS",       NULL,   PHASE_MAILBOX,    run_status },
	{ "LIST",         NULL,   PHASE_MAILBOX,    run_list },
	{ "NOOP",         NULL,   PHASE_MAILBOX,    run_noop },
	{ "LOGOUT",       "QUIT", PHASE_QUIT,       run_logout },
};
static const struct command
	response = { "RESPONSE", NULL, PHASE_AUTH,       run_response },
	unknown  = { "UNKNOWN",  NULL, PHASE_CAPABILITY, run_unknown };
/* clang-format on */

static void hear_command(struct session *s, struct view line)
{
	struct view rest = line, tag = { 0 }, verb = { 0 };
	const struct command *c;

	if (s->sasl.step != SASL_IDLE) {
		answer(s, &response, line);
		return;
	}
	if (!view_next_word(&rest, &tag) || tag.n + 2 > sizeof(s->tag))
		tag = view_of("*");
	snprintf(s->tag, sizeof(s->tag), "%.*s ", (int)tag.n, tag.p);
	view_next_word(&rest, &verb);
	c = command_find(commands, ARRAY_SIZE(commands), verb);
	answer(s, c == NULL ? &unknown : c, rest);
}

const struct speaker imap_speaker = {
	.literals = LITERALS_IMAP,
	.ahead_allowed = true, /* RFC 9051 section 5.5 */
	.greet = greet,
	.command = hear_command,
	.too_long = "* BYE Command line too long",
};
