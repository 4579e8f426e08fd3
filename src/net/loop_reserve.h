/* loop_reserve.h - memory kept for the one allocation that libuv cannot do without.
 *
 * A loop has a table with a row for each descriptor, and libuv calls abort() when the table cannot grow.
 * A reserve has room for the table at its largest, taken when the thread starts, where a lack of memory
 * can be said. It is used only when realloc fails; until then it costs address space alone.
 */
#ifndef MAILVANE_LOOP_RESERVE_H
#define MAILVANE_LOOP_RESERVE_H

#include <stdbool.h>
#include <stddef.h>

struct loop_reserve {
	void *block;
	size_t n;
	bool used;
	struct loop_reserve *next; /* under the lock of loop_reserve.c */
};

/* Before uv_loop_init, for descriptors below that number. False: out of memory. */
bool loop_reserve_init(struct loop_reserve *, unsigned descriptors);
/* Behind uv_loop_close; harmless for one that is zeroed. */
void loop_reserve_fini(struct loop_reserve *);

#endif
