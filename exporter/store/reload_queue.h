/* reload_queue.h - who has asked for a reload of the configuration and waits for its outcome.
 *
 * Any thread may join the queue; the main thread sees it by a descriptor, whatever is logged.
 */
#ifndef MAILVANE_RELOAD_QUEUE_H
#define MAILVANE_RELOAD_QUEUE_H

#include <pthread.h>
#include <stdbool.h>

struct reload_waiter {
	/* On the main thread, or with false when the exporter ends first; `outcome`, a sentence, is
	 * lent. */
	void (*answered)(struct reload_waiter *, bool ok, const char *outcome);
	struct reload_waiter *next;
};

struct reload_queue {
	pthread_mutex_t lock;
	struct reload_waiter *waiters;
	int wake[2]; /* a pipe: a byte for each that joined */
};

/* False: no descriptors; there is nothing to finish. */
bool reload_queue_init(struct reload_queue *);
void reload_queue_fini(struct reload_queue *);

void reload_queue_join(struct reload_queue *, struct reload_waiter *);
/* Readable while somebody waits. */
int reload_queue_fd(const struct reload_queue *);
bool reload_queue_waits(struct reload_queue *);

/* Empties the queue; then each that was taken is answered by reload_waiters_answer. */
struct reload_waiter *reload_queue_take(struct reload_queue *);
void reload_waiters_answer(struct reload_waiter *, bool ok, const char *outcome);

#endif
