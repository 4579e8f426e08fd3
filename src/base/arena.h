/* arena.h - many small, long-lived things that are freed together. */
#ifndef MAILVANE_ARENA_H
#define MAILVANE_ARENA_H

#include "view.h"

struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used;                /* of the newest block */
};

void arena_init(struct arena *);
/* Wipes and frees everything; what was taken from it is gone. */
void arena_fini(struct arena *);

/* Zeroed, aligned for any type. What happens without memory: see out_of_memory.h. */
void *arena_alloc(struct arena *, size_t size);

/* A NUL-terminated copy; a NUL inside is kept, so check before. */
char *arena_text(struct arena *, struct view);

#endif
