/* session.c - the turns of one connection.
 *
 * An answer is bytes, a pace, and what follows (enum after): session_flush sends them and
 * turn_over acts on it. Whatever the peer does out of turn is noted, not punished.
 */
#include "session.h"

#include "record.h"
#include "worker.h"

#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How long the peer may take to end first, and then to end at all. */
enum { PARTING_MS = 200, LEAVING_MS = 5000 };

static void on_event(uv_poll_t *, int status, int events);
static void hear(struct session *);

static void watch(struct session *s, int events)
{
	if (s->interest == events)
		return;
	s->interest = events;
	if (events == 0)
		uv_poll_stop(&s->poll);
	else
		uv_poll_start(&s->poll, events, on_event);
}

static void on_closed(uv_handle_t *handle)
{
	struct session *s = handle->data;

	if (--s->open_handles == 0)
		worker_session_done(s->worker, s);
}

void session_end(struct session *s)
{
	if (s->stage == STAGE_CLOSED)
		return;
	s->stage = STAGE_CLOSED;
	uv_close((uv_handle_t *)&s->poll, on_closed);
	uv_close((uv_handle_t *)&s->timer, on_closed);
	SSL_free(s->tls);
	s->tls = NULL;
	close(s->fd);
	counters_leave(&s->listener->counters);
}

static bool sane(const struct session *s)
{
	return !(s->flags & SESSION_INSANE);
}

/* The peer is gone: was that polite? */
static void lost(struct session *s, enum wire how)
{
	struct counters *c = &s->listener->counters;
	static const char *const words[] = { "end of stream", "close_notify", "reset",
					     "TLS error" };
	const char *word = words[WIRE_END - how];

	if (how == WIRE_RESET)
		counters_add(c, COUNT_RESETS, 1);
	if (s->flags & SESSION_SECURED && !(s->flags & SESSION_NOTIFIED) && sane(s) &&
	    !(how == WIRE_RESET && s->flags & SESSION_SHUT))
		manners_note(s, RUDE_NO_CLOSE_NOTIFY, word);
	if (s->stage == STAGE_LISTEN && !(s->flags & SESSION_GOODBYE) && sane(s))
		manners_note(s, RUDE_NO_GOODBYE, word);
	else if (s->stage != STAGE_LEAVING)
		counters_add(c, COUNT_GAVE_UP, 1);
	session_end(s);
}

/* --- leaving --- */

static void on_timer(uv_timer_t *);

static void shut(struct session *s)
{
	s->flags |= SESSION_SHUT;
	wire_goodbye(s);
	uv_timer_start(&s->timer, on_timer, LEAVING_MS, 0);
}

/* Had we ended TLS first, a peer that closes with our close_notify unread would send RST, and
 * that would swallow its own. */
static void leave(struct session *s)
{
	s->stage = STAGE_LEAVING;
	watch(s, UV_READABLE);
	if (s->flags & SESSION_SECURED && s->flags & SESSION_GOODBYE)
		uv_timer_start(&s->timer, on_timer, PARTING_MS, 0);
	else
		shut(s);
}

static void drop_with_reset(struct session *s)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	session_end(s);
}

static void discard(struct session *s)
{
	char nothing[4096];
	ssize_t n;

	do {
		n = wire_read(s, nothing, sizeof(nothing));
	} while (n > 0 && s->tls != NULL);
	if (n < 0 && n != WIRE_AGAIN)
		lost(s, (enum wire)n);
}

/* --- the handshake --- */

/* A listener that speaks only old versions, or wants a certificate, cannot blame the peer. */
static bool handshake_fair(const struct session *s)
{
	const struct listener_plan *plan = s->listener->plan;

	return sane(s) && !plan->client_certificate &&
	       (plan->tls_max == 0 || plan->tls_max >= 12);
}

static void handshake_failed(struct session *s, enum wire how)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);

	counters_add(&s->listener->counters, COUNT_HANDSHAKES_FAILED, 1);
	if (handshake_fair(s))
		manners_note(s, RUDE_HANDSHAKE,
			     reason == NULL ? "connection closed" : reason);
	ERR_clear_error();
	SSL_free(s->tls);
	s->tls = NULL;
	/* Our alert must not be overtaken by the RST that unread bytes would cause. */
	if (how == WIRE_BROKEN)
		leave(s);
	else
		session_end(s);
}

