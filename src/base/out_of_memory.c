/* out_of_memory.c - guards are nested jumps, each with a list of what is to be dropped.
 *
 * The list has a fixed length, because there is no memory to make it longer; what is beyond it is
 * lost when the work is given up, and nothing else happens.
 */
#include "out_of_memory.h"

#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>

enum { HELD_MAX = 64 };

struct guard {
	jmp_buf back;
	struct guard *outer;
	unsigned held; /* may be more than there is room for */
	struct {
		void (*drop)(void *);
		void *thing;
	} list[HELD_MAX];
};

static _Thread_local struct guard *innermost;
static void (*last_words)(void);

_Noreturn void out_of_memory(void)
{
	if (innermost != NULL)
		longjmp(innermost->back, 1);
	if (last_words != NULL)
		last_words();
	abort();
}

static void guard_drop(struct guard *g)
{
	for (unsigned i = g->held < HELD_MAX ? g->held : HELD_MAX; i > 0; i--)
		g->list[i - 1].drop(g->list[i - 1].thing);
}

bool out_of_memory_guard(void (*work)(void *), void *user)
{
	struct guard guard;

	guard.outer = innermost;
	guard.held = 0;
	if (setjmp(guard.back) == 0) {
		innermost = &guard;
		work(user);
		innermost = guard.outer;
		return true;
	}
	innermost = guard.outer;
	guard_drop(&guard);
	return false;
}

void out_of_memory_hold(void (*drop)(void *), void *thing)
{
	struct guard *g = innermost;

	if (g == NULL)
		return;
	if (g->held < HELD_MAX) {
		g->list[g->held].drop = drop;
		g->list[g->held].thing = thing;
	}
	g->held++;
}

void out_of_memory_let_go(void)
{
	if (innermost != NULL && innermost->held > 0)
		innermost->held--;
}

void out_of_memory_last_words(void (*say)(void))
{
	last_words = say;
}
