/* name_table.c - open addressing, at most two thirds full. */
#include "name_table.h"

#include "memory.h"
#include "suggest.h"

#include <stdlib.h>
#include <string.h>

/* Suggestions look at the first names only: enough for a person's list, cheap for a
 * machine's. */
enum { SIMILAR_MAX = 1000 };

void name_table_fini(struct name_table *n)
{
	free(n->list);
	free(n->table);
	*n = (struct name_table){ 0 };
}

static bool names_same(const char *a, struct view b)
{
	return strlen(a) == b.n && (b.n == 0 || memcmp(a, b.p, b.n) == 0);
}

/* Where the name is, or the free place it belongs to. */
static size_t *names_seat(const struct name_table *n, struct view text)
{
	size_t i = (size_t)view_hash(text) & (n->table_size - 1);

	while (n->table[i] != 0 && !names_same(n->list[n->table[i] - 1].text, text))
		i = (i + 1) & (n->table_size - 1);
	return &n->table[i];
}

static void names_widen(struct name_table *n)
{
	size_t size = n->table_size > 0 ? n->table_size * 2 : 64;
	size_t *table = memory_grow(NULL, size, sizeof(*table));

	memset(table, 0, size * sizeof(*table));
	free(n->table);
	n->table = table;
	n->table_size = size;
	for (size_t i = 0; i < n->count; i++)
		*names_seat(n, view_of(n->list[i].text)) = i + 1;
}

bool name_table_add(struct name_table *n, const char *text, struct place place,
		    size_t *ret_number)
{
	size_t *place_in_table;

	if (n->count >= n->table_size / 3 * 2)
		names_widen(n);
	place_in_table = names_seat(n, view_of(text));
	if (*place_in_table != 0) {
		*ret_number = *place_in_table - 1;
		return false;
	}
	n->list = memory_room(n->list, n->count, &n->cap, sizeof(*n->list));
	n->list[n->count] = (struct name){ text, place };
	*ret_number = n->count++;
	*place_in_table = n->count;
	return true;
}

bool name_table_find(const struct name_table *n, struct view text, size_t *ret_number)
{
	size_t number = n->table_size > 0 ? *names_seat(n, text) : 0;

	if (number == 0)
		return false;
	*ret_number = number - 1;
	return true;
}

const char *name_table_similar(const struct name_table *n, struct hint *h,
			       struct view typed, const char *fallback)
{
	const char *words[SIMILAR_MAX], *near;
	size_t count = n->count < SIMILAR_MAX ? n->count : SIMILAR_MAX;

	for (size_t i = 0; i < count; i++)
		words[i] = n->list[i].text;
	near = suggest_word(typed, words, count);
	if (near == NULL)
		return hint_format(h, "%s", fallback);
	return hint_format(h, "did you mean %s?", QUOTE(view_of(near)));
}
