/* roll.c - one block: the list, then its offsets twice ordered, then the texts. */
#include "roll.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct roll {
	atomic_uint holders;
	size_t count;
	uint32_t *letters; /* numbers in the order of the names */
	uint32_t *offsets; /* by number */
	char *texts;
};

/* The bytes of FNV-1a that a name's last letters reach are the lower ones (Appleby's finalizer of
 * MurmurHash3 spreads them), and it is the upper ones that order. */
static uint64_t place_of(struct view name)
{
	uint64_t hash = view_hash(name);

	hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdU;
	hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53U;
	return hash ^ hash >> 33;
}

struct placed {
	uint64_t place;
	const char *name;
	uint32_t number;
};

static int by_place(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int by_letters(const void *a, const void *b)
{
	return strcmp(((const struct placed *)a)->name, ((const struct placed *)b)->name);
}

static struct roll *block_new(size_t count, size_t bytes)
{
	struct roll *r =
	    malloc(sizeof(*r) + 2 * count * sizeof(uint32_t) + (bytes > 0 ? bytes : 1));

	if (r == NULL)
		return NULL;
	atomic_init(&r->holders, 1);
	r->count = count;
	r->letters = (uint32_t *)(r + 1);
	r->offsets = r->letters + count;
	r->texts = (char *)(r->offsets + count);
	return r;
}

static void fill(struct roll *r, struct placed *list)
{
	uint32_t at = 0;

	qsort(list, r->count, sizeof(*list), by_place);
	for (size_t i = 0; i < r->count; i++) {
		size_t n = strlen(list[i].name) + 1;

		memcpy(r->texts + at, list[i].name, n);
		r->offsets[i] = at;
		at += (uint32_t)n;
		list[i].number = (uint32_t)i;
	}
	qsort(list, r->count, sizeof(*list), by_letters);
	for (size_t i = 0; i < r->count; i++)
		r->letters[i] = list[i].number;
}

struct roll *roll_new(const char *const *names, size_t count)
{
	struct placed *list = malloc((count + 1) * sizeof(*list));
	struct roll *r = NULL;
	size_t bytes = 0;

	for (size_t i = 0; list != NULL && i < count; i++) {
		list[i] = (struct placed){ place_of(view_of(names[i])), names[i], 0 };
		bytes += strlen(names[i]) + 1;
	}
	if (list != NULL && bytes <= UINT32_MAX)
		r = block_new(count, bytes);
	if (r != NULL)
		fill(r, list);
	free(list);
	return r;
}

struct roll *roll_hold(struct roll *r)
{
	if (r != NULL)
		atomic_fetch_add_explicit(&r->holders, 1, memory_order_relaxed);
	return r;
}

void roll_release(struct roll *r)
{
	if (r != NULL &&
	    atomic_fetch_sub_explicit(&r->holders, 1, memory_order_acq_rel) == 1)
		free(r);
}

size_t roll_count(const struct roll *r)
{
	return r->count;
}

const char *roll_name(const struct roll *r, size_t number)
{
	return r->texts + r->offsets[number];
}

uint64_t roll_place(const struct roll *r, size_t number)
{
	return place_of(view_of(roll_name(r, number)));
}

size_t roll_by_letters(const struct roll *r, size_t rank)
{
	return r->letters[rank];
}

size_t roll_at_place(const struct roll *r, uint64_t place)
{
	size_t low = 0, high = r->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (roll_place(r, middle) < place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool roll_find(const struct roll *r, struct view name, size_t *ret_number)
{
	char small[ROLL_NAME_MAX];
	uint64_t place;

	if (name.n == 0 || name.n >= sizeof(small))
		return false;
	for (size_t i = 0; i < name.n; i++)
		small[i] = ascii_lower(name.p[i]);
	small[name.n] = '\0';
	place = place_of((struct view){ small, name.n });
	for (size_t i = roll_at_place(r, place); i < r->count; i++) {
		if (strcmp(roll_name(r, i), small) == 0) {
			*ret_number = i;
			return true;
		}
		if (roll_place(r, i) != place)
			break;
	}
	return false;
}

bool roll_same(const struct roll *a, const struct roll *b)
{
	if (a == b)
		return true;
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(roll_name(a, i), roll_name(b, i)) != 0)
			return false;
	return true;
}
