/* conversation.c - the loop's events set flags, the calls run the loop until they see theirs. */
#include "conversation.h"

#include "container_of.h"
#include "descriptors.h"
#include "plugin_text.h"

#include <stdlib.h>
#include <string.h>

enum flag {
	ANSWERED = 1 << 0,
	CONNECTED = 1 << 1,
	SECURED = 1 << 2,
	ENDED = 1 << 3,  /* the stream failed or was closed by the server */
	CLOSED = 1 << 4, /* the stream's storage is ours again */
	OVER = 1 << 5,   /* the deadline has passed */
	RESTED = 1 << 6, /* a pause has */
	FULL = 1 << 7,
	OPEN = 1 << 8, /* the stream wants to be closed */
};

/* For names alone, when everything else may take for ever. */
enum { NO_TIMEOUT_S = 60 };

/* --- transcript ------------------------------------------------------------------------ */

/* "C: EHLO x": a mark and a line, what does not fit is left out. */
static void conversation_note(struct conversation *c, const char *mark, struct view text)
{
	char shown[PRINTABLE_MAX * 2];

	if (c->transcript == NULL)
		return;
	plugin_text_copy(shown, sizeof(shown), text);
	if (strlen(shown) + 4 > c->transcript->cap - c->transcript->n)
		return;
	buffer_text(c->transcript, mark);
	buffer_text(c->transcript, shown);
	buffer_text(c->transcript, "\n");
}

static void note_lines(struct conversation *c, const char *mark, struct view text)
{
	while (text.n > 0 && c->transcript != NULL) {
		const char *end = memchr(text.p, '\n', text.n);
		struct view line = { text.p,
				     end != NULL ? (size_t)(end - text.p) : text.n };

		conversation_note(c, mark, line);
		text = view_skip(text, line.n + 1);
	}
}

/* --- events ---------------------------------------------------------------------------- */

static void on_connected(struct stream *s)
{
	struct conversation *c = s->user;

	c->flags |= CONNECTED;
}

static void on_received(struct stream *s, struct view bytes)
{
	struct conversation *c = s->user;

	note_lines(c, "S: ", bytes);
	if (!buffer_put(&c->input, bytes))
		c->flags |= FULL;
}

static void on_secured(struct stream *s)
{
	struct conversation *c = s->user;

	c->flags |= SECURED;
	conversation_note(c, "* ", view_of(stream_tls_facts(s)->version));
}

static void on_failed(struct stream *s, enum fault fault, const char *reason)
{
	struct conversation *c = s->user;

	c->fault = fault;
	c->flags |= ENDED;
	c->error = stream_error(s);
	text_copy(c->reason, sizeof(c->reason), reason);
	conversation_note(c, "* ", view_of(reason));
}

static void conversation_on_closed(struct stream *s)
{
	struct conversation *c = s->user;

	c->flags |= CLOSED;
}

static const struct stream_events events = {
	.connected = on_connected,
	.received = on_received,
	.secured = on_secured,
	.failed = on_failed,
	.closed = conversation_on_closed,
};

static void on_deadline(uv_timer_t *timer)
{
	struct conversation *c = timer->data;

	c->flags |= OVER;
}

static void on_pause(uv_timer_t *timer)
{
	struct conversation *c = timer->data;

	c->flags |= RESTED;
}

static void on_answered(struct question *q, const struct resolver_answer *answer)
{
	struct conversation *c = container_of(q, struct conversation, question);

	c->answer = *answer;
	c->flags |= ANSWERED;
}

/* Runs the loop until one of the events. The deadline counts for all. */
static void await(struct conversation *c, unsigned wanted)
{
	while (!(c->flags & (wanted | OVER)))
		uv_run(&c->loop, UV_RUN_ONCE);
}

/* --- life ------------------------------------------------------------------------------ */

bool conversation_init(struct conversation *c, unsigned timeout, struct buffer *transcript)
{
	memset(c, 0, offsetof(struct conversation, storage));
	c->transcript = transcript;
	c->timeout = timeout > 0 ? timeout : NO_TIMEOUT_S;
	buffer_init(&c->input, c->storage, sizeof(c->storage));
	if (!loop_reserve_init(&c->reserve, descriptors_limit()))
		return false;
	if (uv_loop_init(&c->loop) != 0) {
		loop_reserve_fini(&c->reserve);
		return false;
	}
	uv_timer_init(&c->loop, &c->deadline);
	uv_timer_init(&c->loop, &c->pause);
	c->deadline.data = c->pause.data = c;
	if (timeout > 0)
		uv_timer_start(&c->deadline, on_deadline, (uint64_t)timeout * 1000, 0);
	return true;
}

