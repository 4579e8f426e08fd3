/* smtp_rules.c - the way of one check, at the foot of the file, and its steps.
 *
 * A step returns true to go on; when not, the outcome is complete. Beyond the classic: a refused
 * HELO, EHLO, LHLO or MAIL is a WARNING as a wrong answer to -C is, the words of a server that
 * sends us away are shown, and no later answer makes up for a wrong one.
 */
#include "smtp_rules.h"

#include "base64.h"

#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { REPLY_MAX = 8192, LINE_MAX_SENT = 4096 };

struct smtp {
	struct check *check;
	const struct arguments *arguments;
	struct conversation *conversation;
	char banner_storage[REPLY_MAX], reply_storage[REPLY_MAX];
	struct buffer banner, reply; /* lines with LF between */
	bool offers_starttls;
	enum state state;
	char trouble[80]; /* what the last line begins with: "no authuser specified, " */
};

/* --- replies --------------------------------------------------------------------------- */

static bool smtp_rules_end(struct smtp *s, enum state state)
{
	s->check->printout.state = state;
	return false;
}

/* "250-SIZE" has more to come (RFC 5321 section 4.2.1); what is no SMTP ends at once. */
static bool has_more(struct view line)
{
	return line.n > 3 && isdigit((unsigned char)line.p[0]) &&
	       isdigit((unsigned char)line.p[1]) && isdigit((unsigned char)line.p[2]) &&
	       line.p[3] == '-';
}

/* A reply of which the beginning came is TURN_CLOSED, and what came is kept. */
static enum turn read_reply(struct smtp *s, struct buffer *reply)
{
	struct view line;
	enum turn turn;

	buffer_clear(reply);
	do {
		turn = conversation_line(s->conversation, &line);
		if (turn != TURN_DONE)
			return turn;
		if (reply->n > 0)
			buffer_text(reply, "\n");
		if (!buffer_put(reply, line))
			return TURN_FULL;
	} while (has_more(line));
	return TURN_DONE;
}

static bool is_refusal(const struct buffer *reply)
{
	return reply->n > 0 && (*reply->p == '4' || *reply->p == '5');
}

static bool begins(const struct buffer *reply, const char *code)
{
	return view_starts(buffer_view(reply), code);
}

/* A line of ours without its end. */
static struct view without_end(struct view line)
{
	return (struct view){ line.p, line.n - 2 };
}

/* What strstr would find, in bytes that may hold NUL. */
static bool smtp_rules_contains(const struct buffer *reply, const char *text)
{
	struct view v = buffer_view(reply);

	return *text == '\0' || (v.n > 0 && memmem(v.p, v.n, text, strlen(text)) != NULL);
}

/* The last -e counts. */
static const char *expected(const struct smtp *s)
{
	return s->arguments->expect.texts[s->arguments->expect.count - 1];
}

static bool smtp_rules_is_expected(const struct smtp *s)
{
	return smtp_rules_contains(&s->banner, expected(s)) ||
	       smtp_rules_contains(&s->reply, expected(s));
}

/* --- sentences ------------------------------------------------------------------------- */

/* Line by line, what it said. */
static void add_lines(struct smtp *s, const char *before, const struct buffer *reply)
{
	struct view rest = buffer_view(reply);
	char said[PRINTOUT_SAID_MAX];

	while (rest.n > 0) {
		const char *lf = memchr(rest.p, '\n', rest.n);
		struct view line = { rest.p, lf != NULL ? (size_t)(lf - rest.p) : rest.n };

		printout_line(&s->check->printout, "%s%s", before,
			      printout_said(said, line));
		before = "";
		rest = view_skip(rest, line.n + 1);
	}
}

static bool unexpected(struct smtp *s)
{
	char before[96];

	snprintf(before, sizeof(before), "Invalid SMTP response received from host: ");
	if (s->arguments->port != 25)
		snprintf(before, sizeof(before),
			 "Invalid SMTP response received from host on port %u: ",
			 s->arguments->port);
	add_lines(s, before, &s->banner);
	add_lines(s, "", &s->reply);
	return smtp_rules_end(s, STATE_WARNING);
}

static void wrong_answer(struct smtp *s, struct view command)
{
	char answer[PRINTOUT_SAID_MAX], asked[PRINTOUT_SAID_MAX];

	s->state = state_worse(s->state, STATE_WARNING);
	printout_said(answer, buffer_view(&s->reply));
	printout_said(asked, command);
	printout_line(&s->check->printout,
		      "SMTP WARNING - Invalid response '%s' to command '%s'", answer,
		      asked);
}

