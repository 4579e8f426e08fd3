/* memory.h - heap that grows, for as long as a configuration is being read.
 *
 * Without memory the load is given up as a whole: see out_of_memory.h.
 */
#ifndef MAILVANE_CONFIG_MEMORY_H
#define MAILVANE_CONFIG_MEMORY_H

#include "view.h"

/* realloc for count things of a size. */
void *memory_grow(void *, size_t count, size_t size);

/* Makes room for one more in a list of count things; *cap is how many fit now. */
void *memory_room(void *list, size_t count, size_t *cap, size_t size);

#endif
