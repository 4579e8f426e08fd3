/* legacy_tls_probe.c - makes one probe on demand for each address; the worst answer counts. */
#include "legacy_tls_probe.h"

#include "container_of.h"
#include "legacy_tls.h"
#include "target_run.h"

#include <stdlib.h>
#include <string.h>

struct legacy_tls_probe {
	struct task task; /* first */
	struct on_demand_probe on_demand_probe;
	struct task_context *context;
	struct plan_runtime *runtime;
	const struct target *target; /* of the runtime's plan */
	enum legacy_tls answer;
	char host[ADDRESS_TEXT_MAX];
	size_t next, count;
	struct instant ends;
	struct address addresses[];
};

static struct legacy_tls_probe *legacy_tls_probe_of(struct on_demand_probe *p)
{
	return container_of(p, struct legacy_tls_probe, on_demand_probe);
}

static void legacy_tls_probe_end(struct legacy_tls_probe *l)
{
	if (l->next < l->count) /* not every address was probed */
		l->answer = LEGACY_TLS_UNKNOWN;
	if (l->answer != LEGACY_TLS_UNKNOWN)
		slot_set_legacy_tls(l->target->slot, l->answer);
	plan_runtime_release(l->runtime);
	task_end(&l->task);
	free(l);
}

static void legacy_tls_probe_done(struct on_demand_probe *e, const struct result *result)
{
	struct legacy_tls_probe *l = legacy_tls_probe_of(e);
	enum legacy_tls answer =
	    result != NULL ? legacy_tls_of_result(result) : LEGACY_TLS_UNKNOWN;

	/* Legacy TLS counts as refused only if every address refuses it. */
	l->answer = answer;
	if (answer != LEGACY_TLS_REFUSED)
		l->next = l->count;
}

static void legacy_tls_probe_gone(struct on_demand_probe *);

static bool legacy_tls_probe_next_address(struct legacy_tls_probe *l)
{
	const struct target *t = l->target;
	struct span left = span_between(instant_now(), l->ends);

	if (l->context->stopping || l->next == l->count || left.ns <= 0)
		return false;
	l->on_demand_probe = (struct on_demand_probe){
		.target = *t,
		.tls = plan_runtime_legacy_tls(l->runtime),
		.low_priority = !l->context->once,
		.done = legacy_tls_probe_done,
		.closed = legacy_tls_probe_gone,
	};
	l->on_demand_probe.target.account = NULL;
	l->on_demand_probe.target.flags |= TARGET_TLS_ONLY;
	l->on_demand_probe.target.host = address_text(&l->addresses[l->next++], l->host);
	l->on_demand_probe.target.addresses = ADDRESS_FIRST;
	l->on_demand_probe.target.timeout = left;
	if (l->on_demand_probe.tls != NULL &&
	    target_run_on_demand(l->context, l->runtime, &l->on_demand_probe))
		return true;
	l->answer = LEGACY_TLS_UNKNOWN;
	return false;
}

static void legacy_tls_probe_gone(struct on_demand_probe *e)
{
	struct legacy_tls_probe *l = legacy_tls_probe_of(e);

	if (!legacy_tls_probe_next_address(l))
		legacy_tls_probe_end(l);
}

static bool legacy_tls_probe_begin(struct task *t)
{
	return legacy_tls_probe_next_address((struct legacy_tls_probe *)t);
}

static const struct task_kind legacy_tls_task = { .begin = legacy_tls_probe_begin };

static bool legacy_tls_probe_asks(const struct legacy_tls_probe *l,
				  const struct legacy_tls_order *order)
{
	for (size_t i = 0; i < l->count; i++)
		for (size_t n = 0; n < order->count; n++)
			if (address_same_host(&l->addresses[i], &order->addresses[n]))
				return true;
	return false;
}

/* One at a time to an address; this one comes with the next turn of the interval. */
static bool is_asked(const struct task_list *tasks, const struct legacy_tls_order *order)
{
	for (const struct task *t = task_list_first(tasks); t != NULL;
	     t = task_list_next(tasks, t))
		if (t->kind == &legacy_tls_task &&
		    legacy_tls_probe_asks((const struct legacy_tls_probe *)t, order))
			return true;
	return false;
}

void legacy_tls_probe_start(struct task_context *c, const struct legacy_tls_order *order)
{
	size_t size = order->count * sizeof(*order->addresses);
	struct legacy_tls_probe *l;

	if (!c->once && is_asked(&c->tasks, order))
		return;
	l = calloc(1, sizeof(*l) + size);
	if (l == NULL)
		return;
	l->context = c;
	l->runtime = plan_runtime_hold(order->runtime);
	l->target = order->target;
	l->count = order->count;
	l->ends = order->ends;
	memcpy(l->addresses, order->addresses, size);
	if (!task_start(&l->task, &legacy_tls_task, c))
		legacy_tls_probe_end(l);
}
