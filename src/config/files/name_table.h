/* name_table.h - a set of names with their place, numbered in the order they came. */
#ifndef MAILVANE_NAME_TABLE_H
#define MAILVANE_NAME_TABLE_H

#include "errors.h"

/* Zeroed is empty. Compares bytes. The texts must outlive it. */
struct name_table {
	struct name *list;
	size_t count, cap;
	size_t *table; /* hashed; number + 1, 0: free */
	size_t table_size;
};

struct name {
	const char *text;
	struct place place;
};

void name_table_fini(struct name_table *);

/* False when it is there already; either way *ret_number is its number. */
bool name_table_add(struct name_table *, const char *text, struct place,
		    size_t *ret_number);
bool name_table_find(const struct name_table *, struct view text, size_t *ret_number);

/* "did you mean", as hint_similar. */
const char *name_table_similar(const struct name_table *, struct hint *, struct view typed,
			       const char *fallback);

#endif
