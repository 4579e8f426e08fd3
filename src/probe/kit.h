/* kit.h - what an engine thread works with under one plan: the plan, its TLS context and its
 * resolver.
 *
 * Counted, because probes under way keep the kit they began with when a reload brings another.
 * A kit belongs to one thread; only its making may happen on another.
 */
#ifndef MAILVANE_KIT_H
#define MAILVANE_KIT_H

#include "plan.h"
#include "resolver.h"

struct kit {
	unsigned holders;
	struct plan *plan;       /* held */
	struct tls_context *tls; /* may be NULL when no target of the plan uses TLS */
	struct resolver *resolver;
};

/* Of what: KIT_FOR_ERRANDS when targets outside the plan may come. */
enum kit_use { KIT_FOR_PLAN, KIT_FOR_ERRANDS };

/* Without a resolver yet: kit_open makes it on the thread of its loop. NULL, with a sentence
 * in error, if the settings cannot be used. */
struct kit *kit_new(struct plan *, enum kit_use, char *error, size_t cap);

/* Makes the resolver; false, with a sentence, if it cannot be made. */
bool kit_open(struct kit *, uv_loop_t *, char *error, size_t cap);

struct kit *kit_hold(struct kit *);
/* NULL does nothing. The resolver's last handles close with the next turn of the loop. */
void kit_release(struct kit *);

#endif
