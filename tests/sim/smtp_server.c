/* smtp_server.c - SMTP (RFC 5321, 3207, 4954) and LMTP (RFC 2033): mail is dropped. */
#include "session.h"

#include <string.h>

static void say_offer(struct session *s, const char *words, bool last)
{
	session_say(s, "250%c%s\r\n", last ? ' ' : '-', words);
}

static void say_offers(struct session *s, struct view text)
{
	while (text.n > 0) {
		const char *lf = memchr(text.p, '\n', text.n);
		size_t n = lf == NULL ? text.n : (size_t)(lf - text.p);

		session_say(s, "250%c%.*s\r\n", lf == NULL ? ' ' : '-', (int)n, text.p);
		text = view_skip(text, n + 1);
	}
}

static void run_ehlo(struct session *s, struct view args)
{
	struct view capability_set = session_capability_set(s);

	if (view_trim(args).n == 0) {
		session_say(s, "501 5.5.4 Syntax: EHLO hostname\r\n");
		return;
	}
	s->flags |= SESSION_HELLO;
	session_say(s, "250-%s\r\n", session_host(s));
	if (capability_set.n > 0) {
		say_offers(s, capability_set);
		return;
	}
	say_offer(s, "SIZE 10240000", false);
	if (session_can_upgrade(s))
		say_offer(s, "STARTTLS", false);
	if (session_can_login(s))
		say_offer(s, "AUTH PLAIN LOGIN", false);
	say_offer(s, "ENHANCEDSTATUSCODES", false);
	say_offer(s, "8BITMIME", true);
}

static void run_helo(struct session *s, struct view args)
{
	if (view_trim(args).n == 0) {
		session_say(s, "501 5.5.4 Syntax: HELO hostname\r\n");
		return;
	}
	s->flags |= SESSION_HELLO;
	session_say(s, "250 %s\r\n", session_host(s));
}

static void run_starttls(struct session *s, struct view args)
{
	if (view_trim(args).n > 0) {
		session_say(s, "501 5.5.4 Syntax: STARTTLS\r\n");
	} else if (!session_can_upgrade(s)) {
		session_say(s, s->flags & SESSION_SECURED
				   ? "503 5.5.1 TLS already active\r\n"
				   : "502 5.5.1 Error: command not implemented\r\n");
	} else {
		session_say(s, "220 2.0.0 Ready to start TLS\r\n");
		session_then(s, AFTER_TLS);
	}
}

static void say_turn(struct session *s, enum sasl_turn turn)
{
	switch (turn) {
	case SASL_CHALLENGE:
		session_say(s, "334 %s\r\n", s->sasl.challenge);
		break;
	case SASL_GOOD:
	case SASL_BAD:
		answer_verdict(s, turn == SASL_GOOD, "235 2.7.0 Authentication successful",
			       "535 5.7.8 Error: authentication failed");
		break;
	case SASL_CANCELLED:
		session_say(s, "501 5.7.0 Authentication aborted\r\n");
		break;
	case SASL_MALFORMED:
		session_say(s, "501 5.5.2 Cannot decode the response\r\n");
		break;
	case SASL_UNKNOWN:
		session_say(s, "504 5.5.4 Unrecognized authentication type\r\n");
		break;
	}
}

static void run_auth(struct session *s, struct view args)
{
	struct view mechanism = { 0 }, initial = { 0 };

	if (!view_next_word(&args, &mechanism)) {
		session_say(s, "501 5.5.4 Syntax: AUTH mechanism\r\n");
	} else if (!(s->flags & SESSION_HELLO)) {
		session_say(s, "503 5.5.1 Error: send HELO/EHLO first\r\n");
	} else if (s->flags & SESSION_LOGGED_IN) {
		session_say(s, "503 5.5.1 Error: already authenticated\r\n");
	} else if (!session_can_login(s)) {
		/* A password that came along is still a password in clear. */
		if (view_next_word(&args, &initial) && !(s->flags & SESSION_SECURED))
			manners_note(s, RUDE_CLEAR_PASSWORD, "a login without TLS");
		session_say(s, session_can_upgrade(s)
				   ? "530 5.7.0 Must issue a STARTTLS command first\r\n"
				   : "503 5.5.1 Error: authentication not enabled\r\n");
	} else {
		view_next_word(&args, &initial);
		say_turn(s, sasl_begin(s, mechanism, initial));
	}
}