static void note_server_name(struct session *s)
{
	const char *name = SSL_get_servername(s->tls, TLSEXT_NAMETYPE_host_name);
	struct view v = view_of(name);

	if (name == NULL)
		return;
	record_bytes(s, "sni", v);
	if (strspn(name, "0123456789.") == v.n || memchr(name, ':', v.n) != NULL)
		manners_note(s, RUDE_SNI_ADDRESS, name);
}

static void greet(struct session *);

static void secured(struct session *s)
{
	s->flags |= SESSION_SECURED;
	counters_add(&s->listener->counters, COUNT_HANDSHAKES, 1);
	note_server_name(s);
	if (!(s->flags & SESSION_GREETED)) {
		greet(s);
	} else if (s->listener->speaker->secured != NULL) {
		s->listener->speaker->secured(s);
	} else {
		s->stage = STAGE_LISTEN;
		watch(s, UV_READABLE);
	}
	if (s->stage == STAGE_LISTEN)
		hear(s);
}

static void shake(struct session *s)
{
	int n = wire_handshake(s);

	s->stage = STAGE_HANDSHAKE;
	if (n == 1)
		secured(s);
	else if (n == WIRE_AGAIN)
		watch(s, SSL_want_write(s->tls) ? UV_READABLE | UV_WRITABLE : UV_READABLE);
	else
		handshake_failed(s, (enum wire)n);
}

static void run_shake(struct session *s, struct view args)
{
	(void)args;
	session_then(s, AFTER_SHAKE);
}

/* The faults of the handshake strike when the peer's first bytes are there. */
static void handshake_event(struct session *s)
{
	static const struct command handshake = { "HANDSHAKE", NULL, PHASE_TLS, run_shake };

	if (s->tls == NULL)
		answer(s, &handshake, (struct view){ 0 });
	else
		shake(s);
}

static void start_tls(struct session *s)
{
	if (s->in.n > 0)
		manners_note(s, RUDE_BEHIND_STARTTLS, "bytes in clear");
	buffer_clear(&s->in);
	s->frame = (struct frame){ 0 };
	s->flags &= ~(unsigned)(SESSION_HELLO | SESSION_LOGGED_IN | SESSION_PIPELINING);
	s->phase = PHASE_TLS;
	s->stage = STAGE_HANDSHAKE;
	watch(s, UV_READABLE);
}

/* --- the greeting --- */

/* Reads what came out of turn. */
static void overhear(struct session *s)
{
	ssize_t n;

	if (s->in.n == s->in.cap) {
		watch(s, s->interest & ~UV_READABLE);
		return;
	}
	n = wire_read(s, s->in.p + s->in.n, s->in.cap - s->in.n);
	if (n == WIRE_AGAIN)
		return;
	if (n < 0) {
		lost(s, (enum wire)n);
		return;
	}
	s->in.n += (size_t)n;
	if (s->flags & SESSION_GREETED) {
		counters_add(&s->listener->counters, COUNT_AHEAD, 1);
		if (!s->listener->speaker->ahead_allowed &&
		    !(s->flags & SESSION_PIPELINING))
			manners_note(s, RUDE_PIPELINED, "before the answer was out");
	} else if (!(s->flags & SESSION_PREGREET)) {
		s->flags |= SESSION_PREGREET;
		s->phase = PHASE_GREETING;
		manners_note(s, RUDE_PREGREET, "before the greeting was out");
		answer_strict(s);
	}
}

static void run_greeting(struct session *s, struct view args)
{
	(void)args;
	s->listener->speaker->greet(s);
}

static void greet(struct session *s)
{
	static const struct command greeting = { "GREETING", NULL, PHASE_GREETING,
						 run_greeting };

	overhear(s);
	if (s->stage != STAGE_CLOSED && s->stage != STAGE_LEAVING && s->out.n == 0)
		answer(s, &greeting, (struct view){ 0 });
}

static void begin(struct session *s)
{
	if (s->listener->plan->tls == TLS_MODE_IMPLICIT)
		start_tls(s);
	else
		greet(s);
}

