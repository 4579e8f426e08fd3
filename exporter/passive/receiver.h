/* receiver.h - one scheduler that is told results: a queue and a thread of its own.
 *
 * The queue holds each target at most once, so while the scheduler is away it keeps what is
 * newest of each; what a newer result takes the place of is dropped and counted. The texts are
 * made by the thread that delivers, from the target's slot as it is then.
 */
#ifndef MAILVANE_RECEIVER_H
#define MAILVANE_RECEIVER_H

#include "config.h"
#include "log.h"

#include <stdatomic.h>

/* Targets that wait; beyond, the oldest is dropped. What is delivered at once. */
enum { RECEIVER_QUEUE_MAX = 20000, RECEIVER_BATCH_MAX = 2000 };

/* Of one scheduler since the start of the exporter: a reload changes the receiver. */
struct receiver_counts {
	atomic_ullong sent, dropped; /* results */
};

enum message_outcome {
	MESSAGE_RETRY, /* try again later */
	MESSAGE_SENT,
	MESSAGE_REFUSED, /* never try again */
};

/* What a scheduler is told about one target. All is the receiver's. */
struct message {
	const char *host, *service; /* as they are called there */
	const char *text;           /* of report_write */
	enum state state;
	struct moment at; /* when the newest probe began */
	struct span took, interval;
	enum message_outcome outcome; /* MESSAGE_RETRY before delivery */
};

/* A way to deliver. All calls come from the receiver's thread, but for `free`. */
struct transport {
	const char *name; /* "nagios": label `receiver` */
	/* Results are gathered for so long before they are delivered. */
	struct span pause;
	/* Sets the outcomes. Adds a sentence to `why` if something failed that the operator should
	 * know. Returns soon when *stopping. */
	void (*deliver)(struct transport *, struct message *, size_t count,
			const atomic_bool *stopping, struct buffer *why);
	void (*free)(struct transport *);
};

struct receiver;
struct outages;

/* Takes the courier; counts, log and outages (NULL: none) are lent, the names copied. NULL: out of memory or
 * threads; the courier is freed. */
struct receiver *receiver_new(struct transport *, const struct passive_names *,
			      struct receiver_counts *, struct log *, struct outages *);
/* Ends the thread; what waits is lost. At most a second. NULL does nothing. */
void receiver_free(struct receiver *);

/* There is a new result of the target in its slot; `address` is what was probed. Any thread;
 * it only copies the target. */
void receiver_put(struct receiver *, const struct target *, const struct address *);

#endif
