/* path.h - paths as files give them, and patterns of them. */
#ifndef MAILVANE_CONFIG_PATH_H
#define MAILVANE_CONFIG_PATH_H

#include "arena.h"

/* `path` as seen from the folder of `file`; an absolute one stays as it is. */
const char *path_beside(struct arena *, const char *file, struct view path);

/* From the root, as long as the process may say where it is; else as it was. */
const char *path_absolute(struct arena *, const char *path);

/* As path_beside and path_absolute, for patterns: characters of the folder's name that have
 * a meaning in patterns lose it. */
const char *pattern_beside(struct arena *, const char *file, struct view pattern);
const char *pattern_absolute(struct arena *, const char *pattern);

/* Does it have one of * ? [ unescaped? */
bool pattern_is(const char *);

/* The paths that match, sorted by their bytes. */
struct matches {
	char **list; /* with a NULL behind them; NULL: none */
	size_t count;
};

/* False, with the folder and errno's words in a sentence, when a folder cannot be searched;
 * what matched elsewhere is not given. No match is no failure. */
bool pattern_match(const char *pattern, struct matches *ret_matches, char *error,
		   size_t cap);
/* Of a path that is no pattern. False: out of memory. */
bool matches_of_one(const char *path, struct matches *ret_matches);
void matches_fini(struct matches *);
/* Of its list alone, for out_of_memory_hold. */
void matches_drop(void *list);

#endif
