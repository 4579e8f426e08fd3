/* worker.h - a thread with its loop, its share of the listening sockets and its sessions. */
#ifndef MAILSIM_WORKER_H
#define MAILSIM_WORKER_H

#include "listener.h"

#include <pthread.h>
#include <uv.h>

struct socket_watch {
	uv_poll_t poll;
	struct worker *worker;
	struct listener *listener;
	int fd;
};

struct worker {
	uv_loop_t loop;
	uv_async_t stop;
	uv_timer_t breath; /* the pause after we ran out of descriptors */
	struct sim *sim;
	struct socket_watch *watches;
	unsigned watch_count;
	bool stopped;
	struct session *live, *unused;
	void **slabs; /* what the sessions were cut from; the first word links them */
	pthread_t thread;
};

/* Takes the share `index` of each listener's sockets. False, with the reason on stderr and
 * nothing to finish. */
bool worker_init(struct worker *, struct sim *, unsigned index);
/* Runs on the calling thread until it is stopped. */
void worker_run(struct worker *);
/* From any thread. */
void worker_stop(struct worker *);
/* When worker_run has returned or never began. */
void worker_fini(struct worker *);

/* A zeroed session among the live ones, its output storage kept from an earlier use. NULL:
 * out of memory. */
struct session *worker_session(struct worker *);
void worker_session_done(struct worker *, struct session *);

#endif
