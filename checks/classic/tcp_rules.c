/* tcp_rules.c - send, wait for what is expected, say goodbye; the way is at the foot.
 *
 * The plugin's own expectation is how the greeting begins and is known to fail at once. Those
 * of the operator (-e) may come anywhere, so for them more is waited for.
 */
#include "tcp_rules.h"

#include "plugin_text.h"

#include <stdio.h>
#include <string.h>

enum { ANSWER_MAX = 8192, SENT_MAX = 4096, PATIENCE_S = 2 };

enum match { MATCH_YES, MATCH_NO, MATCH_NOT_YET };

struct tcp {
	struct check *check;
	const struct arguments *arguments;
	struct conversation *conversation;
	char storage[ANSWER_MAX];
	struct buffer answer; /* what the server has said */
	enum match match;
};

static bool tcp_rules_end(struct tcp *t, enum state state)
{
	t->check->printout.state = state;
	return false;
}

/* --- what is sent ---------------------------------------------------------------------- */

/* \n \r \t \\; another character behind a backslash stands for itself. */
static void tcp_rules_put_escaped(struct buffer *b, const char *text)
{
	static const char known[] = "nrt", meant[] = "\n\r\t";

	for (; *text != '\0'; text++) {
		const char *letter;

		if (*text != '\\' || text[1] == '\0') {
			buffer_put(b, (struct view){ text, 1 });
			continue;
		}
		letter = strchr(known, *++text);
		buffer_put(b, letter != NULL ? (struct view){ &meant[letter - known], 1 }
					     : (struct view){ text, 1 });
	}
}

/* Wherever -E stood. */
static void send_text(struct tcp *t, const char *text, const char *line_end)
{
	char storage[SENT_MAX];
	struct buffer b;

	buffer_init(&b, storage, sizeof(storage));
	if (t->arguments->flags & ARGUMENTS_ESCAPE) {
		tcp_rules_put_escaped(&b, text);
	} else {
		buffer_text(&b, text);
		buffer_text(&b, line_end);
	}
	conversation_send(t->conversation, buffer_view(&b));
}

static void say_goodbye(struct tcp *t)
{
	if (t->arguments->quit != NULL)
		send_text(t, t->arguments->quit, "\r\n");
	else
		conversation_send(t->conversation, view_of(t->arguments->plugin->quit));
}

/* --- what is heard --------------------------------------------------------------------- */

/* Without the white space at its end. */
static struct view answer_text(const struct tcp *t)
{
	struct view v = buffer_view(&t->answer);

	while (v.n > 0 && strchr(" \t\r\n\v\f", v.p[v.n - 1]) != NULL &&
	       v.p[v.n - 1] != '\0')
		v.n--;
	return v;
}

static enum match match_prefix(struct view heard, const char *wanted)
{
	size_t n = strlen(wanted), common = heard.n < n ? heard.n : n;

	if (common > 0 && memcmp(heard.p, wanted, common) != 0)
		return MATCH_NO;
	return heard.n >= n ? MATCH_YES : MATCH_NOT_YET;
}

static enum match match_anywhere(struct view heard, const struct arguments *a)
{
	size_t found = 0;

	for (size_t i = 0; i < a->expect.count; i++) {
		const char *wanted = a->expect.texts[i];

		found += *wanted == '\0' ||
			 memmem(heard.p, heard.n, wanted, strlen(wanted)) != NULL;
	}
	if (found == a->expect.count || (found > 0 && !(a->flags & ARGUMENTS_ALL)))
		return MATCH_YES;
	return MATCH_NOT_YET;
}

static enum match tcp_rules_matches(const struct tcp *t)
{
	const struct arguments *a = t->arguments;

	if (a->flags & ARGUMENTS_EXACT)
		return match_prefix(buffer_view(&t->answer), a->plugin->expect);
	return match_anywhere(buffer_view(&t->answer), a);
}

/* As many bytes as -m wants at once are not looked at: so it always was. */
static bool first_is_enough(const struct tcp *t, struct instant patience)
{
	unsigned long most = t->arguments->maxbytes;

	return patience.ns == 0 && most > 0 && t->answer.n >= most;
}

static bool is_too_much(const struct tcp *t)
{
	unsigned long most = t->arguments->maxbytes;

	return t->answer.n == ANSWER_MAX || (most > 0 && t->answer.n >= most);
}

