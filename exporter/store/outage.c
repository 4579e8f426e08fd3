/* outage.c - a hash table of the servers that are unreachable; it is mostly empty. */
#include "outage.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1024 };

struct outage {
	struct outage *next;
	size_t services;
	bool reported;
	char server[];
};

struct outages {
	pthread_mutex_t lock; /* protects all but count */
	atomic_size_t count;
	struct outage *buckets[BUCKETS];
};

struct outages *outages_new(void)
{
	struct outages *o = calloc(1, sizeof(*o));

	if (o) {
		pthread_mutex_init(&o->lock, NULL);
		atomic_init(&o->count, 0);
	}
	return o;
}

static struct outage **outage_find(struct outages *o, const char *server)
{
	struct outage **at = &o->buckets[view_hash(view_of(server)) % BUCKETS];

	while (*at && strcmp((*at)->server, server) != 0)
		at = &(*at)->next;
	return at;
}

static void outage_remove(struct outages *o, struct outage **at)
{
	struct outage *gone = *at;

	*at = gone->next;
	free(gone);
	atomic_fetch_sub(&o->count, 1);
}

void outages_retain(struct outages *o, const struct plan *plan)
{
	pthread_mutex_lock(&o->lock);
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct outage **at = &o->buckets[i]; *at;) {
			size_t place = plan_find_server(plan, (*at)->server);

			if (place < plan->target_count &&
			    strcmp(plan->targets[place].server, (*at)->server) == 0)
				at = &(*at)->next;
			else
				outage_remove(o, at);
		}
	pthread_mutex_unlock(&o->lock);
}

void outages_free(struct outages *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while (o->buckets[i])
			outage_remove(o, &o->buckets[i]);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

bool outage_is_unreachable(enum state state, enum fault fault, enum phase phase)
{
	return state_is_bad(state) && !fault_is_ours(fault) && phase <= PHASE_CONNECT;
}

/* --- the services of a server ---------------------------------------------------------------- */

struct server_reachability {
	size_t services;
	bool unreachable, confirmed; /* of all services */
};

static void server_reachability_add(struct server_reachability *v, const struct target *t)
{
	struct record_figures figures[SLOT_RECORDS_MAX];
	uint8_t count = 0;

	slot_copy_figures(&t->slot, 1, 0, figures, SLOT_RECORDS_MAX, &count);
	v->services++;
	v->unreachable = v->unreachable && count > 0;
	for (size_t i = 0; i < count; i++) {
		const struct record_figures *b = &figures[i];

		v->unreachable =
		    v->unreachable &&
		    outage_is_unreachable((enum state)b->state, (enum fault)b->fault,
					  (enum phase)b->phase);
		v->confirmed = v->confirmed && b->announced != STATE_COUNT &&
			       state_is_bad((enum state)b->announced);
	}
}

static struct server_reachability server_reachability_of(const struct plan *plan,
							 const char *server)
{
	struct server_reachability v = { 0, true, true };

	for (size_t i = plan_find_server(plan, server);
	     i < plan->target_count && strcmp(plan->targets[i].server, server) == 0; i++)
		server_reachability_add(&v, &plan->targets[i]);
	return v;
}

/* --- changes -------------------------------------------------------------------------------------------- */

/* False: out of memory; then each service is logged for itself. */
static bool outage_begin(struct outages *o, const char *server)
{
	size_t n = strlen(server) + 1;
	struct outage *new = calloc(1, sizeof(*new) + n);

	if (!new)
		return false;
	memcpy(new->server, server, n);
	*outage_find(o, server) = new;
	atomic_fetch_add(&o->count, 1);
	return true;
}

static enum outage_change outage_report_if_confirmed(struct outage *outage,
						     const struct server_reachability *v,
						     size_t *ret_services)
{
	if (!v->confirmed)
		return OUTAGE_SUPPRESSED;
	outage->reported = true;
	outage->services = *ret_services = v->services;
	return OUTAGE_STARTED;
}

static enum outage_change outage_end(struct outages *o, struct outage **at,
				     size_t *ret_services)
{
	bool reported = (*at)->reported;

	*ret_services = (*at)->services;
	outage_remove(o, at);
	return reported ? OUTAGE_ENDED : OUTAGE_REVOKED;
}

static enum outage_change outage_update(struct outages *o, const struct plan *plan,
					const struct target *t, bool unreachable,
					bool newly_confirmed, size_t *ret_services)
{
	struct outage **at = outage_find(o, t->server);
	struct server_reachability v;

	if (*at && !unreachable)
		return outage_end(o, at, ret_services);
	if (*at && (!newly_confirmed || (*at)->reported))
		return newly_confirmed ? OUTAGE_SUPPRESSED : OUTAGE_NONE;
	if (!newly_confirmed)
		return OUTAGE_NONE;
	v = server_reachability_of(plan, t->server);
	if (v.services < 2 || !v.unreachable || (!*at && !outage_begin(o, t->server)))
		return OUTAGE_NONE;
	return outage_report_if_confirmed(*outage_find(o, t->server), &v, ret_services);
}

enum outage_change outages_update(struct outages *o, const struct plan *plan,
				  const struct target *t, const struct result *r,
				  const struct published *p, size_t *ret_services)
{
	bool unreachable = outage_is_unreachable(r->state, r->fault, r->phase);
	bool newly_confirmed = unreachable && p->announced != p->announced_before &&
			       p->announced != STATE_COUNT && state_is_bad(p->announced);
	enum outage_change change;

	if (!newly_confirmed && atomic_load(&o->count) == 0)
		return OUTAGE_NONE;
	pthread_mutex_lock(&o->lock);
	change = outage_update(o, plan, t, unreachable, newly_confirmed, ret_services);
	pthread_mutex_unlock(&o->lock);
	return change;
}

size_t outages_services(struct outages *o, const char *server)
{
	const struct outage *outage;
	size_t services = 0;

	if (atomic_load(&o->count) == 0)
		return 0;
	pthread_mutex_lock(&o->lock);
	outage = *outage_find(o, server);
	if (outage && outage->reported)
		services = outage->services;
	pthread_mutex_unlock(&o->lock);
	return services;
}
