/* plan.c - makes and frees plans, and finds what two plans have in common. */
#include "plan.h"

#include "out_of_memory.h"

#include <stdlib.h>
#include <string.h>

static void *or_die(void *p)
{
	if (p == NULL)
		out_of_memory();
	return p;
}

struct plan *plan_new(void)
{
	struct plan *p = or_die(calloc(1, sizeof(*p)));

	atomic_init(&p->holders, 1);
	arena_init(&p->arena);
	p->settings = (struct settings){
		.ehlo_name = "localhost.localdomain",
		.tls_min = TLS_VERSION_1_2,
		.threads = 1,
		.in_flight_max = 1000,
		.per_address_max = 4,
		.on_demand = { .max = 32,
			       .timeout = span_of_ms(10000),
			       .offset = span_of_ms(500) },
		.buckets = { 8,
			     { span_of_ms(50), span_of_ms(100), span_of_ms(250),
			       span_of_ms(500), span_of_ms(1000), span_of_ms(2500),
			       span_of_ms(5000), span_of_ms(10000) } },
	};
	policy_init(&p->settings.policy);
	p->services = builtin_services;
	p->service_count = builtin_service_count;
	return p;
}

struct plan *plan_hold(struct plan *p)
{
	if (p != NULL)
		atomic_fetch_add_explicit(&p->holders, 1, memory_order_relaxed);
	return p;
}

void plan_release(struct plan *p)
{
	if (p == NULL ||
	    atomic_fetch_sub_explicit(&p->holders, 1, memory_order_acq_rel) > 1)
		return;
	for (size_t i = 0; i < p->target_count; i++)
		slot_release(p->targets[i].slot);
	free(p->targets);
	for (size_t i = 0; i < p->name_check_count; i++) {
		name_results_release(p->name_checks[i].name_results);
		name_set_release(p->name_checks[i].name_set);
	}
	free(p->name_checks);
	arena_fini(&p->arena);
	free(p);
}

int target_order(const struct target *a, const struct target *b)
{
	int order = strcmp(a->server, b->server);

	return order != 0 ? order : strcmp(a->service->name, b->service->name);
}

static int compare_targets(const void *a, const void *b)
{
	return target_order(a, b);
}

/* Targets of one server with the same TLS name should show the same certificate. */
static void mark_compared(struct plan *p)
{
	for (size_t i = 0; i < p->target_count; i++) {
		struct target *t = &p->targets[i];

		if (t->addresses == ADDRESS_EACH)
			t->flags |= TARGET_COMPARED;
		for (struct target *next = t + 1; next < p->targets + p->target_count &&
						  strcmp(next->server, t->server) == 0;
		     next++)
			if (t->tls_name != NULL && next->tls_name != NULL &&
			    strcmp(next->tls_name, t->tls_name) == 0) {
				t->flags |= TARGET_COMPARED;
				next->flags |= TARGET_COMPARED;
			}
	}
}

const struct target *plan_set_targets(struct plan *p, const struct target *list,
				      size_t count)
{
	p->targets = or_die(calloc(count > 0 ? count : 1, sizeof(*list)));
	if (count > 0)
		memcpy(p->targets, list, count * sizeof(*list));
	qsort(p->targets, count, sizeof(*list), compare_targets);
	for (size_t i = 1; i < count; i++)
		if (target_order(&p->targets[i - 1], &p->targets[i]) == 0)
			return &p->targets[i];
	for (; p->target_count < count; p->target_count++)
		p->targets[p->target_count].slot = or_die(slot_new());
	mark_compared(p);
	return NULL;
}