/* The turn brought no reply. */
static bool silent(struct smtp *s, enum turn turn)
{
	if (turn != TURN_CLOSED) {
		check_give_up(s->check, turn);
		return false;
	}
	if (s->banner.n > 0 && !smtp_rules_contains(&s->banner, expected(s)))
		return unexpected(s);
	printout_line(&s->check->printout, "recv() failed");
	if (s->banner.n > 0)
		add_lines(s, "The server has hung up after: ",
			  s->reply.n > 0 ? &s->reply : &s->banner);
	return smtp_rules_end(s, STATE_WARNING);
}

/* --- steps ----------------------------------------------------------------------------- */

static bool smtp_rules_greet(struct smtp *s)
{
	enum turn turn = read_reply(s, &s->banner);

	return turn == TURN_DONE || silent(s, turn);
}

static const char *our_name(const struct smtp *s, char dst[256])
{
	if (s->arguments->fqdn != NULL)
		return s->arguments->fqdn;
	if (gethostname(dst, 256) != 0)
		text_copy(dst, 256, "localhost");
	dst[255] = '\0';
	return dst;
}

static const char *hello_word(const struct arguments *a)
{
	if (a->flags & ARGUMENTS_LMTP)
		return "LHLO";
	return a->flags & (ARGUMENTS_STARTTLS | ARGUMENTS_TLS) || a->authtype != NULL
		   ? "EHLO"
		   : "HELO";
}

/* RFC 3207 section 4: a keyword, the first word of its line. */
static bool offers_starttls(const struct buffer *reply)
{
	struct view rest = buffer_view(reply);

	while (rest.n > 0) {
		const char *lf = memchr(rest.p, '\n', rest.n);
		struct view line = { rest.p, lf != NULL ? (size_t)(lf - rest.p) : rest.n };
		struct view words = view_skip(line, 4), word;

		if (view_starts(line, "250") && view_next_word(&words, &word) &&
		    view_equal(word, "STARTTLS"))
			return true;
		rest = view_skip(rest, line.n + 1);
	}
	return false;
}

/* With trouble found, goodbye is said and not waited for. */
static void part(struct smtp *s)
{
	conversation_send(s->conversation, view_of("QUIT\r\n"));
}

static void smtp_rules_sum_up(struct smtp *s)
{
	struct span elapsed = check_elapsed(s->check);

	if (s->state == STATE_OK)
		s->state = printout_judge(s->arguments, elapsed);
	printout_line(&s->check->printout, "SMTP %s - %s%.3f sec. response time",
		      state_name(s->state), s->trouble, span_seconds(elapsed));
	printout_time(&s->check->printout, elapsed);
	smtp_rules_end(s, s->state);
}

static bool refused(struct smtp *s, struct view command)
{
	wrong_answer(s, command);
	part(s);
	smtp_rules_sum_up(s);
	return false;
}

/* A refusal that -e asks for is none; nor is one that follows a refusing banner, which says
 * more. */
static bool hello(struct smtp *s)
{
	char name[256], storage[LINE_MAX_SENT];
	struct buffer line;
	enum turn turn;

	buffer_init(&line, storage, sizeof(storage));
	buffer_format(&line, "%s %s\r\n", hello_word(s->arguments), our_name(s, name));
	conversation_send(s->conversation, buffer_view(&line));
	turn = read_reply(s, &s->reply);
	if (turn != TURN_DONE)
		return silent(s, turn);
	s->offers_starttls = offers_starttls(&s->reply);
	if (is_refusal(&s->banner) && !smtp_rules_is_expected(s))
		return unexpected(s);
	if (is_refusal(&s->reply) && !smtp_rules_contains(&s->reply, expected(s)))
		return refused(s, without_end(buffer_view(&line)));
	return true;
}

static bool smtp_rules_expect(struct smtp *s)
{
	if (smtp_rules_is_expected(s))
		return true;
	unexpected(s);
	part(s);
	return false;
}

static bool smtp_rules_certificate(struct smtp *s)
{
	if (check_certificate(s->check))
		return true;
	printout_time(&s->check->printout, check_elapsed(s->check));
	if (s->arguments->flags & ARGUMENTS_STARTTLS)
		part(s);
	return false;
}

static bool no_starttls(struct smtp *s, enum turn turn)
{
	if (turn == TURN_TIMEOUT || turn == TURN_FULL)
		return silent(s, turn);
	printout_line(&s->check->printout, "Server does not support STARTTLS");
	add_lines(s, "It said: ", &s->reply);
	part(s);
	return smtp_rules_end(s, STATE_UNKNOWN);
}

