/* counters.h - what happened at a listener. Counted by any worker, read by anyone. */
#ifndef MAILSIM_COUNTERS_H
#define MAILSIM_COUNTERS_H

#include "buffer.h"
#include "manners.h"

#include <stdatomic.h>

enum counter {
	COUNT_CONNECTIONS,
	COUNT_COMMANDS,
	COUNT_BYTES,      /* received, decrypted */
	COUNT_HANDSHAKES, /* that succeeded */
	COUNT_HANDSHAKES_FAILED,
	COUNT_LOGINS,
	COUNT_LOGINS_DENIED,
	COUNT_GOODBYES, /* QUIT or LOGOUT */
	COUNT_AHEAD,    /* commands that came before the answer to the one before */
	COUNT_GAVE_UP,  /* the peer left while we owed it an answer */
	COUNT_RESETS,   /* by the peer */
	COUNT_FAULTY,   /* connections that got the listener's faults */
	COUNT_COUNT,
};

struct counters {
	atomic_ullong count[COUNT_COUNT];
	atomic_ullong rude[RUDE_COUNT];
	atomic_llong now, peak; /* connections at once */
};

static inline void counters_add(struct counters *c, enum counter which,
				unsigned long long n)
{
	atomic_fetch_add_explicit(&c->count[which], n, memory_order_relaxed);
}

/* Returns the number of the connection, from 1. */
unsigned long long counters_enter(struct counters *);
void counters_leave(struct counters *);

struct sim;

/* One line per listener: `listener=NAME connections=N now=N peak=N ... rude=N pregreet=N ...`,
 * the rude words only where they are not 0; then one with `listener=*` for all. Returns a heap
 * string; NULL: out of memory. */
char *counters_text(const struct sim *);

/* Writes them to the file, which is replaced at once. False with the reason on stderr. */
bool counters_write(const struct sim *, const char *path);

#endif
