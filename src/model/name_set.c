/* name_set.c - one block of memory: the struct, the numbers in alphabetical order, the offsets in the
 * order of places, and the texts. */
#include "name_set.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct name_set {
	atomic_uint holders;
	size_t count;
	uint32_t *letters; /* numbers in alphabetical order */
	uint32_t *offsets; /* by number */
	char *texts;
};

/* The last letters of a name only change the lower bits of its FNV-1a hash, but the upper bits decide
 * the order: the finalizer of MurmurHash3 (Appleby) spreads them. */
static uint64_t name_set_place_of(struct view name)
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

static struct name_set *name_set_block_new(size_t count, size_t bytes)
{
	struct name_set *r =
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

static void name_set_fill(struct name_set *r, struct placed *list)
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

struct name_set *name_set_new(const char *const *names, size_t count)
{
	struct placed *list = malloc((count + 1) * sizeof(*list));
	struct name_set *r = NULL;
	size_t bytes = 0;

	for (size_t i = 0; list != NULL && i < count; i++) {
		list[i] =
		    (struct placed){ name_set_place_of(view_of(names[i])), names[i], 0 };
		bytes += strlen(names[i]) + 1;
	}
	if (list != NULL && bytes <= UINT32_MAX)
		r = name_set_block_new(count, bytes);
	if (r != NULL)
		name_set_fill(r, list);
	free(list);
	return r;
}

struct name_set *name_set_hold(struct name_set *r)
{
	if (r != NULL)
		atomic_fetch_add_explicit(&r->holders, 1, memory_order_relaxed);
	return r;
}

void name_set_release(struct name_set *r)
{
	if (r != NULL &&
	    atomic_fetch_sub_explicit(&r->holders, 1, memory_order_acq_rel) == 1)
		free(r);
}

size_t name_set_count(const struct name_set *r)
{
	return r->count;
}

const char *name_set_name(const struct name_set *r, size_t number)
{
	return r->texts + r->offsets[number];
}

uint64_t name_set_place(const struct name_set *r, size_t number)
{
	return name_set_place_of(view_of(name_set_name(r, number)));
}

size_t name_set_by_letters(const struct name_set *r, size_t rank)
{
	return r->letters[rank];
}

size_t name_set_at_place(const struct name_set *r, uint64_t place)
{
	size_t low = 0, high = r->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (name_set_place(r, middle) < place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool name_set_find(const struct name_set *r, struct view name, size_t *ret_number)
{
	char small[NAME_SET_NAME_MAX];
	uint64_t place;

	if (name.n == 0 || name.n >= sizeof(small))
		return false;
	for (size_t i = 0; i < name.n; i++)
		small[i] = ascii_lower(name.p[i]);
	small[name.n] = '\0';
	place = name_set_place_of((struct view){ small, name.n });
	for (size_t i = name_set_at_place(r, place); i < r->count; i++) {
		if (strcmp(name_set_name(r, i), small) == 0) {
			*ret_number = i;
			return true;
		}
		if (name_set_place(r, i) != place)
			break;
	}
	return false;
}

bool name_set_same(const struct name_set *a, const struct name_set *b)
{
	if (a == b)
		return true;
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(name_set_name(a, i), name_set_name(b, i)) != 0)
			return false;
	return true;
}
