/* worker.c - accepts, and keeps the sessions of one thread. */
#include "worker.h"

#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sessions made at once; connections accepted per event; ms without accepting. */
enum { SLAB_SESSIONS = 64, ACCEPT_MAX = 64, BREATH_MS = 20 };

static void on_accept(uv_poll_t *, int status, int events);

static void watch_start(struct socket_watch *w)
{
	uv_poll_start(&w->poll, UV_READABLE, on_accept);
}

static void on_breath(uv_timer_t *timer)
{
	struct worker *w = timer->data;

	for (unsigned i = 0; i < w->watch_count; i++)
		watch_start(&w->watches[i]);
}

static void out_of_descriptors(struct worker *w)
{
	static atomic_flag told = ATOMIC_FLAG_INIT;

	if (!atomic_flag_test_and_set(&told))
		fprintf(
		    stderr,
		    "mailsim: out of file descriptors; connections wait (raise the hard "
		    "limit, ulimit -Hn)\n");
	for (unsigned i = 0; i < w->watch_count; i++)
		uv_poll_stop(&w->watches[i].poll);
	uv_timer_start(&w->breath, on_breath, BREATH_MS, 0);
}

static void on_accept(uv_poll_t *poll, int status, int events)
{
	struct socket_watch *watch = poll->data;

	(void)events;
	if (status < 0)
		return;
	for (int i = 0; i < ACCEPT_MAX; i++) {
		int fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			session_open(watch->worker, watch->listener, fd);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE)
			out_of_descriptors(watch->worker);
		if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

static void on_stop(uv_async_t *async)
{
	struct worker *w = async->data;

	if (w->stopped)
		return;
	w->stopped = true;
	for (unsigned i = 0; i < w->watch_count; i++)
		uv_close((uv_handle_t *)&w->watches[i].poll, NULL);
	uv_close((uv_handle_t *)&w->breath, NULL);
	uv_close((uv_handle_t *)&w->stop, NULL);
	for (struct session *s = w->live, *next; s != NULL; s = next) {
		next = s->next;
		session_end(s);
	}
}

static void add_watches(struct worker *w, unsigned index)
{
	for (unsigned i = 0; i < w->sim->listener_count; i++) {
		struct listener *l = &w->sim->listeners[i];

		for (unsigned h = index; h < l->socket_count; h += w->sim->threads) {
			struct socket_watch *watch = &w->watches[w->watch_count++];

			*watch = (struct socket_watch){ .worker = w,
							.listener = l,
							.fd = l->sockets[h] };
			uv_poll_init(&w->loop, &watch->poll, watch->fd);
			watch->poll.data = watch;
			watch_start(watch);
		}
	}
}

bool worker_init(struct worker *w, struct sim *sim, unsigned index)
{
	size_t count = 0;

	*w = (struct worker){ .sim = sim };
	for (unsigned i = 0; i < sim->listener_count; i++)
		count += sim->listeners[i].plan->hosts;
	w->watches = calloc(count, sizeof(*w->watches));
	if (w->watches == NULL || uv_loop_init(&w->loop) != 0) {
		fprintf(stderr, "mailsim: cannot make an event loop\n");
		free(w->watches);
		return false;
	}
	uv_async_init(&w->loop, &w->stop, on_stop);
	w->stop.data = w;
	uv_timer_init(&w->loop, &w->breath);
	w->breath.data = w;
	add_watches(w, index);
	return true;
}

void worker_run(struct worker *w)
{
	uv_run(&w->loop, UV_RUN_DEFAULT);
}

void worker_stop(struct worker *w)
{
	uv_async_send(&w->stop);
}

void worker_fini(struct worker *w)
{
	on_stop(&w->stop);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	uv_loop_close(&w->loop);
	for (struct session *s = w->unused; s != NULL; s = s->next)
		free(s->out.p);
	while (w->slabs != NULL) {
		void **next = *w->slabs;

		free(w->slabs);
		w->slabs = next;
	}
	free(w->watches);
}

static bool grow(struct worker *w)
{
	size_t head = (sizeof(void *) + 63) / 64 * 64;
	char *slab = malloc(head + SLAB_SESSIONS * sizeof(struct session));

	if (slab == NULL)
		return false;
	*(void **)slab = w->slabs;
	w->slabs = (void **)slab;
	for (size_t i = 0; i < SLAB_SESSIONS; i++) {
		struct session *s = (struct session *)(slab + head) + i;

		s->out = (struct output){ 0 };
		s->next = w->unused;
		w->unused = s;
	}
	return true;
}

struct session *worker_session(struct worker *w)
{
	struct session *s;
	struct output out;

	if (w->unused == NULL && !grow(w))
		return NULL;
	s = w->unused;
	w->unused = s->next;
	out = (struct output){ .p = s->out.p, .cap = s->out.cap };
	/* All but the input, which is large and counts for nothing. */
	memset(s, 0, offsetof(struct session, input));
	s->out = out;
	s->worker = w;
	s->next = w->live;
	if (w->live != NULL)
		w->live->previous = s;
	w->live = s;
	return s;
}

void worker_session_done(struct worker *w, struct session *s)
{
	if (s->previous != NULL)
		s->previous->next = s->next;
	else
		w->live = s->next;
	if (s->next != NULL)
		s->next->previous = s->previous;
	s->next = w->unused;
	w->unused = s;
}
