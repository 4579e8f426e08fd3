/* news.c - a list and a hash table over the same elements. */
#include "news.h"

#include <stdlib.h>
#include <string.h>

void news_queue_init(struct news_queue *q)
{
	*q = (struct news_queue){ 0 };
}

void news_queue_fini(struct news_queue *q)
{
	struct news *next;

	for (struct news *n = q->oldest; n; n = next) {
		next = n->newer;
		news_free(n);
	}
	news_queue_init(q);
}

static const char *keep(char **at, const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = memcpy(*at, text, n);

	*at += n;
	return copy;
}

struct news *news_new(const struct target *t, const struct address *address)
{
	size_t size = strlen(t->server) + strlen(t->host) + strlen(t->tls_name) +
		      strlen(t->service->name) + 4;
	struct news *n = calloc(1, sizeof(*n) + size);
	char *at;

	if (!n)
		return NULL;
	at = n->texts;
	n->target = *t;
	n->target.server = keep(&at, t->server);
	n->target.host = keep(&at, t->host);
	n->target.tls_name = keep(&at, t->tls_name);
	n->target.pins = NULL;
	n->target.account = NULL;
	n->target.overrides = NULL;
	n->target.labels = NULL;
	n->target.label_count = 0;
	n->service = *t->service;
	n->service.name = keep(&at, t->service->name);
	n->target.service = &n->service;
	n->target.slot = slot_hold(t->slot);
	n->address = *address;
	return n;
}

void news_free(struct news *n)
{
	if (!n)
		return;
	slot_release(n->target.slot);
	free(n);
}

/* A slot is the target, whatever plan it is in. */
static struct news **bucket_of(struct news_queue *q, const struct slot *slot)
{
	uint64_t hash = (uint64_t)(uintptr_t)slot * 0x9e3779b97f4a7c15U;

	return &q->buckets[(hash >> 32) % NEWS_BUCKETS];
}

static struct news **find(struct news_queue *q, const struct slot *slot)
{
	struct news **at = bucket_of(q, slot);

	while (*at && (*at)->target.slot != slot)
		at = &(*at)->same_bucket;
	return at;
}

struct news *news_find(struct news_queue *q, const struct target *target)
{
	return *find(q, target->slot);
}

static void add(struct news_queue *q, struct news *n)
{
	struct news **bucket = bucket_of(q, n->target.slot);

	n->same_bucket = *bucket;
	*bucket = n;
	q->count++;
}

void news_append(struct news_queue *q, struct news *n)
{
	add(q, n);
	n->newer = NULL;
	n->older = q->newest;
	*(q->newest ? &q->newest->newer : &q->oldest) = n;
	q->newest = n;
}

void news_return(struct news_queue *q, struct news *n)
{
	add(q, n);
	n->older = NULL;
	n->newer = q->oldest;
	*(q->oldest ? &q->oldest->older : &q->newest) = n;
	q->oldest = n;
}

struct news *news_next(struct news_queue *q)
{
	struct news *n = q->oldest, **at;

	if (!n)
		return NULL;
	at = find(q, n->target.slot);
	*at = n->same_bucket;
	q->oldest = n->newer;
	*(q->oldest ? &q->oldest->older : &q->newest) = NULL;
	q->count--;
	return n;
}
