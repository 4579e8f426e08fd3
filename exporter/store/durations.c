/* durations.c - a sorted table for each plan: first the services, then the targets. */
#include "durations.h"

#include "buffer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	const char *server; /* "": over all servers; both texts belong to the plan */
	const char *service;
	struct moment made;
	uint64_t sum_us;
	uint64_t *counts; /* buckets.count + 1 counters in the table's block */
};

struct table {
	struct plan *plan; /* a reference is held */
	struct entry *entries;
	size_t count, services; /* `services` of the `count` entries are of services */
	uint64_t *block;
};

struct durations {
	pthread_mutex_t lock;
	struct table table;
};

/* --- tables --------------------------------------------------------------------------------- */

static int by_names(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->server, y->server);

	return order != 0 ? order : strcmp(x->service, y->service);
}

static struct entry *durations_find(const struct table *t, const char *server,
				    const char *service)
{
	const struct entry key = { .server = server, .service = service };

	if (t->count == 0)
		return NULL;
	return bsearch(&key, t->entries, t->count, sizeof(key), by_names);
}

static void table_fini(struct table *t)
{
	plan_release(t->plan);
	free(t->entries);
	free(t->block);
}

static bool has_service(const struct table *t, const char *service)
{
	for (size_t i = 0; i < t->services; i++)
		if (strcmp(t->entries[i].service, service) == 0)
			return true;
	return false;
}

/* The number of services is limited by the plan's services. */
static size_t services_max(const struct plan *plan)
{
	return plan->service_count + 1;
}

/* Targets with the same service mostly share its struct. */
static void add_services(struct table *t)
{
	const struct service *last = NULL;

	for (size_t i = 0; i < t->plan->target_count; i++) {
		const struct service *service = t->plan->targets[i].service;

		if (service != last && t->services < services_max(t->plan) &&
		    !has_service(t, service->name))
			t->entries[t->services++] =
			    (struct entry){ .server = "", .service = service->name };
		last = service;
	}
	t->count = t->services;
}

static bool wants_own(const struct target *target)
{
	return (target->flags & TARGET_HISTOGRAM) != 0;
}

static void add_targets(struct table *t)
{
	for (size_t i = 0; i < t->plan->target_count; i++) {
		const struct target *target = &t->plan->targets[i];

		if (wants_own(target))
			t->entries[t->count++] =
			    (struct entry){ .server = target->server,
					    .service = target->service->name };
	}
}

static size_t entries_needed(const struct plan *plan)
{
	size_t own = 0;

	for (size_t i = 0; i < plan->target_count; i++)
		own += wants_own(&plan->targets[i]);
	return own + services_max(plan);
}

static bool table_init(struct table *t, struct plan *plan)
{
	size_t room = entries_needed(plan), each = plan->settings.buckets.count + 1;
	struct moment now = moment_now();

	*t = (struct table){ .plan = plan_hold(plan),
			     .entries = calloc(room, sizeof(*t->entries)),
			     .block = calloc(room * each, sizeof(*t->block)) };
	if (!t->entries || !t->block) {
		table_fini(t);
		return false;
	}
	if (plan->settings.buckets.count > 0) {
		add_services(t);
		add_targets(t);
	}
	qsort(t->entries, t->count, sizeof(*t->entries), by_names);
	for (size_t i = 0; i < t->count; i++) {
		t->entries[i].made = now;
		t->entries[i].counts = &t->block[i * each];
	}
	return true;
}

static void inherit(struct table *t, const struct table *older)
{
	const struct buckets *buckets = &t->plan->settings.buckets;

	if (!older->plan || !buckets_equal(buckets, &older->plan->settings.buckets))
		return;
	for (size_t i = 0; i < t->count; i++) {
		struct entry *e = &t->entries[i];
		const struct entry *old = durations_find(older, e->server, e->service);

		if (!old)
			continue;
		e->made = old->made;
		e->sum_us = old->sum_us;
		memcpy(e->counts, old->counts, (buckets->count + 1) * sizeof(*e->counts));
	}
}

/* --- counting ------------------------------------------------------------------------------- */

struct durations *durations_new(void)
{
	struct durations *d = calloc(1, sizeof(*d));

	if (d)
		pthread_mutex_init(&d->lock, NULL);
	return d;
}

void durations_free(struct durations *d)
{
	if (!d)
		return;
	table_fini(&d->table);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

void durations_load(struct durations *d, struct plan *plan)
{
	struct table fresh, old;

	if (!table_init(&fresh, plan))
		return;
	pthread_mutex_lock(&d->lock);
	inherit(&fresh, &d->table);
	old = d->table;
	d->table = fresh;
	pthread_mutex_unlock(&d->lock);
	table_fini(&old);
}

static void durations_count(struct entry *e, unsigned bucket, struct span took)
{
	if (!e)
		return;
	e->counts[bucket]++;
	e->sum_us += (uint64_t)(took.ns / 1000);
}

void durations_put(struct durations *d, const struct target *target, struct span took)
{
	unsigned bucket;

	if (took.ns < 0)
		return;
	pthread_mutex_lock(&d->lock);
	if (d->table.count > 0) {
		bucket = bucket_of(&d->table.plan->settings.buckets, took);
		durations_count(durations_find(&d->table, "", target->service->name),
				bucket, took);
		if (wants_own(target))
			durations_count(durations_find(&d->table, target->server,
						       target->service->name),
					bucket, took);
	}
	pthread_mutex_unlock(&d->lock);
}

/* --- copies --------------------------------------------------------------------------------- */

static void durations_copy(const struct table *t, const struct entry *e,
			   struct histogram *ret_histogram)
{
	const struct buckets *buckets = &t->plan->settings.buckets;

	*ret_histogram =
	    (struct histogram){ .buckets = *buckets, .sum_us = e->sum_us, .made = e->made };
	memcpy(ret_histogram->counts, e->counts, (buckets->count + 1) * sizeof(*e->counts));
}

bool durations_of(struct durations *d, const struct target *target,
		  struct histogram *ret_histogram)
{
	const struct entry *e;

	if (!d || !wants_own(target))
		return false;
	pthread_mutex_lock(&d->lock);
	e = durations_find(&d->table, target->server, target->service->name);
	if (e)
		durations_copy(&d->table, e, ret_histogram);
	pthread_mutex_unlock(&d->lock);
	return e != NULL;
}

size_t durations_of_services(struct durations *d, struct service_durations **ret_list)
{
	struct service_durations *list;
	size_t n;

	if (!d)
		return 0;
	pthread_mutex_lock(&d->lock);
	n = d->table.services;
	list = n > 0 ? calloc(n, sizeof(*list)) : NULL;
	for (size_t i = 0; list && i < n; i++) {
		const struct entry *e = &d->table.entries[i];

		text_copy(list[i].service, sizeof(list[i].service), e->service);
		durations_copy(&d->table, e, &list[i].histogram);
	}
	pthread_mutex_unlock(&d->lock);
	if (!list)
		return 0;
	*ret_list = list;
	return n;
}

static void durations_on_result(void *user, const struct filed_result *filed)
{
	durations_put(user, filed->target, filed->result->took);
}

const struct listener_calls durations_calls = { .result = durations_on_result };