static bool hello_inside(struct smtp *s)
{
	if (hello(s))
		return true;
	if (s->reply.n == 0 && s->check->printout.state == STATE_WARNING) {
		printout_clear(&s->check->printout);
		printout_line(&s->check->printout,
			      "SMTP UNKNOWN - Cannot read EHLO response via TLS.");
		smtp_rules_end(s, STATE_UNKNOWN);
	}
	return false;
}

static bool smtp_rules_upgrade(struct smtp *s)
{
	enum turn turn;

	if (!s->offers_starttls) {
		printout_line(&s->check->printout, "WARNING - TLS not supported by server");
		part(s);
		return smtp_rules_end(s, STATE_WARNING);
	}
	conversation_send(s->conversation, view_of("STARTTLS\r\n"));
	turn = read_reply(s, &s->reply);
	if (turn != TURN_DONE || !begins(&s->reply, "220"))
		return no_starttls(s, turn);
	return check_secure(s->check) && smtp_rules_certificate(s) && hello_inside(s);
}

static bool mail(struct smtp *s)
{
	const struct arguments *a = s->arguments;
	char storage[LINE_MAX_SENT];
	struct buffer line;
	enum turn turn;

	if (a->from == NULL)
		return true;
	buffer_init(&line, storage, sizeof(storage));
	buffer_format(&line, "MAIL FROM:<%.*s>\r\n", (int)a->from_n, a->from);
	conversation_send(s->conversation, buffer_view(&line));
	turn = read_reply(s, &s->reply);
	if (turn != TURN_DONE)
		return silent(s, turn);
	if (is_refusal(&s->reply))
		wrong_answer(s, without_end(buffer_view(&line)));
	return true;
}

static bool judge_answer(struct smtp *s, const char *command, const char *response)
{
	regex_t regex;
	int code;

	if (regcomp(&regex, response, REG_EXTENDED | REG_NOSUB | REG_NEWLINE) != 0)
		return true; /* refused before the start */
	code = regexec(&regex, buffer_string(&s->reply), 0, NULL, 0);
	regfree(&regex);
	if (code == 0)
		return true;
	if (code == REG_NOMATCH) {
		wrong_answer(s, view_of(command));
		return true;
	}
	printout_line(&s->check->printout, "Execute Error: %s", "out of memory");
	return smtp_rules_end(s, STATE_UNKNOWN);
}

/* A server that hangs up here is judged by what -R wanted to hear, as ever. */
static bool commands(struct smtp *s)
{
	const struct arguments *a = s->arguments;

	for (size_t i = 0; i < a->commands.count; i++) {
		const char *command = a->commands.texts[i];
		enum turn turn;

		conversation_send(s->conversation, view_of(command));
		conversation_send(s->conversation, view_of("\r\n"));
		turn = read_reply(s, &s->reply);
		if (turn == TURN_TIMEOUT || turn == TURN_FULL)
			return silent(s, turn);
		if (i < a->responses.count &&
		    !judge_answer(s, command, a->responses.texts[i]))
			return false;
	}
	return true;
}

/* --- login ----------------------------------------------------------------------------- */

static void trouble(struct smtp *s, enum state state, const char *words)
{
	s->state = state_worse(s->state, state);
	text_copy(s->trouble, sizeof(s->trouble), words);
}

/* One line of AUTH LOGIN and the code it should be answered with. False ends the login; the
 * turn tells whether the check can go on. */
static enum turn smtp_rules_ask(struct smtp *s, struct view line, const char *code,
				const char *after, enum state silence)
{
	char words[80];
	enum turn turn;

	conversation_send_secret(s->conversation, line, after);
	turn = read_reply(s, &s->reply);
	if (turn == TURN_DONE && begins(&s->reply, code))
		return TURN_DONE;
	if (turn == TURN_DONE)
		snprintf(words, sizeof(words), "invalid response received after %s, ",
			 after);
	else
		snprintf(words, sizeof(words), "recv() failed after %s%s, ",
			 silence == STATE_WARNING ? "" : "sending ", after);
	trouble(s, turn == TURN_DONE ? STATE_CRITICAL : silence, words);
	return turn == TURN_DONE ? TURN_CLOSED : turn;
}