/* Waits for its storage, deadline or not: nothing of a server is needed for that. */
static void close_stream(struct conversation *c)
{
	if (!(c->flags & OPEN))
		return;
	stream_close(&c->stream);
	while (!(c->flags & CLOSED))
		uv_run(&c->loop, UV_RUN_ONCE);
	c->flags &= ~(unsigned)(OPEN | CLOSED | CONNECTED | SECURED | ENDED);
}

void conversation_fini(struct conversation *c)
{
	close_stream(c);
	resolver_free(c->resolver);
	uv_close((uv_handle_t *)&c->deadline, NULL);
	uv_close((uv_handle_t *)&c->pause, NULL);
	uv_run(&c->loop, UV_RUN_DEFAULT);
	uv_loop_close(&c->loop);
	loop_reserve_fini(&c->reserve);
	tls_context_free(c->tls);
}

/* --- opening --------------------------------------------------------------------------- */

static enum turn conversation_fail(struct conversation *c, const char *reason)
{
	text_copy(c->reason, sizeof(c->reason), reason);
	return TURN_FAILED;
}

/* An address is no business of a resolver. */
static bool conversation_take_literal(struct conversation *c, const char *host,
				      enum family family)
{
	struct address *a = &c->answer.addresses[0];

	if (!address_parse(view_of(host), 0, a))
		return false;
	c->answer.fault = FAULT_OK;
	c->answer.count = 1;
	if ((family == FAMILY_IPV4 && a->any.sa_family != AF_INET) ||
	    (family == FAMILY_IPV6 && a->any.sa_family != AF_INET6)) {
		c->answer.fault = FAULT_NO_ADDRESS;
		text_copy(c->answer.reason, sizeof(c->answer.reason),
			  "it is an address of the other kind");
	}
	return true;
}

enum turn conversation_resolve(struct conversation *c, const char *host, enum family family)
{
	/* The deadline is for the conversation to keep. */
	const struct resolver_options options = { .timeout =
						      span_of_seconds(1 + c->timeout) };
	const char *error;

	if (!conversation_take_literal(c, host, family)) {
		c->resolver = resolver_new(&c->loop, &options, &error);
		if (c->resolver == NULL) {
			c->fault = FAULT_INTERNAL;
			return conversation_fail(c, error);
		}
		c->question.answered = on_answered;
		resolver_query_addresses(c->resolver, host, family, &c->question);
		await(c, ANSWERED);
		if (!(c->flags & ANSWERED)) {
			resolver_cancel(c->resolver, &c->question);
			return TURN_TIMEOUT;
		}
	}
	c->fault = c->answer.fault;
	if (c->answer.fault == FAULT_TIMEOUT)
		return TURN_TIMEOUT;
	return c->answer.fault == FAULT_OK ? TURN_DONE
					   : conversation_fail(c, c->answer.reason);
}

/* The stream was asked to connect, or said at once that it cannot. */
static enum turn finish_open(struct conversation *c, enum fault fault, const char *reason)
{
	c->fault = fault;
	if (fault != FAULT_OK) {
		c->error = stream_error(&c->stream);
		return conversation_fail(c, reason);
	}
	c->flags |= OPEN;
	await(c, CONNECTED | ENDED);
	if (c->flags & CONNECTED)
		return TURN_DONE;
	if (!(c->flags & ENDED))
		return TURN_TIMEOUT;
	close_stream(c);
	return TURN_FAILED;
}

enum turn conversation_open(struct conversation *c, uint16_t port)
{
	enum turn turn = conversation_fail(c, "no address");
	const char *reason = "";

	for (size_t i = 0; i < c->answer.count && turn == TURN_FAILED; i++) {
		struct address *to = &c->answer.addresses[i];
		enum fault fault;

		address_set_port(to, port);
		fault = stream_connect(&c->stream, &c->loop, to, NULL, &events, c, &reason);
		turn = finish_open(c, fault, reason);
	}
	return turn;
}

enum turn conversation_open_path(struct conversation *c, const char *path)
{
	const char *reason = "";
	enum fault fault =
	    stream_connect_path(&c->stream, &c->loop, path, &events, c, &reason);

	return finish_open(c, fault, reason);
}

/* --- TLS ------------------------------------------------------------------------------- */

