/* plan_runtime.c - the life of a kit. */
#include "plan_runtime.h"

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

static bool plan_runtime_fill(struct runtime *k, struct plan *plan,
			      enum plan_runtime_use use, char *error, size_t cap)
{
	struct resolver_options options = resolver_options(plan);
	const char *reason = "";

	if (!resolver_options_usable(&options, &reason)) {
		text_copy(error, cap, reason);
		return false;
	}
	if (use == PLAN_RUNTIME_FOR_ON_DEMAND_PROBES || needs_tls(plan))
		k->tls = tls_context_new(&plan->settings.tls, error, cap);
	return k->tls != NULL || !needs_tls(plan);
}

struct runtime *plan_runtime_new(struct plan *plan, enum plan_runtime_use use, char *error,
				 size_t cap)
{
	struct runtime *k = calloc(1, sizeof(*k));

	if (k == NULL) {
		text_copy(error, cap, "out of memory");
		return NULL;
	}
	if (!plan_runtime_fill(k, plan, use, error, cap)) {
		free(k);
		return NULL;
	}
	k->holders = 1;
	k->plan = plan_hold(plan);
	return k;
}

bool plan_runtime_open(struct runtime *k, uv_loop_t *loop, char *error, size_t cap)
{
	struct resolver_options options = resolver_options(k->plan);
	const char *reason = "";

	k->resolver = resolver_new(loop, &options, &reason);
	if (k->resolver != NULL)
		return true;
	text_copy(error, cap, reason);
	return false;
}

struct tls_context *plan_runtime_legacy_tls(struct runtime *k)
{
	const struct tls_options options = { .unjudged = true, .legacy_tls = true };
	char error[PRINTABLE_MAX];

	if (k->legacy_tls == NULL)
		k->legacy_tls = tls_context_new(&options, error, sizeof(error));
	return k->legacy_tls;
}

void plan_runtime_share_fini(struct plan_runtime_share *s)
{
	free(s->mine);
	free(s->before);
	free(s->jobs);
	*s = (struct plan_runtime_share){ 0 };
}

struct runtime *plan_runtime_hold(struct runtime *k)
{
	k->holders++;
	return k;
}

void plan_runtime_release(struct runtime *k)
{
	if (k == NULL || --k->holders > 0)
		return;
	resolver_free(k->resolver);
	tls_context_free(k->tls);
	tls_context_free(k->legacy_tls);
	plan_release(k->plan);
	plan_runtime_share_fini(&k->share);
	free(k);
}
