/* result_queue.c - a list and a hash table of the same elements. */
#include "result_queue.h"

#include <stdlib.h>
#include <string.h>

void result_queue_init(struct result_queue *q)
{
	*q = (struct result_queue){ 0 };
}

void result_queue_fini(struct result_queue *q)
{
	struct queued_result *next;

	for (struct queued_result *n = q->oldest; n; n = next) {
		next = n->newer;
		queued_result_free(n);
	}
	result_queue_init(q);
}

static const char *result_queue_keep(char **at, const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = memcpy(*at, text, n);

	*at += n;
	return copy;
}

struct queued_result *queued_result_new(const struct target *t,
					const struct address *address)
{
	size_t size = strlen(t->server) + strlen(t->host) + strlen(t->tls_name) +
		      strlen(t->service->name) + 4;
	struct queued_result *n = calloc(1, sizeof(*n) + size);
	char *at;

	if (!n)
		return NULL;
	at = n->texts;
	n->target = *t;
	n->target.server = result_queue_keep(&at, t->server);
	n->target.host = result_queue_keep(&at, t->host);
	n->target.tls_name = result_queue_keep(&at, t->tls_name);
	n->target.pins = NULL;
	n->target.account = NULL;
	n->target.overrides = NULL;
	n->target.labels = NULL;
	n->target.label_count = 0;
	n->service = *t->service;
	n->service.name = result_queue_keep(&at, t->service->name);
	n->target.service = &n->service;
	n->target.slot = slot_hold(t->slot);
	n->address = *address;
	return n;
}

void queued_result_free(struct queued_result *n)
{
	if (!n)
		return;
	slot_release(n->target.slot);
	free(n);
}

/* Targets are identified by their slot, which stays the same in a new plan. */
static struct queued_result **result_queue_bucket_of(struct result_queue *q,
						     const struct slot *slot)
{
	uint64_t hash = (uint64_t)(uintptr_t)slot * 0x9e3779b97f4a7c15U;

	return &q->buckets[(hash >> 32) % RESULT_QUEUE_BUCKETS];
}

static struct queued_result **result_queue_find(struct result_queue *q,
						const struct slot *slot)
{
	struct queued_result **at = result_queue_bucket_of(q, slot);

	while (*at && (*at)->target.slot != slot)
		at = &(*at)->same_bucket;
	return at;
}

struct queued_result *queued_result_find(struct result_queue *q,
					 const struct target *target)
{
	return *result_queue_find(q, target->slot);
}

static void result_queue_add(struct result_queue *q, struct queued_result *n)
{
	struct queued_result **bucket = result_queue_bucket_of(q, n->target.slot);

	n->same_bucket = *bucket;
	*bucket = n;
	q->count++;
}

void queued_result_append(struct result_queue *q, struct queued_result *n)
{
	result_queue_add(q, n);
	n->newer = NULL;
	n->older = q->newest;
	*(q->newest ? &q->newest->newer : &q->oldest) = n;
	q->newest = n;
}

void queued_result_return(struct result_queue *q, struct queued_result *n)
{
	result_queue_add(q, n);
	n->older = NULL;
	n->newer = q->oldest;
	*(q->oldest ? &q->oldest->older : &q->newest) = n;
	q->oldest = n;
}

struct queued_result *queued_result_next(struct result_queue *q)
{
	struct queued_result *n = q->oldest, **at;

	if (!n)
		return NULL;
	at = result_queue_find(q, n->target.slot);
	*at = n->same_bucket;
	q->oldest = n->newer;
	*(q->oldest ? &q->oldest->older : &q->newest) = NULL;
	q->count--;
	return n;
}
