/* reload_queue.c - a list under a lock, and a pipe that wakes the main thread. */
#include "reload_queue.h"

#include <fcntl.h>
#include <unistd.h>

bool reload_queue_init(struct reload_queue *queue)
{
	*queue = (struct reload_queue){ 0 };
	if (pipe2(queue->wake, O_NONBLOCK | O_CLOEXEC) < 0)
		return false;
	pthread_mutex_init(&queue->lock, NULL);
	return true;
}

void reload_queue_fini(struct reload_queue *queue)
{
	close(queue->wake[0]);
	close(queue->wake[1]);
	pthread_mutex_destroy(&queue->lock);
}

void reload_queue_join(struct reload_queue *queue, struct reload_waiter *waiter)
{
	pthread_mutex_lock(&queue->lock);
	waiter->next = queue->waiters;
	queue->waiters = waiter;
	if (write(queue->wake[1], "", 1) < 0) {
		/* The pipe is full, so the main thread will wake. */
	}
	pthread_mutex_unlock(&queue->lock);
}

int reload_queue_fd(const struct reload_queue *queue)
{
	return queue->wake[0];
}

bool reload_queue_waits(struct reload_queue *queue)
{
	bool waits;

	pthread_mutex_lock(&queue->lock);
	waits = queue->waiters != NULL;
	pthread_mutex_unlock(&queue->lock);
	return waits;
}

struct reload_waiter *reload_queue_take(struct reload_queue *queue)
{
	struct reload_waiter *waiters;
	char drained[64];

	pthread_mutex_lock(&queue->lock);
	while (read(queue->wake[0], drained, sizeof(drained)) > 0)
		;
	waiters = queue->waiters;
	queue->waiters = NULL;
	pthread_mutex_unlock(&queue->lock);
	return waiters;
}

void reload_waiters_answer(struct reload_waiter *waiter, bool ok, const char *outcome)
{
	struct reload_waiter *next;

	for (; waiter; waiter = next) {
		next = waiter->next;
		waiter->answered(waiter, ok, outcome);
	}
}