static struct span deadline_span(void)
{
	return span_of_seconds(365.0 * 86400);
}

/* All that came is in answer; the first bytes may take as long as they like. */
static enum turn listen_on(struct tcp *t)
{
	struct instant patience = { 0 };
	struct span wait = deadline_span();
	struct view heard;
	size_t known = 0;
	enum turn turn;

	while (t->match == MATCH_NOT_YET) {
		turn = conversation_bytes(t->conversation, known, wait, &heard);
		if (turn != TURN_DONE)
			return turn;
		if (heard.n > ANSWER_MAX)
			heard.n = ANSWER_MAX;
		known = heard.n;
		buffer_clear(&t->answer);
		buffer_put(&t->answer, heard);
		t->match = first_is_enough(t, patience) ? MATCH_YES : tcp_rules_matches(t);
		if (is_too_much(t))
			return TURN_FULL;
		if (patience.ns == 0)
			patience = instant_plus(instant_now(), span_of_seconds(PATIENCE_S));
		wait = span_between(instant_now(), patience);
		if (wait.ns <= 0)
			return TURN_IDLE;
	}
	return TURN_DONE;
}

static bool tcp_rules_expect(struct tcp *t)
{
	enum turn turn = listen_on(t);

	if (turn == TURN_TIMEOUT) {
		check_give_up(t->check, turn);
		return false;
	}
	if (t->answer.n == 0) {
		printout_clear(&t->check->printout);
		printout_line(&t->check->printout, "No data received from host");
		return tcp_rules_end(t, STATE_CRITICAL);
	}
	if (t->match == MATCH_NOT_YET)
		t->match = MATCH_NO;
	return true;
}

/* --- STARTTLS -------------------------------------------------------------------------- */

static bool line_failed(struct tcp *t, enum turn turn)
{
	if (turn != TURN_CLOSED) {
		check_give_up(t->check, turn);
		return false;
	}
	printout_line(&t->check->printout,
		      t->answer.n == 0 ? "No data received from host"
				       : "CRITICAL - The server has hung up at STARTTLS");
	return tcp_rules_end(t, STATE_CRITICAL);
}

/* One line of greeting, which stays the answer unless something is sent. */
static bool tcp_rules_greet(struct tcp *t)
{
	struct view line;
	enum turn turn = conversation_line(t->conversation, &line);

	if (turn != TURN_DONE)
		return line_failed(t, turn);
	buffer_put(&t->answer, line.n < ANSWER_MAX ? line : (struct view){ line.p, 512 });
	return true;
}

/* IMAP may say untagged things first (RFC 3501 section 7). */
static bool hear_starttls(struct tcp *t, struct view *ret_line)
{
	enum turn turn;

	do {
		turn = conversation_line(t->conversation, ret_line);
		if (turn != TURN_DONE)
			return line_failed(t, turn);
	} while (view_starts(*ret_line, "* "));
	return true;
}

static bool tcp_rules_upgrade(struct tcp *t)
{
	const struct plugin *plugin = t->arguments->plugin;
	char said[PRINTOUT_SAID_MAX];
	struct view line;

	if (!tcp_rules_greet(t))
		return false;
	if (match_prefix(buffer_view(&t->answer), plugin->expect) != MATCH_YES) {
		t->match = MATCH_NO;
		return true;
	}
	conversation_send(t->conversation, view_of(plugin->starttls));
	if (!hear_starttls(t, &line))
		return false;
	if (!view_starts(line, plugin->starttls_done)) {
		printout_line(&t->check->printout,
			      "CRITICAL - STARTTLS refused by the server: %s",
			      printout_said(said, line));
		say_goodbye(t);
		return tcp_rules_end(t, STATE_CRITICAL);
	}
	return check_secure(t->check);
}

/* --- the outcome ----------------------------------------------------------------------- */

static const char *tcp_rules_where(const struct arguments *a, char dst[PRINTOUT_SAID_MAX])
{
	char host[PRINTOUT_SAID_MAX / 2];

	plugin_text_copy(host, sizeof(host), view_of(a->host));
	if (*a->host == '/')
		snprintf(dst, PRINTOUT_SAID_MAX, "socket %s", host);
	else if (a->flags & ARGUMENTS_HOST_GIVEN)
		snprintf(dst, PRINTOUT_SAID_MAX, "%s port %u", host, a->port);
	else
		snprintf(dst, PRINTOUT_SAID_MAX, "port %u", a->port);
	return dst;
}

