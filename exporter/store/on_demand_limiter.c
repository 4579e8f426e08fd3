/* on_demand_limiter.c - a short list, searched from its start. */
#include "on_demand_limiter.h"

void on_demand_limiter_init(struct on_demand_limiter *p)
{
	pthread_mutex_init(&p->lock, NULL);
	p->n = 0;
	p->taken = 0;
}

void on_demand_limiter_fini(struct on_demand_limiter *p)
{
	pthread_mutex_destroy(&p->lock);
}

unsigned on_demand_limiter_client_max(unsigned max)
{
	return max > 1 ? max / 2 : 1;
}

/* Returns p->n if the client is not in the list. */
static size_t client_find(const struct on_demand_limiter *p, uint64_t client)
{
	size_t i = 0;

	while (i < p->n && p->list[i].client != client)
		i++;
	return i;
}

static enum on_demand_permit client_take(struct on_demand_limiter *p, uint64_t client,
					 unsigned max)
{
	size_t i = client_find(p, client);

	if (p->taken >= max || (i == p->n && p->n == ON_DEMAND_LIMITER_MAX))
		return ON_DEMAND_ALL_IN_USE;
	if (i == p->n) {
		p->list[p->n].client = client;
		p->list[p->n++].count = 0;
	}
	if (p->list[i].count >= on_demand_limiter_client_max(max))
		return ON_DEMAND_CLIENT_AT_LIMIT;
	p->list[i].count++;
	p->taken++;
	return ON_DEMAND_GRANTED;
}

enum on_demand_permit on_demand_limiter_acquire(struct on_demand_limiter *p,
						uint64_t client, unsigned max)
{
	enum on_demand_permit place;

	pthread_mutex_lock(&p->lock);
	place = client_take(p, client, max);
	pthread_mutex_unlock(&p->lock);
	return place;
}

void on_demand_limiter_release(struct on_demand_limiter *p, uint64_t client)
{
	size_t i;

	pthread_mutex_lock(&p->lock);
	i = client_find(p, client);
	if (i < p->n) {
		p->taken--;
		if (--p->list[i].count == 0)
			p->list[i] = p->list[--p->n];
	}
	pthread_mutex_unlock(&p->lock);
}
