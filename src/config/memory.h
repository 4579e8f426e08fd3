/* memory.h - heap that grows, for as long as a configuration is being read.
 *
 * Out of memory ends the process, as in arena.h: nothing sensible is left to do at start.
 */
#ifndef MAILVANE_CONFIG_MEMORY_H
#define MAILVANE_CONFIG_MEMORY_H

#include "view.h"

/* realloc for count things of a size. */
void *memory_grow(void *, size_t count, size_t size);

char *memory_text(const char *);

/* Makes room for one more in a list of count things; *cap is how many fit now. */
void *memory_room(void *list, size_t count, size_t *cap, size_t size);

#endif
