/* answer_cache.c - a hash table whose entries also stand in a ring, the last used first. */
#include "answer_cache.h"

#include "buffer.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 2048 };

struct link {
	struct link *newer, *older;
};

struct entry {
	struct link link; /* first, so that a link is its entry */
	struct entry *chain;
	struct instant expires;
	struct wanted wanted;
	enum fault fault, missing_fault;
	/* Behind the addresses. */
	const char *name, *reason, *missing, *owner;
	struct dns_records *records; /* held */
	enum authenticity authenticity;
	bool denied;
	size_t count, more;
	struct address addresses[];
};

struct answer_cache {
	struct entry *buckets[BUCKETS];
	struct link ring; /* its older is the newest, its newer the oldest */
	size_t count;
};

struct answer_cache *answer_cache_new(void)
{
	struct answer_cache *c = calloc(1, sizeof(*c));

	if (c != NULL)
		c->ring.newer = c->ring.older = &c->ring;
	return c;
}

static struct entry **answer_cache_place_of(struct answer_cache *c, const char *name,
					    struct wanted wanted)
{
	struct entry **p =
	    &c->buckets[(view_hash(view_of(name)) + wanted.type + wanted.family) % BUCKETS];

	while (*p != NULL &&
	       (!wanted_equal((*p)->wanted, wanted) || strcmp((*p)->name, name) != 0))
		p = &(*p)->chain;
	return p;
}

static void leave_ring(struct entry *e)
{
	e->link.newer->older = e->link.older;
	e->link.older->newer = e->link.newer;
}

static void enter_ring(struct answer_cache *c, struct entry *e)
{
	e->link = (struct link){ &c->ring, c->ring.older };
	e->link.older->newer = &e->link;
	c->ring.older = &e->link;
}

static void answer_cache_drop(struct answer_cache *c, struct entry **place)
{
	struct entry *e = *place;

	if (e == NULL)
		return;
	*place = e->chain;
	leave_ring(e);
	dns_records_release(e->records);
	free(e);
	c->count--;
}

static void drop_oldest(struct answer_cache *c)
{
	const struct entry *oldest = (struct entry *)c->ring.newer;

	answer_cache_drop(c, answer_cache_place_of(c, oldest->name, oldest->wanted));
}

void answer_cache_free(struct answer_cache *c)
{
	if (c == NULL)
		return;
	while (c->count > 0)
		drop_oldest(c);
	free(c);
}

bool answer_cache_get(struct answer_cache *c, const char *name, struct wanted wanted,
		      struct instant now, struct resolver_answer *ret_answer)
{
	struct entry **place = answer_cache_place_of(c, name, wanted), *e = *place;

	if (e == NULL)
		return false;
	if (!instant_before(now, e->expires)) {
		answer_cache_drop(c, place);
		return false;
	}
	leave_ring(e);
	enter_ring(c, e);
	ret_answer->fault = e->fault;
	text_copy(ret_answer->reason, sizeof(ret_answer->reason), e->reason);
	text_copy(ret_answer->missing, sizeof(ret_answer->missing), e->missing);
	ret_answer->count = e->count;
	ret_answer->more = e->more;
	ret_answer->missing_fault = e->missing_fault;
	ret_answer->denied = e->denied;
	ret_answer->authenticity = e->authenticity;
	text_copy(ret_answer->name, sizeof(ret_answer->name), e->owner);
	ret_answer->records = e->records;
	memcpy(ret_answer->addresses, e->addresses, e->count * sizeof(e->addresses[0]));
	return true;
}

static const char *answer_cache_put_text(char **at, const char *text)
{
	size_t n = strlen(text) + 1;
	char *place = memcpy(*at, text, n);

	*at += n;
	return place;
}

static struct entry *answer_cache_make(const char *name, const struct resolver_answer *a)
{
	size_t addresses = a->count * sizeof(a->addresses[0]);
	size_t texts =
	    strlen(name) + strlen(a->reason) + strlen(a->missing) + strlen(a->name) + 4;
	struct entry *e = malloc(sizeof(*e) + addresses + texts);
	char *at;

	if (e == NULL)
		return NULL;
	*e = (struct entry){ .fault = a->fault,
			     .count = a->count,
			     .more = a->more,
			     .missing_fault = a->missing_fault };
	memcpy(e->addresses, a->addresses, addresses);
	at = (char *)e->addresses + addresses;
	e->name = answer_cache_put_text(&at, name);
	e->reason = answer_cache_put_text(&at, a->reason);
	e->missing = answer_cache_put_text(&at, a->missing);
	e->owner = answer_cache_put_text(&at, a->name);
	e->records = dns_records_hold(a->records);
	e->authenticity = a->authenticity;
	e->denied = a->denied;
	return e;
}

void answer_cache_put(struct answer_cache *c, const char *name, struct wanted wanted,
		      struct instant expires, const struct resolver_answer *a)
{
	struct entry *e, **place;

	if (a->records != NULL && a->records->size > ANSWER_CACHE_RECORDS_MAX)
		return;
	e = answer_cache_make(name, a);
	if (e == NULL)
		return;
	answer_cache_drop(c, answer_cache_place_of(c, name, wanted));
	if (c->count >= RESOLVER_CACHE_MAX)
		drop_oldest(c);
	e->wanted = wanted;
	e->expires = expires;
	place = answer_cache_place_of(c, name, wanted);
	e->chain = *place;
	*place = e;
	enter_ring(c, e);
	c->count++;
}

size_t answer_cache_count(const struct answer_cache *c)
{
	return c->count;
}