static void drop_taken(struct conversation *c)
{
	buffer_drop(&c->input, c->taken);
	c->taken = 0;
}

static enum turn injected(struct conversation *c)
{
	return conversation_fail(
	    c, "the server has sent something before the TLS handshake: injected "
	       "commands?");
}

enum turn conversation_secure(struct conversation *c,
			      const struct classic_tls_options *wish)
{
	const struct tls_options options = { .ca_file = wish->ca_file,
					     .unjudged = !wish->verified };
	const char *name = wish->name != NULL ? wish->name : "";

	c->tls = tls_context_new(&options, c->reason, sizeof(c->reason));
	if (c->tls == NULL)
		return TURN_FAILED;
	drop_taken(c);
	if (c->input.n > 0 || stream_has_input(&c->stream))
		return injected(c);
	if (!stream_start_tls(&c->stream, c->tls, name, NULL)) {
		c->fault = FAULT_INTERNAL;
		return conversation_fail(c, "out of memory");
	}
	await(c, SECURED | ENDED);
	if (c->flags & SECURED)
		return TURN_DONE;
	return c->flags & ENDED ? TURN_FAILED : TURN_TIMEOUT;
}

/* --- speaking -------------------------------------------------------------------------- */

bool conversation_is_closed(const struct conversation *c)
{
	return c->flags & ENDED;
}

/* Longer than the stream takes at once, it goes out piece by piece. */
static bool conversation_send_all(struct conversation *c, struct view v)
{
	while (v.n > 0 && !(c->flags & (ENDED | OVER))) {
		struct view piece = { v.p, v.n < 2048 ? v.n : 2048 };

		if (stream_send(&c->stream, piece))
			v = view_skip(v, piece.n);
		else
			uv_run(&c->loop, UV_RUN_ONCE);
	}
	return v.n == 0 && !(c->flags & ENDED);
}

bool conversation_send(struct conversation *c, struct view v)
{
	note_lines(c, "C: ", v);
	return conversation_send_all(c, v);
}

bool conversation_send_secret(struct conversation *c, struct view v, const char *shown)
{
	conversation_note(c, "C: ", view_of(shown));
	return conversation_send_all(c, v);
}

static const char *conversation_line_end(const struct conversation *c)
{
	return c->input.n > 0 ? memchr(c->input.p, '\n', c->input.n) : NULL;
}

enum turn conversation_line(struct conversation *c, struct view *ret_line)
{
	const char *end;
	size_t n;

	drop_taken(c);
	while ((end = conversation_line_end(c)) == NULL &&
	       !(c->flags & (ENDED | FULL | OVER)))
		uv_run(&c->loop, UV_RUN_ONCE);
	n = end != NULL ? (size_t)(end - c->input.p) : c->input.n;
	if (end == NULL && c->flags & FULL)
		return TURN_FULL;
	if (end == NULL && !(c->flags & ENDED))
		return TURN_TIMEOUT;
	if (end == NULL && n == 0)
		return TURN_CLOSED;
	c->taken = end != NULL ? n + 1 : n;
	if (n > 0 && c->input.p[n - 1] == '\r')
		n--;
	*ret_line = (struct view){ c->input.p, n };
	return TURN_DONE;
}

static void begin_pause(struct conversation *c, struct span span)
{
	c->flags &= ~(unsigned)RESTED;
	uv_update_time(&c->loop);
	uv_timer_start(&c->pause, on_pause, span_ms(span), 0);
}

enum turn conversation_bytes(struct conversation *c, size_t known, struct span patience,
			     struct view *ret_bytes)
{
	drop_taken(c);
	begin_pause(c, patience);
	while (c->input.n <= known && !(c->flags & (ENDED | FULL | OVER | RESTED)))
		uv_run(&c->loop, UV_RUN_ONCE);
	uv_timer_stop(&c->pause);
	if (c->input.n > known) {
		*ret_bytes = buffer_view(&c->input);
		return TURN_DONE;
	}
	if (c->flags & (ENDED | FULL))
		return c->flags & FULL ? TURN_FULL : TURN_CLOSED;
	return c->flags & OVER ? TURN_TIMEOUT : TURN_IDLE;
}

enum turn conversation_pause(struct conversation *c, struct span span)
{
	begin_pause(c, span);
	await(c, RESTED);
	uv_timer_stop(&c->pause);
	return c->flags & RESTED ? TURN_DONE : TURN_TIMEOUT;
}
