/* plan_runtime.c - makes and frees the TLS contexts and the resolver of a plan. */
#include "plan_runtime.h"

#include "buffer.h"

#include <stdlib.h>

/* A trust store takes long to load, so it is loaded only if a target needs it. */
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

static bool plan_runtime_fill(struct plan_runtime *runtime, struct plan *plan,
			      enum plan_runtime_use use, char *error, size_t cap)
{
	struct resolver_options options = resolver_options(plan);
	const char *reason = "";

	if (!resolver_options_usable(&options, &reason)) {
		text_copy(error, cap, reason);
		return false;
	}
	if (use == PLAN_RUNTIME_FOR_ON_DEMAND_PROBES || needs_tls(plan))
		runtime->tls = tls_context_new(&plan->settings.tls, error, cap);
	return runtime->tls != NULL || !needs_tls(plan);
}

struct plan_runtime *plan_runtime_new(struct plan *plan, enum plan_runtime_use use,
				      char *error, size_t cap)
{
	struct plan_runtime *runtime = calloc(1, sizeof(*runtime));

	if (runtime == NULL) {
		text_copy(error, cap, "out of memory");
		return NULL;
	}
	if (!plan_runtime_fill(runtime, plan, use, error, cap)) {
		free(runtime);
		return NULL;
	}
	runtime->holders = 1;
	runtime->plan = plan_hold(plan);
	return runtime;
}

bool plan_runtime_open(struct plan_runtime *runtime, uv_loop_t *loop, char *error,
		       size_t cap)
{
	struct resolver_options options = resolver_options(runtime->plan);
	const char *reason = "";

	runtime->resolver = resolver_new(loop, &options, &reason);
	if (runtime->resolver != NULL)
		return true;
	text_copy(error, cap, reason);
	return false;
}

struct tls_context *plan_runtime_legacy_tls(struct plan_runtime *runtime)
{
	const struct tls_options options = { .unjudged = true, .legacy_tls = true };
	char error[PRINTABLE_MAX];

	if (runtime->legacy_tls == NULL)
		runtime->legacy_tls = tls_context_new(&options, error, sizeof(error));
	return runtime->legacy_tls;
}

void plan_share_fini(struct plan_share *s)
{
	free(s->mine);
	free(s->before);
	free(s->jobs);
	*s = (struct plan_share){ 0 };
}

struct plan_runtime *plan_runtime_hold(struct plan_runtime *runtime)
{
	runtime->holders++;
	return runtime;
}

void plan_runtime_release(struct plan_runtime *runtime)
{
	if (runtime == NULL || --runtime->holders > 0)
		return;
	resolver_free(runtime->resolver);
	tls_context_free(runtime->tls);
	tls_context_free(runtime->legacy_tls);
	plan_release(runtime->plan);
	plan_share_fini(&runtime->share);
	free(runtime);
}
