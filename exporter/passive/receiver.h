/* receiver.h - sends passive results to one scheduler: a queue and a thread of its own.
 *
 * The queue has each target at most once. While the scheduler does not answer, the queue
 * keeps the newest result of each target; older ones are dropped and counted. The thread
 * writes the texts from the target's slot when it delivers.
 */
#ifndef MAILVANE_RECEIVER_H
#define MAILVANE_RECEIVER_H

#include "config.h"
#include "log.h"
#include "passive_counts.h"

#include <stdatomic.h>

/* The most targets in the queue, above which the oldest is dropped; the most that are
 * delivered at once. */
enum { RECEIVER_QUEUE_MAX = 20000, RECEIVER_BATCH_MAX = 2000 };

enum message_outcome {
	MESSAGE_RETRY, /* to be tried again */
	MESSAGE_SENT,
	MESSAGE_REFUSED, /* never to be tried again */
};

/* The passive result of one target. The receiver owns all of it. */
struct message {
	const char *host, *service; /* the names in the scheduler */
	const char *text;           /* written by report_write */
	enum state state;
	struct moment at; /* begin of the newest probe */
	struct span took, interval;
	enum message_outcome outcome; /* MESSAGE_RETRY before delivery */
};

/* A way to deliver messages. Only the receiver's thread calls it, except for `free`. */
struct transport {
	const char *name; /* value of the label `receiver`, such as "nagios" */
	/* Results are collected for this long before they are delivered. */
	struct span pause;
	/* Sets the outcome of each message. Adds a sentence to `why` if the operator
	 * should know of a failure. Returns soon when *stopping becomes true. */
	void (*deliver)(struct transport *, struct message *, size_t count,
			const atomic_bool *stopping, struct buffer *why);
	void (*free)(struct transport *);
};

struct receiver;
struct outages;

/* Takes over the transport; counts, log and outages (NULL: none) must outlive the
 * receiver; copies the names. NULL: out of memory or threads; the transport is freed. */
struct receiver *receiver_new(struct transport *, const struct passive_names *,
			      struct passive_counts *, struct log *, struct outages *);
/* Ends the thread within a second; results in the queue are lost. NULL does nothing. */
void receiver_free(struct receiver *);

/* Says that the target's slot has a new result; `address` is what was probed. Any
 * thread; only copies the target. */
void receiver_put(struct receiver *, const struct target *, const struct address *);

#endif