/* --- turns --- */

static void repeat(struct session *s)
{
	session_put(s, s->repeat);
	s->out.after = AFTER_REPEAT;
	s->flags |= SESSION_INSANE;
	s->stage = STAGE_ANSWER;
	watch(s, UV_READABLE | UV_WRITABLE);
}

static void turn_over(struct session *s)
{
	struct output *o = &s->out;

	o->n = o->sent = o->pause_at = 0;
	o->drip_ms = o->pause_ms = 0;
	if (s->phase == PHASE_GREETING)
		s->flags |= SESSION_GREETED;
	switch (o->after) {
	case AFTER_LISTEN:
		s->stage = STAGE_LISTEN;
		watch(s, UV_READABLE);
		break;
	case AFTER_BEGIN:
		begin(s);
		break;
	case AFTER_TLS:
		start_tls(s);
		break;
	case AFTER_SHAKE:
		shake(s);
		break;
	case AFTER_GOODBYE:
		leave(s);
		break;
	case AFTER_CLOSE:
		session_end(s);
		break;
	case AFTER_RESET:
		drop_with_reset(s);
		break;
	case AFTER_SILENCE:
		s->stage = STAGE_DEAF;
		watch(s, UV_READABLE);
		break;
	case AFTER_REPEAT:
		repeat(s);
		break;
	case AFTER_FLOOD:
		s->stage = STAGE_FLOOD;
		watch(s, UV_READABLE | UV_WRITABLE);
		break;
	}
}

static size_t flush_limit(const struct output *o)
{
	if (o->drip_ms > 0)
		return o->sent + 1;
	return o->sent < o->pause_at ? o->pause_at : o->n;
}

/* What comes before a handshake must stay where OpenSSL will look for it. */
static int watch_while_answering(const struct session *s)
{
	enum after after = s->out.after;

	return after == AFTER_BEGIN || after == AFTER_TLS || after == AFTER_SHAKE
		   ? 0
		   : UV_READABLE;
}

static void pause_for(struct session *s, unsigned ms)
{
	watch(s, watch_while_answering(s));
	uv_timer_start(&s->timer, on_timer, ms, 0);
}

void session_flush(struct session *s)
{
	struct output *o = &s->out;

	s->stage = STAGE_ANSWER;
	if (o->delay_ms > 0) {
		unsigned ms = o->delay_ms;

		o->delay_ms = 0;
		pause_for(s, ms);
		return;
	}
	while (o->sent < o->n) {
		size_t limit = flush_limit(o);
		ssize_t n = wire_write(s, o->p + o->sent, limit - o->sent);

		if (n == WIRE_AGAIN) {
			watch(s, watch_while_answering(s) | UV_WRITABLE);
			return;
		}
		if (n < 0) {
			lost(s, (enum wire)n);
			return;
		}
		o->sent += (size_t)n;
		if (o->sent == limit && limit < o->n) {
			pause_for(s, o->drip_ms > 0 ? o->drip_ms : o->pause_ms);
			return;
		}
	}
	turn_over(s);
}

/* --- commands --- */

static void too_long(struct session *s)
{
	manners_note(s, RUDE_LONG_LINE, "longer than any command");
	buffer_clear(&s->in);
	s->frame = (struct frame){ 0 };
	session_say(s, "%s\r\n", s->listener->speaker->too_long);
	session_then(s, AFTER_GOODBYE);
	session_flush(s);
}

static void note_ahead(struct session *s)
{
	if (s->in.n == 0 || s->flags & SESSION_MESSAGE)
		return;
	counters_add(&s->listener->counters, COUNT_AHEAD, 1);
	if (!s->listener->speaker->ahead_allowed && !(s->flags & SESSION_PIPELINING))
		manners_note(s, RUDE_PIPELINED, "in one piece with the command before");
}

static void take_command(struct session *s, size_t length, size_t taken)
{
	char command[SESSION_INPUT_MAX];

	memcpy(command, s->in.p, length);
	buffer_drop(&s->in, taken);
	if (s->frame.bare && !(s->flags & SESSION_MESSAGE))
		manners_note(s, RUDE_BARE_LF, "a command");
	s->frame.bare = false;
	note_ahead(s);
	counters_add(&s->listener->counters, COUNT_COMMANDS, 1);
	s->out.after = AFTER_LISTEN;
	s->listener->speaker->command(s, (struct view){ command, length });
}

