/* names.h - a set of names with their place, numbered in the order they came. */
#ifndef MAILVANE_CONFIG_NAMES_H
#define MAILVANE_CONFIG_NAMES_H

#include "errors.h"

/* Zeroed is empty. Compares bytes. The texts must outlive it. */
struct names {
	struct name *list;
	size_t count, cap;
	size_t *table; /* hashed; number + 1, 0: free */
	size_t table_size;
};

struct name {
	const char *text;
	struct place place;
};

void names_fini(struct names *);

/* False when it is there already; either way *ret_number is its number. */
bool names_add(struct names *, const char *text, struct place, size_t *ret_number);
bool names_find(const struct names *, struct view text, size_t *ret_number);

/* "did you mean", as hint_similar. */
const char *names_similar(const struct names *, struct hint *, struct view typed,
			  const char *fallback);

#endif