static enum turn ask_secret(struct smtp *s, const char *secret, const char *code,
			    const char *after)
{
	char storage[LINE_MAX_SENT];
	struct buffer line;
	enum turn turn;

	buffer_init(&line, storage, sizeof(storage));
	if (!base64_encode(&line, view_of(secret)) || !buffer_text(&line, "\r\n")) {
		trouble(s, STATE_UNKNOWN, "user or password is too long, ");
		return TURN_CLOSED;
	}
	turn = smtp_rules_ask(s, buffer_view(&line), code, after, STATE_CRITICAL);
	explicit_bzero(storage, sizeof(storage));
	return turn;
}

static enum turn login(struct smtp *s)
{
	const struct arguments *a = s->arguments;
	enum turn turn;

	turn = smtp_rules_ask(s, view_of("AUTH LOGIN\r\n"), "334", "AUTH LOGIN",
			      STATE_WARNING);
	if (turn == TURN_DONE)
		turn = ask_secret(s, a->authuser, "334", "authuser");
	if (turn == TURN_DONE)
		turn = ask_secret(s, a->authpass, "235", "authpass");
	return turn;
}

static bool authenticate(struct smtp *s)
{
	const struct arguments *a = s->arguments;
	enum turn turn = TURN_DONE;

	if (a->authtype == NULL)
		return true;
	if (strcmp(a->authtype, "LOGIN") != 0)
		trouble(s, STATE_CRITICAL, "only authtype LOGIN is supported, ");
	else if (a->authuser == NULL)
		trouble(s, STATE_CRITICAL, "no authuser specified, ");
	else if (a->authpass == NULL)
		trouble(s, STATE_CRITICAL, "no authpass specified, ");
	else
		turn = login(s);
	if (turn != TURN_TIMEOUT && turn != TURN_FULL)
		return true;
	return silent(s, turn);
}

/* --- the end --------------------------------------------------------------------------- */

/* A server that hangs up at QUIT is in its rights; a broken connection is not. */
static bool quit(struct smtp *s)
{
	struct conversation *c = s->conversation;
	char storage[REPLY_MAX];
	struct buffer reply;
	enum turn turn;

	buffer_init(&reply, storage, sizeof(storage));
	if (!conversation_send(c, view_of("QUIT\r\n"))) {
		if (c->error == 0 || (s->arguments->flags & ARGUMENTS_QUIT_FAILURE_IGNORED))
			return true;
		printout_clear(&s->check->printout);
		printout_line(&s->check->printout,
			      "Connection closed by server before sending QUIT command");
		return smtp_rules_end(s, STATE_UNKNOWN);
	}
	turn = read_reply(s, &reply);
	return turn != TURN_TIMEOUT || silent(s, turn);
}

static bool responses_are_regular(struct smtp *s)
{
	const struct argument_list *list = &s->arguments->responses;
	char shown[PRINTOUT_SAID_MAX];
	regex_t regex;

	for (size_t i = 0; i < list->count; i++) {
		if (regcomp(&regex, list->texts[i],
			    REG_EXTENDED | REG_NOSUB | REG_NEWLINE) != 0) {
			printout_line(&s->check->printout,
				      "Could Not Compile Regular Expression '%s'",
				      printout_said(shown, view_of(list->texts[i])));
			return smtp_rules_end(s, STATE_UNKNOWN);
		}
		regfree(&regex);
	}
	return true;
}

static bool smtp_rules_talk(struct smtp *s)
{
	unsigned flags = s->arguments->flags;

	if (!check_connect(s->check))
		return false;
	if ((flags & ARGUMENTS_TLS) &&
	    !(check_secure(s->check) && smtp_rules_certificate(s)))
		return false;
	if (!smtp_rules_greet(s) || !hello(s))
		return false;
	if ((flags & ARGUMENTS_STARTTLS) && !smtp_rules_upgrade(s))
		return false;
	if (flags & ARGUMENTS_CERTIFICATE)
		return quit(s);
	return smtp_rules_expect(s) && mail(s) && commands(s) && authenticate(s) && quit(s);
}

void smtp_check(struct check *k)
{
	struct smtp s = { .check = k,
			  .arguments = k->arguments,
			  .conversation = &k->conversation };

	buffer_init(&s.banner, s.banner_storage, sizeof(s.banner_storage));
	buffer_init(&s.reply, s.reply_storage, sizeof(s.reply_storage));
	if (!responses_are_regular(&s) || !smtp_rules_talk(&s))
		return;
	if (k->arguments->flags & ARGUMENTS_CERTIFICATE)
		printout_time(&k->printout, check_elapsed(k));
	else
		smtp_rules_sum_up(&s);
}