static void tell_mismatch(struct tcp *t, enum state state, struct span elapsed)
{
	const struct arguments *a = t->arguments;
	struct printout *o = &t->check->printout;
	char said[PRINTOUT_SAID_MAX], place[PRINTOUT_SAID_MAX];

	printout_said(said, answer_text(t));
	if (*said != '\0' && !(a->flags & ARGUMENTS_JAIL))
		printout_line(o, "%s %s - Unexpected response from host/socket: %s",
			      a->service, state_name(state), said);
	else
		printout_line(o, "%s %s - Unexpected response from host/socket on %s",
			      a->service, state_name(state), tcp_rules_where(a, place));
	printout_time_unjudged(o, elapsed);
}

static void tell_match(struct tcp *t, enum state state, struct span elapsed)
{
	const struct arguments *a = t->arguments;
	char said[PRINTOUT_SAID_MAX], place[PRINTOUT_SAID_MAX];
	bool shown = !(a->flags & ARGUMENTS_JAIL) && answer_text(t).n > 0;

	printout_said(said, answer_text(t));
	printout_line(&t->check->printout, "%s %s - %.3f second response time on %s%s%s%s",
		      a->service, state_name(state), span_seconds(elapsed),
		      tcp_rules_where(a, place), shown ? " [" : "", shown ? said : "",
		      shown ? "]" : "");
	printout_time(&t->check->printout, elapsed);
}

static void tcp_rules_sum_up(struct tcp *t)
{
	struct span elapsed = check_elapsed(t->check);
	enum state state;

	elapsed.ns -= (int64_t)t->arguments->delay * 1000000000;
	state = printout_judge(t->arguments, elapsed);
	if (t->match == MATCH_NO && state != STATE_CRITICAL)
		state = t->arguments->mismatch;
	if (t->match == MATCH_NO)
		tell_mismatch(t, state, elapsed);
	else
		tell_match(t, state, elapsed);
	tcp_rules_end(t, state);
}

/* --- the way --------------------------------------------------------------------------- */

static bool tcp_rules_certificate(struct tcp *t)
{
	if (check_certificate(t->check))
		return true;
	printout_time(&t->check->printout, check_elapsed(t->check));
	return false;
}

static bool secure(struct tcp *t)
{
	if (t->arguments->flags & ARGUMENTS_TLS)
		return check_secure(t->check) && tcp_rules_certificate(t);
	if (t->arguments->flags & ARGUMENTS_STARTTLS)
		return tcp_rules_upgrade(t) &&
		       (t->match == MATCH_NO || tcp_rules_certificate(t));
	return true;
}

static bool delay(struct tcp *t)
{
	enum turn turn;

	if (t->arguments->delay == 0)
		return true;
	turn = conversation_pause(t->conversation, span_of_seconds(t->arguments->delay));
	if (turn == TURN_DONE)
		return true;
	check_give_up(t->check, turn);
	return false;
}

/* There is no second greeting after STARTTLS: what is expected is heard already, unless the
 * operator says what to send and what to expect then. */
static bool has_answer(const struct tcp *t)
{
	const struct arguments *a = t->arguments;

	return (a->flags & ARGUMENTS_STARTTLS) &&
	       (a->send == NULL || (a->flags & ARGUMENTS_EXACT));
}

static bool tcp_rules_talk(struct tcp *t)
{
	if (!check_connect(t->check) || !secure(t))
		return false;
	if (t->match == MATCH_NO)
		return true;
	if (t->arguments->send != NULL)
		send_text(t, t->arguments->send, "");
	if (has_answer(t)) {
		t->match = tcp_rules_matches(t) == MATCH_YES ? MATCH_YES : MATCH_NO;
		return delay(t);
	}
	buffer_clear(&t->answer);
	return delay(t) && tcp_rules_expect(t);
}

void tcp_check(struct check *k)
{
	struct tcp t = { .check = k,
			 .arguments = k->arguments,
			 .conversation = &k->conversation,
			 .match = MATCH_NOT_YET };

	buffer_init(&t.answer, t.storage, sizeof(t.storage));
	if (!tcp_rules_talk(&t))
		return;
	say_goodbye(&t);
	tcp_rules_sum_up(&t);
}
