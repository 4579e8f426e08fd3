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

/* A worker's share of the plan, worked out on another thread beforehand. */
struct kit_share {
	const struct plan
	    *older; /* what `before` is about; never looked into; NULL: nothing */
	size_t count;
	uint32_t *mine;   /* places of its targets in the plan */
	uint32_t *before; /* of each, which one of its targets it was; KIT_NEW: none */
	struct job *jobs; /* room for a job each, and zeroed */
};
#define KIT_NEW UINT32_MAX

struct kit {
	unsigned holders;
	struct plan *plan;       /* held */
	struct tls_context *tls; /* may be NULL when no target of the plan uses TLS */
	struct tls_context *obsolete_tls; /* NULL: not asked for yet */
	struct resolver *resolver;
	struct kit_share share;
};

/* Of what: KIT_FOR_ERRANDS when targets outside the plan may come. */
enum kit_use { KIT_FOR_PLAN, KIT_FOR_ERRANDS };

/* Without a resolver yet: kit_open makes it on the thread of its loop. NULL, with a sentence
 * in error, if the settings cannot be used. */
struct kit *kit_new(struct plan *, enum kit_use, char *error, size_t cap);

/* Makes the resolver; false, with a sentence, if it cannot be made. */
bool kit_open(struct kit *, uv_loop_t *, char *error, size_t cap);

/* One that knows TLS 1.0 and 1.1 only, made when first asked for. NULL: it cannot be made. */
struct tls_context *kit_obsolete_tls(struct kit *);

/* What is left of the share. */
void kit_share_fini(struct kit_share *);

struct kit *kit_hold(struct kit *);
/* NULL does nothing. The resolver's last handles close with the next turn of the loop. */
void kit_release(struct kit *);

#endif
