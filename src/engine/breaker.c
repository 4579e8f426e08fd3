/* breaker.c - a hash table of the logins that failed. */
#include "breaker.h"

#include "buffer.h"

#include <stdlib.h>

enum { BUCKETS = 256, FIRST_WAIT_S = 60, LONGEST_WAIT_S = 3600, REMEMBERED_S = 86400 };

struct breaker_entry {
	uint64_t key;
	struct breaker_mark mark;
	struct breaker_entry *next;
};

uint64_t breaker_key(const char *host, const char *user, const char *password)
{
	uint64_t key = view_hash(view_of(host));

	key = key * 31 + view_hash(view_of(user));
	return key * 31 + view_hash(view_of(password));
}

bool breaker_init(struct breaker *b)
{
	b->count = 0;
	b->table = calloc(BUCKETS, sizeof(struct breaker_entry *));
	return b->table != NULL;
}

void breaker_fini(struct breaker *b)
{
	for (size_t i = 0; b->table != NULL && i < BUCKETS; i++) {
		while (b->table[i] != NULL) {
			struct breaker_entry *e = b->table[i];

			b->table[i] = e->next;
			free(e);
		}
	}
	free(b->table);
	b->table = NULL;
}

bool breaker_is_empty(const struct breaker *b)
{
	return b->count == 0;
}

static struct breaker_entry **breaker_find(const struct breaker *b, uint64_t key)
{
	struct breaker_entry **at = &b->table[key % BUCKETS];

	while (*at != NULL && (*at)->key != key)
		at = &(*at)->next;
	return at;
}

bool breaker_allows(const struct breaker *b, uint64_t key, struct instant now,
		    struct instant *ret_until)
{
	const struct breaker_entry *e = *breaker_find(b, key);

	if (e == NULL || !instant_before(now, e->mark.until))
		return true;
	*ret_until = e->mark.until;
	return false;
}

const char *breaker_explanation(struct instant now, struct instant until,
				struct moment wall, char dst[BREAKER_EXPLANATION_MAX])
{
	struct span left = span_between(now, until);
	char span[SPAN_TEXT_MAX], date[MOMENT_TEXT_MAX];
	struct buffer b;

	/* Rounded up to whole seconds, so that the time is never too early. */
	left = span_of_ms(left.ns > 0 ? (left.ns + 999999999) / 1000000000 * 1000 : 0);
	moment_text((struct moment){ wall.ms + left.ns / 1000000 }, date);
	buffer_init(&b, dst, BREAKER_EXPLANATION_MAX);
	buffer_format(&b, "not tried, it failed lately; the next try is in %s (%s)",
		      span_text(left, span), date);
	return buffer_string(&b);
}

bool breaker_recall(const struct breaker *b, uint64_t key, struct breaker_mark *ret_mark)
{
	const struct breaker_entry *e = *breaker_find(b, key);

	if (e == NULL)
		return false;
	*ret_mark = e->mark;
	return true;
}

bool breaker_restore(struct breaker *b, uint64_t key, struct breaker_mark mark)
{
	struct breaker_entry **at = breaker_find(b, key), *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return false;
	e->key = key;
	e->mark = mark;
	*at = e;
	b->count++;
	return true;
}

static void breaker_remove(struct breaker *b, struct breaker_entry **at)
{
	struct breaker_entry *e = *at;

	*at = e->next;
	free(e);
	b->count--;
}

/* Only entries that share a bucket with the key: each failure cleans up one bucket. */
static void breaker_forget_old(struct breaker *b, uint64_t key, struct instant now)
{
	struct breaker_entry **at = &b->table[key % BUCKETS];
	struct span remembered = span_of_seconds(REMEMBERED_S);

	while (*at != NULL)
		if ((*at)->key != key &&
		    instant_before(instant_plus((*at)->mark.until, remembered), now))
			breaker_remove(b, at);
		else
			at = &(*at)->next;
}

void breaker_failed(struct breaker *b, uint64_t key, struct instant now)
{
	struct span first = span_of_seconds(FIRST_WAIT_S);
	struct span longest = span_of_seconds(LONGEST_WAIT_S);
	struct breaker_entry *e = *breaker_find(b, key);

	breaker_forget_old(b, key, now);
	if (e == NULL) {
		breaker_restore(b, key,
				(struct breaker_mark){ first, instant_plus(now, first) });
		return;
	}
	if (instant_before(now, e->mark.until))
		return; /* it was under way when another login failed: the same failure */
	e->mark.wait.ns *= 2;
	if (e->mark.wait.ns > longest.ns)
		e->mark.wait = longest;
	e->mark.until = instant_plus(now, e->mark.wait);
}

void breaker_passed(struct breaker *b, uint64_t key)
{
	struct breaker_entry **at = breaker_find(b, key);

	if (*at != NULL)
		breaker_remove(b, at);
}
