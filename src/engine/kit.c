/* kit.c - the life of a kit. */
#include "kit.h"

#include "buffer.h"

#include <stdlib.h>

/* Loading a trust store takes longer than a plain check. */
static bool needs_tls(const struct plan *plan)
{
	for (size_t i = 0; i < plan->target_count; i++)
		if (plan->targets[i].service->tls != TLS_MODE_NONE)
			return true;
	return false;
}

static struct resolver_options resolver_options(const struct plan *plan)
{
	return (struct resolver_options){ .servers = plan->settings.resolvers,
					  .trust_ad = plan->settings.trust_ad };
}

static bool fill(struct kit *k, struct plan *plan, enum kit_use use, char *error,
		 size_t cap)
{
	struct resolver_options options = resolver_options(plan);
	const char *reason = "";

	if (!resolver_options_usable(&options, &reason)) {
		text_copy(error, cap, reason);
		return false;
	}
	if (use == KIT_FOR_ERRANDS || needs_tls(plan))
		k->tls = tls_context_new(&plan->settings.tls, error, cap);
	return k->tls != NULL || !needs_tls(plan);
}

struct kit *kit_new(struct plan *plan, enum kit_use use, char *error, size_t cap)
{
	struct kit *k = calloc(1, sizeof(*k));

	if (k == NULL) {
		text_copy(error, cap, "out of memory");
		return NULL;
	}
	if (!fill(k, plan, use, error, cap)) {
		free(k);
		return NULL;
	}
	k->holders = 1;
	k->plan = plan_hold(plan);
	return k;
}

bool kit_open(struct kit *k, uv_loop_t *loop, char *error, size_t cap)
{
	struct resolver_options options = resolver_options(k->plan);
	const char *reason = "";

	k->resolver = resolver_new(loop, &options, &reason);
	if (k->resolver != NULL)
		return true;
	text_copy(error, cap, reason);
	return false;
}

struct tls_context *kit_obsolete_tls(struct kit *k)
{
	const struct tls_options options = { .unjudged = true, .obsolete = true };
	char error[PRINTABLE_MAX];

	if (k->obsolete_tls == NULL)
		k->obsolete_tls = tls_context_new(&options, error, sizeof(error));
	return k->obsolete_tls;
}

void kit_share_fini(struct kit_share *s)
{
	free(s->mine);
	free(s->before);
	free(s->jobs);
	*s = (struct kit_share){ 0 };
}

struct kit *kit_hold(struct kit *k)
{
	k->holders++;
	return k;
}

void kit_release(struct kit *k)
{
	if (k == NULL || --k->holders > 0)
		return;
	resolver_free(k->resolver);
	tls_context_free(k->tls);
	tls_context_free(k->obsolete_tls);
	plan_release(k->plan);
	kit_share_fini(&k->share);
	free(k);
}
