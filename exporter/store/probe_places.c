/* probe_places.c - the list is short, so it is read from the front. */
#include "probe_places.h"

void probe_places_init(struct probe_places *p)
{
	pthread_mutex_init(&p->lock, NULL);
	p->n = 0;
	p->taken = 0;
}

void probe_places_fini(struct probe_places *p)
{
	pthread_mutex_destroy(&p->lock);
}

unsigned probe_places_share(unsigned max)
{
	return max > 1 ? max / 2 : 1;
}

/* p->n: not there. */
static size_t client_find(const struct probe_places *p, uint64_t client)
{
	size_t i = 0;

	while (i < p->n && p->list[i].client != client)
		i++;
	return i;
}

static enum probe_place client_take(struct probe_places *p, uint64_t client, unsigned max)
{
	size_t i = client_find(p, client);

	if (p->taken >= max || (i == p->n && p->n == PROBE_PLACES_MAX))
		return PROBE_PLACE_NONE;
	if (i == p->n) {
		p->list[p->n].client = client;
		p->list[p->n++].count = 0;
	}
	if (p->list[i].count >= probe_places_share(max))
		return PROBE_PLACE_NO_SHARE;
	p->list[i].count++;
	p->taken++;
	return PROBE_PLACE_TAKEN;
}

enum probe_place probe_places_take(struct probe_places *p, uint64_t client, unsigned max)
{
	enum probe_place place;

	pthread_mutex_lock(&p->lock);
	place = client_take(p, client, max);
	pthread_mutex_unlock(&p->lock);
	return place;
}

void probe_places_give_back(struct probe_places *p, uint64_t client)
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