static void work(struct session *s)
{
	const struct speaker *speaker = s->listener->speaker;
	size_t length, taken;

	while (s->stage == STAGE_LISTEN) {
		switch (frame_next(&s->frame, speaker->literals, buffer_view(&s->in),
				   s->in.cap, &length, &taken)) {
		case FRAME_MORE:
			if (s->in.n == s->in.cap)
				too_long(s);
			return;
		case FRAME_CONTINUE:
			session_say(s, "+ OK\r\n");
			session_then(s, AFTER_LISTEN);
			session_flush(s);
			break;
		case FRAME_WHOLE:
			take_command(s, length, taken);
			break;
		case FRAME_TOO_LONG:
			too_long(s);
			return;
		}
	}
}

/* TLS may hold more than it gave at once; a plain socket tells again by itself. */
static void hear(struct session *s)
{
	do {
		ssize_t n;

		work(s);
		if (s->stage != STAGE_LISTEN)
			return;
		n = wire_read(s, s->in.p + s->in.n, s->in.cap - s->in.n);
		if (n == WIRE_AGAIN)
			return;
		if (n < 0) {
			lost(s, (enum wire)n);
			return;
		}
		s->in.n += (size_t)n;
		work(s);
	} while (s->stage == STAGE_LISTEN && s->tls != NULL);
}

/* --- events --- */

static void answer_event(struct session *s, int events)
{
	if (events & UV_READABLE)
		overhear(s);
	if (s->stage == STAGE_ANSWER && events & UV_WRITABLE)
		session_flush(s);
	if (s->stage == STAGE_LISTEN)
		hear(s);
}

static void on_event(uv_poll_t *poll, int status, int events)
{
	struct session *s = poll->data;

	if (status < 0)
		events = UV_READABLE; /* the read will say what it is */
	switch (s->stage) {
	case STAGE_HANDSHAKE:
		handshake_event(s);
		break;
	case STAGE_LISTEN:
		hear(s);
		break;
	case STAGE_ANSWER:
		answer_event(s, events);
		break;
	case STAGE_FLOOD:
		if (!wire_flood(s))
			session_end(s);
		break;
	case STAGE_DEAF:
	case STAGE_LEAVING:
		discard(s);
		break;
	case STAGE_CLOSED:
		break;
	}
}

static void on_timer(uv_timer_t *timer)
{
	struct session *s = timer->data;

	if (s->stage == STAGE_LEAVING) {
		if (s->flags & SESSION_SHUT)
			session_end(s);
		else
			shut(s);
		return;
	}
	if (s->stage == STAGE_ANSWER)
		session_flush(s);
	if (s->stage == STAGE_LISTEN)
		hear(s);
}

static void run_connect(struct session *s, struct view args)
{
	(void)args;
	session_then(s, AFTER_BEGIN);
}

void session_open(struct worker *w, struct listener *l, int fd)
{
	static const struct command connection = { "CONNECT", NULL, PHASE_CONNECT,
						   run_connect };
	struct session *s = worker_session(w);

	if (s == NULL || uv_poll_init(&w->loop, &s->poll, fd) != 0) {
		close(fd);
		if (s != NULL)
			worker_session_done(w, s);
		return;
	}
	uv_timer_init(&w->loop, &s->timer);
	s->poll.data = s->timer.data = s;
	s->open_handles = 2;
	s->listener = l;
	s->fd = fd;
	buffer_init(&s->in, s->input, sizeof(s->input));
	s->number = counters_enter(&l->counters);
	if (l->plan->every == 0 || s->number % l->plan->every == 0) {
		s->flags |= SESSION_FAULTY;
		if (l->plan->mischief != NULL || l->plan->canned != NULL)
			counters_add(&l->counters, COUNT_FAULTY, 1);
	}
	answer(s, &connection, (struct view){ 0 });
	if (s->stage == STAGE_LISTEN)
		work(s);
}
