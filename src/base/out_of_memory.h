/* out_of_memory.h - what happens when memory runs out where no caller could go on without it.
 *
 * Work that can be given up as a whole, such as loading a configuration, is run by
 * out_of_memory_guard, which comes back when an allocation fails anywhere inside. What such work
 * holds in local variables only would be lost then: it is held here as well. Elsewhere the process
 * says its last words and ends.
 */
#ifndef MAILVANE_OUT_OF_MEMORY_H
#define MAILVANE_OUT_OF_MEMORY_H

#include <stdbool.h>

/* Back to the innermost guard of this thread; without one the last words, then abort(). */
_Noreturn void out_of_memory(void);

/* Does the work. False: it was given up, and what it held was dropped, the latest first. */
bool out_of_memory_guard(void (*work)(void *), void *user);

/* drop(thing) is called when the work around is given up before out_of_memory_let_go, which lets
 * go of the latest that is held. Outside of a guard they do nothing. */
void out_of_memory_hold(void (*drop)(void *), void *thing);
void out_of_memory_let_go(void);

/* Called instead of abort(); may only do what a signal's handler may. */
void out_of_memory_last_words(void (*say)(void));

#endif
