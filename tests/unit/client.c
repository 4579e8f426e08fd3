#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 60000 };

static void keep_facts(struct client *c)
{
	if (c->facts.certificate != NULL)
		return;
	c->facts = *stream_tls_facts(&c->stream);
	tls_facts_hold(&c->facts);
}

static void connected(struct stream *s)
{
	struct client *c = s->user;

	c->connected++;
	if (c->context != NULL && !stream_start_tls(s, c->context, c->name, c->pins))
		abort();
	if (c->on_connected != NULL)
		c->on_connected(c);
}

static void secured(struct stream *s)
{
	struct client *c = s->user;

	c->secured++;
	keep_facts(c);
	if (c->on_secured != NULL)
		c->on_secured(c);
}

static void received(struct stream *s, struct view v)
{
	struct client *c = s->user;
	size_t room = sizeof(c->heard) - 1 - c->heard_n;

	c->received++;
	memcpy(c->heard + c->heard_n, v.p, v.n < room ? v.n : room);
	c->heard_n += v.n < room ? v.n : room;
	if (c->on_received != NULL)
		c->on_received(c, v);
}

static void failed(struct stream *s, enum fault fault, const char *reason)
{
	struct client *c = s->user;

	c->failed++;
	c->fault = fault;
	snprintf(c->reason, sizeof(c->reason), "%s", reason);
	keep_facts(c);
	stream_close(s);
}

static void closed(struct stream *s)
{
	struct client *c = s->user;

	c->closed++;
	uv_stop(&c->loop);
}

static const struct stream_events events = { connected, received, secured, failed, closed };

static void impatient(uv_timer_t *timer)
{
	const struct client *c = timer->data;

	fprintf(stderr,
		"nothing happens: connected %u, secured %u, received %u, failed %u\n",
		c->connected, c->secured, c->received, c->failed);
	abort();
}

static void finish(struct client *c, uv_timer_t *timer)
{
	uv_close((uv_handle_t *)timer, NULL);
	uv_run(&c->loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&c->loop) != 0)
		abort();
}

void client_run(struct client *c, const struct address *to)
{
	const char *reason = "";
	uv_timer_t timer;

	uv_loop_init(&c->loop);
	uv_timer_init(&c->loop, &timer);
	timer.data = c;
	uv_timer_start(&timer, impatient, PATIENCE_MS, 0);
	c->fault = stream_connect(&c->stream, &c->loop, to, c->source, &events, c, &reason);
	snprintf(c->reason, sizeof(c->reason), "%s", reason);
	if (c->fault == FAULT_OK && c->on_connecting != NULL)
		c->on_connecting(c);
	if (c->fault == FAULT_OK)
		uv_run(&c->loop, UV_RUN_DEFAULT);
	finish(c, &timer);
}

void client_close(struct client *c)
{
	stream_close(&c->stream);
}
