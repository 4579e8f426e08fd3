/* answer_cache.c - a hash table whose entries are also linked in a ring in the order of
 * their use. */
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
	struct query_type query_type;
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

static struct entry **find_cache_place(struct answer_cache *c, const char *name,
				       struct query_type query_type)
{
	struct entry **p =
	    &c->buckets[(view_hash(view_of(name)) + query_type.type + query_type.family) %
			BUCKETS];

	while (*p != NULL && (!query_type_equal((*p)->query_type, query_type) ||
			      strcmp((*p)->name, name) != 0))
		p = &(*p)->chain;
	return p;
}

static void ring_remove(struct entry *e)
{
	e->link.newer->older = e->link.older;
	e->link.older->newer = e->link.newer;
}

static void ring_add(struct answer_cache *c, struct entry *e)
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
	ring_remove(e);
	dns_records_release(e->records);
	free(e);
	c->count--;
}

static void drop_least_used(struct answer_cache *c)
{
	const struct entry *oldest = (struct entry *)c->ring.newer;

	answer_cache_drop(c, find_cache_place(c, oldest->name, oldest->query_type));
}

void answer_cache_free(struct answer_cache *c)
{
	if (c == NULL)
		return;
	while (c->count > 0)
		drop_least_used(c);
	free(c);
}

bool answer_cache_get(struct answer_cache *c, const char *name,
		      struct query_type query_type, struct instant now,
		      struct resolver_answer *ret_answer)
{
	struct entry **place = find_cache_place(c, name, query_type), *e = *place;

	if (e == NULL)
		return false;
	if (!instant_before(now, e->expires)) {
		answer_cache_drop(c, place);
		return false;
	}
	ring_remove(e);
	ring_add(c, e);
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

void answer_cache_put(struct answer_cache *c, const char *name,
		      struct query_type query_type, struct instant expires,
		      const struct resolver_answer *a)
{
	struct entry *e, **place;

	if (a->records != NULL && a->records->size > ANSWER_CACHE_RECORDS_MAX)
		return;
	e = answer_cache_make(name, a);
	if (e == NULL)
		return;
	answer_cache_drop(c, find_cache_place(c, name, query_type));
	if (c->count >= RESOLVER_CACHE_MAX)
		drop_least_used(c);
	e->query_type = query_type;
	e->expires = expires;
	place = find_cache_place(c, name, query_type);
	e->chain = *place;
	*place = e;
	ring_add(c, e);
	c->count++;
}

size_t answer_cache_count(const struct answer_cache *c)
{
	return c->count;
}