static void run_response(struct session *s, struct view args)
{
	say_turn(s, sasl_hear(s, args));
}

static void run_mail(struct session *s, struct view args)
{
	(void)args;
	session_say(s, s->flags & SESSION_HELLO
			   ? "250 2.1.0 Ok\r\n"
			   : "503 5.5.1 Error: send HELO/EHLO first\r\n");
}

static void run_rcpt(struct session *s, struct view args)
{
	(void)args;
	session_say(s, "250 2.1.5 Ok\r\n");
}

static void run_data(struct session *s, struct view args)
{
	(void)args;
	s->flags |= SESSION_MESSAGE;
	session_say(s, "354 End data with <CR><LF>.<CR><LF>\r\n");
}

static void run_dot(struct session *s, struct view args)
{
	(void)args;
	session_say(s, "250 2.0.0 Ok: accepted and dropped\r\n");
}

static void run_rset(struct session *s, struct view args)
{
	(void)args;
	session_say(s, "250 2.0.0 Ok\r\n");
}

static void run_quit(struct session *s, struct view args)
{
	(void)args;
	session_say(s, "221 2.0.0 Bye\r\n");
	session_then(s, AFTER_GOODBYE);
}

static void run_unknown(struct session *s, struct view args)
{
	(void)args;
	session_say(s, "500 5.5.2 Error: command not recognized\r\n");
}

/* clang-format off */
static const struct command commands[] = {
	{ "EHLO",     "LHLO",   PHASE_CAPABILITY, run_ehlo },
	{ "HELO",     NULL,     PHASE_CAPABILITY, run_helo },
	{ "STARTTLS", NULL,     PHASE_STARTTLS,   run_starttls },
	{ "AUTH",     NULL,     PHASE_AUTH,       run_auth },
	{ "MAIL",     NULL,     PHASE_MAILBOX,    run_mail },
	{ "RCPT",     NULL,     PHASE_MAILBOX,    run_rcpt },
	{ "DATA",     NULL,     PHASE_MAILBOX,    run_data },
	{ "RSET",     NULL,     PHASE_MAILBOX,    run_rset },
	{ "NOOP",     NULL,     PHASE_MAILBOX,    run_rset },
	{ "QUIT",     NULL,     PHASE_QUIT,       run_quit },
};
static const struct command
	lhlo     = { "LHLO",    "EHLO", PHASE_CAPABILITY, run_ehlo },
	response = { "RESPONSE", NULL,  PHASE_AUTH,       run_response },
	dot      = { ".",        NULL,  PHASE_MAILBOX,    run_dot };
/* clang-format on */

static void hear_message(struct session *s, struct view line)
{
	if (!view_equal(line, "."))
		return;
	s->flags &= ~(unsigned)SESSION_MESSAGE;
	answer(s, &dot, line);
}

/* LHLO takes the place of both EHLO and HELO (RFC 2033 section 4.1). */
static const struct command *command_of(const struct session *s, struct view verb)
{
	bool lmtp = s->listener->plan->protocol == PROTOCOL_LMTP;

	if (lmtp && view_equal(verb, "LHLO"))
		return &lhlo;
	if (lmtp && (view_equal(verb, "EHLO") || view_equal(verb, "HELO")))
		return NULL;
	return command_find(commands, ARRAY_SIZE(commands), verb);
}

static void hear_command(struct session *s, struct view line)
{
	struct command unknown = { "UNKNOWN", NULL, PHASE_CAPABILITY, run_unknown };
	struct view rest = line, verb = { 0 };
	const struct command *c;

	if (s->flags & SESSION_MESSAGE) {
		hear_message(s, line);
	} else if (s->sasl.step != SASL_IDLE) {
		answer(s, &response, line);
	} else {
		view_next_word(&rest, &verb);
		c = command_of(s, verb);
		answer(s, c == NULL ? &unknown : c, view_trim(rest));
	}
}

static void greet(struct session *s)
{
	session_say(s, "220 %s %s mailsim\r\n", session_host(s),
		    s->listener->plan->protocol == PROTOCOL_LMTP ? "LMTP" : "ESMTP");
}

const struct speaker smtp_speaker = {
	.greet = greet,
	.command = hear_command,
	.too_long = "500 5.5.2 Error: line too long",
};

const struct speaker lmtp_speaker = {
	.greet = greet,
	.command = hear_command,
	.too_long = "500 5.5.2 Error: line too long",
};
