/* login_queue.h - a fair queue of jobs by client; it has no thread.
 *
 * Each job of a client has a turn one higher than the client's job before it, and the
 * lowest turn is next. So a client with one job waits for at most one job of each other
 * client. If the queue is full, the client with most jobs loses its last one.
 */
#ifndef MAILVANE_LOGIN_QUEUE_H
#define MAILVANE_LOGIN_QUEUE_H

#include "logins.h"

struct login_place {
	struct client_name from;
	uint64_t turn;
	void *job; /* NULL: the place is free */
};

struct login_queue {
	struct login_place places[LOGINS_QUEUE_MAX];
	uint64_t turn; /* turn of the last job that was taken out */
};

/* False: the client has too many jobs in it, or every place belongs to a client with one
 * job. *ret_lost: the job that was removed, or NULL. */
bool login_queue_put(struct login_queue *, struct client_name, void *job, void **ret_lost);
/* Takes the next job out. NULL: the queue is empty. */
void *login_queue_next(struct login_queue *);
void login_queue_remove(struct login_queue *, const void *job);

#endif
