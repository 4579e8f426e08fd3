/* login_queue.h - whose turn it is, without a thread: fair queueing by address.
 *
 * A job has a turn one behind that of the address's job before it, and the lowest turn is next;
 * so one that asks alone waits for at most one job of each other address. When the queue is full
 * whoever has the most in it loses the last of his.
 */
#ifndef MAILVANE_LOGIN_QUEUE_H
#define MAILVANE_LOGIN_QUEUE_H

#include "logins.h"

struct login_place {
	struct client_name from;
	uint64_t turn;
	void *job; /* NULL: free */
};

struct login_queue {
	struct login_place places[LOGINS_QUEUE_MAX];
	uint64_t turn; /* of the last one taken */
};

/* False: this address has too many in it, or everyone has one. *ret_lost: the job that had to
 * give way, or NULL. */
bool login_queue_put(struct login_queue *, struct client_name, void *job, void **ret_lost);
/* NULL: empty. */
void *login_queue_next(struct login_queue *);
void login_queue_remove(struct login_queue *, const void *job);

#endif
