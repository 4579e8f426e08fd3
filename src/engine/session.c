/* session.c - what a dialogue wishes, done on its stream. */
#include "session.h"

#include "openssl_digests.h"

#include <stdlib.h>
#include <string.h>

/* --- what the dialogue is lent ------------------------------------------------------------- */

static struct dialogue_buffers *session_lend_buffers(void *user)
{
	struct session *s = user;

	s->buffers = malloc(sizeof(*s->buffers));
	return s->buffers;
}

static struct sasl_exchange *session_lend_exchange(void *user)
{
	struct session *s = user;

	s->exchange = calloc(1, sizeof(*s->exchange));
	return s->exchange;
}

static const char *session_bind_login(void *user, struct buffer *ret_bytes)
{
	const struct session *s = user;

	return stream_binding(&s->stream, ret_bytes);
}

static const struct sasl_support session_means = { &openssl_digests, session_lend_exchange,
						   session_bind_login };

void session_init(struct session *s)
{
	memset(s, 0, offsetof(struct session, dialogue));
}

void session_prepare(struct session *s, char *output)
{
	s->params.sasl_support = &session_means;
	s->params.provide_buffers = session_lend_buffers;
	s->params.callback_user = s;
	if (s->params.on_line != NULL)
		session_lend_buffers(s);
	dialogue_init(&s->dialogue, &s->params, s->buffers, output);
}

void session_fini(struct session *s)
{
	if (s->exchange != NULL)
		explicit_bzero(s->exchange, sizeof(*s->exchange));
	free(s->exchange);
	free(s->buffers);
	s->exchange = NULL;
	s->buffers = NULL;
}

/* --- wishes -------------------------------------------------------------------------------- */

static bool session_send(struct session *s)
{
	struct view out;

	while ((out = dialogue_output(&s->dialogue)).n > 0) {
		if (!stream_send(&s->stream, out))
			return false;
		dialogue_sent(&s->dialogue, out.n);
	}
	return true;
}

bool session_start_tls(struct session *s)
{
	if (s->tls.context == NULL ||
	    !stream_start_tls(&s->stream, s->tls.context, s->tls.name, s->tls.pins))
		return false;
	stream_expect_tlsa(&s->stream, s->tls.tlsa);
	return true;
}

static enum session_turn session_act(struct session *s, enum wish wish)
{
	bool able = session_send(s);

	if (wish == WISH_TLS && stream_has_input(&s->stream)) {
		wish = dialogue_injected(&s->dialogue);
		able = session_send(s) && able;
	}
	if (able && wish == WISH_TLS)
		able = session_start_tls(s);
	if (!able)
		return SESSION_UNABLE;
	if (wish == WISH_END)
		return SESSION_ENDS;
	return wish == WISH_PAUSE ? SESSION_PAUSES : SESSION_WAITS;
}

enum session_turn session_go(struct session *s, enum trust trust)
{
	bool begun = s->begun;

	s->begun = true;
	return session_act(s, begun ? dialogue_secured(&s->dialogue, trust)
				    : dialogue_start(&s->dialogue, trust));
}

enum session_turn session_feed(struct session *s, struct view bytes)
{
	return session_act(s, dialogue_feed(&s->dialogue, bytes));
}

enum session_turn session_resume(struct session *s)
{
	return session_act(s, dialogue_resume(&s->dialogue));
}