size_t plan_find_server(const struct plan *p, const char *server)
{
	size_t low = 0, high = p->target_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(p->targets[middle].server, server) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool text_is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* A target with another password, or with a new token each hour, is unchanged. */
static bool account_is_same(const struct account *a, const struct account *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return text_is_same(a->user, b->user) && a->mechanism == b->mechanism &&
	       a->token == b->token;
}

static bool service_is_same(const struct service *a, const struct service *b)
{
	return a->protocol == b->protocol && a->port == b->port && a->tls == b->tls &&
	       a->tls_min == b->tls_min;
}

static bool target_is_same(const struct target *a, const struct target *b)
{
	if (a->label_count != b->label_count)
		return false;
	for (size_t i = 0; i < a->label_count; i++)
		if (!text_is_same(a->labels[i].name, b->labels[i].name) ||
		    !text_is_same(a->labels[i].value, b->labels[i].value))
			return false;
	return text_is_same(a->host, b->host) && text_is_same(a->tls_name, b->tls_name) &&
	       pins_same(a->pins, b->pins) && service_is_same(a->service, b->service) &&
	       account_is_same(a->account, b->account) &&
	       overrides_same(a->overrides, b->overrides) && a->addresses == b->addresses &&
	       ((a->flags ^ b->flags) & ~(unsigned)TARGET_COMPARED) == 0 &&
	       a->tls_min == b->tls_min && a->legacy_tls_minutes == b->legacy_tls_minutes &&
	       a->interval.ns == b->interval.ns &&
	       a->retry_interval.ns == b->retry_interval.ns &&
	       a->timeout.ns == b->timeout.ns;
}

/* --- names -------------------------------------------------------------------------------- */

static const struct target *plan_find_target(const struct plan *p, const char *server,
					     const char *service)
{
	size_t i = plan_find_server(p, server);

	for (; i < p->target_count && strcmp(p->targets[i].server, server) == 0; i++)
		if (strcmp(p->targets[i].service->name, service) == 0)
			return &p->targets[i];
	return NULL;
}

/* Targets of one plan are in one sorted array, so that their addresses have its order. */
static int compare_name_checks(const void *a, const void *b)
{
	const struct name_check *x = a, *y = b;

	return x->target < y->target ? -1 : x->target > y->target;
}

void plan_set_name_checks(struct plan *p, const struct name_check_options *list,
			  size_t count)
{
	p->name_checks = or_die(calloc(count > 0 ? count : 1, sizeof(*p->name_checks)));
	for (size_t i = 0; i < count; i++) {
		const struct name_check_options *options = &list[i];
		const struct target *t =
		    plan_find_target(p, options->server, options->service);

		struct name_results *name_results;

		if (t == NULL || t->service->tls == TLS_MODE_NONE)
			continue;
		name_results = or_die(name_results_new(options->name_set));
		p->name_checks[p->name_check_count++] = (struct name_check){
			.target = t,
			.name_results = name_results,
			.name_set = name_set_hold(options->name_set),
			.file = options->file,
			.interval = options->interval,
		};
	}
	qsort(p->name_checks, p->name_check_count, sizeof(*p->name_checks),
	      compare_name_checks);
}

const struct name_check *plan_find_name_check(const struct plan *p, const struct target *t)
{
	const struct name_check key = { .target = t };

	if (p->name_check_count == 0)
		return NULL;
	return bsearch(&key, p->name_checks, p->name_check_count, sizeof(key),
		       compare_name_checks);
}

void plan_load_name_results(struct plan *p)
{
	for (size_t i = 0; i < p->name_check_count; i++)
		name_results_load(p->name_checks[i].name_results,
				  p->name_checks[i].name_set);
}

/* Results of names stay valid as long as the host and the service are the same. */
static bool host_is_same(const struct target *a, const struct target *b)
{
	return text_is_same(a->host, b->host) && pins_same(a->pins, b->pins) &&
	       service_is_same(a->service, b->service);
}

static void inherit_name_results(struct plan *p, const struct plan *older)
{
	size_t i = 0, j = 0;

	while (i < p->name_check_count && j < older->name_check_count) {
		struct name_check *mine = &p->name_checks[i];
		const struct name_check *theirs = &older->name_checks[j];
		int order = target_order(mine->target, theirs->target);

		if (order == 0 && host_is_same(mine->target, theirs->target)) {
			name_results_release(mine->name_results);
			mine->name_results = name_results_hold(theirs->name_results);
		}
		i += order <= 0;
		j += order >= 0;
	}
}

void plan_inherit(struct plan *p, const struct plan *older)
{
	size_t i = 0, j = 0;

	inherit_name_results(p, older);

	while (i < p->target_count && j < older->target_count) {
		struct target *mine = &p->targets[i];
		const struct target *theirs = &older->targets[j];
		int order = target_order(mine, theirs);

		if (order == 0 && target_is_same(mine, theirs)) {
			slot_release(mine->slot);
			mine->slot = slot_hold(theirs->slot);
		}
		i += order <= 0;
		j += order >= 0;
	}
}
