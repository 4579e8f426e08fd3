/* descriptors.h - how many file descriptors this process may have, and whether one is left. */
#ifndef MAILVANE_DESCRIPTORS_H
#define MAILVANE_DESCRIPTORS_H

#include <stdbool.h>

/* Raises the soft limit (RLIMIT_NOFILE) to the hard one, as far as the system lets us. Returns
 * the limit that is in force then; UINT_MAX where there is none. */
unsigned descriptors_raise(void);

/* The limit in force. */
unsigned descriptors_limit(void);

/* How many of `wanted` connections fit below `limit` when `others` descriptors and a quarter of
 * what remains are kept for all else; at least 1. */
unsigned descriptors_fit(unsigned wanted, unsigned limit, unsigned others);

/* Can one more be opened now? What follows at once will find it, unless another thread takes it. */
bool descriptors_left(void);

#endif
