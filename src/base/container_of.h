/* container_of.h - from a member to the struct that embeds it. */
#ifndef MAILVANE_CONTAINER_OF_H
#define MAILVANE_CONTAINER_OF_H

#include <stddef.h>

/* `p` points to the member `member` of a `type`, and is not NULL. */
#define container_of(p, type, member) ((type *)(void *)((char *)(p)-offsetof(type, member)))

#endif
