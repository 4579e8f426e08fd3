/* name_list.h - a file of host names: the customers' names that a shared host has certificates
 * for.
 *
 * One name a line, as it stands in the DNS; blank lines, and what stands behind '#', are
 * nothing. Capitals become small letters; a name that comes twice is an error.
 */
#ifndef MAILVANE_CONFIG_NAME_LIST_H
#define MAILVANE_CONFIG_NAME_LIST_H

#include "arena.h"
#include "file.h"

enum { NAME_LIST_MAX = 200000 };

struct name_list {
	const char *const *names; /* sorted by their bytes, each once */
	size_t count;             /* never 0 */
};

/* The names, in the arena. `file` is what errors call it; its text must outlive them. False,
 * with an error for each bad line, when one of them is no name or a name that came before, or
 * there is none at all. */
bool name_list_parse(struct view text, const char *file, struct arena *, struct errors *,
		     struct name_list *ret_list);

/* The same of a file of at most CONFIG_TARGET_FILE_MAX bytes, which others must not be able to
 * write; `place` is who names it. `path` must outlive the errors. */
bool name_list_read(const char *path, struct arena *, struct errors *, struct place place,
		    struct name_list *ret_list);

#endif
