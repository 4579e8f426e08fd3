/* watch.c - stamps of what was read, and what the patterns match now. */
#include "watch.h"

#include "memory.h"
#include "path.h"

#include <stdlib.h>
#include <string.h>

void watch_init(struct watch *w)
{
	*w = (struct watch){ 0 };
	arena_init(&w->arena);
}

void watch_fini(struct watch *w)
{
	free(w->files);
	free(w->patterns);
	arena_fini(&w->arena);
	*w = (struct watch){ 0 };
}

static const char *watch_keep(struct watch *w, const char *path)
{
	const char *absolute = path_absolute(&w->arena, path);

	return absolute == path ? arena_text(&w->arena, view_of(path)) : absolute;
}

void watch_file(struct watch *w, const char *path, const struct stamp *stamp)
{
	w->files = memory_room(w->files, w->file_count, &w->file_cap, sizeof(*w->files));
	w->files[w->file_count++] = (struct watched){ watch_keep(w, path), *stamp };
}

void watch_pattern(struct watch *w, const char *pattern)
{
	const char *absolute = pattern_absolute(&w->arena, pattern);

	if (absolute == pattern)
		absolute = arena_text(&w->arena, view_of(pattern));
	w->patterns = memory_room(w->patterns, w->pattern_count, &w->pattern_cap,
				  sizeof(*w->patterns));
	w->patterns[w->pattern_count++] = absolute;
}

static int by_path(const void *a, const void *b)
{
	const struct watched *x = a, *y = b;

	return strcmp(x->path, y->path);
}

void watch_close(struct watch *w)
{
	if (w->file_count > 0)
		qsort(w->files, w->file_count, sizeof(*w->files), by_path);
}

static bool watch_is_known(const struct watch *w, const char *path)
{
	struct watched key = { .path = path };

	return w->file_count > 0 &&
	       bsearch(&key, w->files, w->file_count, sizeof(*w->files), by_path) != NULL;
}

static bool matches_new(const struct watch *w, const char *pattern)
{
	struct matches matches;
	bool new = false;
	char error[256];

	/* What cannot be searched any more was searched when it was loaded. */
	if (!pattern_match(pattern, &matches, error, sizeof(error)))
		return true;
	for (size_t i = 0; i < matches.count && !new; i++)
		new = !watch_is_known(w, matches.list[i]);
	matches_fini(&matches);
	return new;
}

bool watch_changed(const struct watch *w)
{
	struct stamp now;

	for (size_t i = 0; i < w->file_count; i++)
		if (!stamp_of(w->files[i].path, &now) ||
		    !stamp_same(&now, &w->files[i].stamp))
			return true;
	for (size_t i = 0; i < w->pattern_count; i++)
		if (matches_new(w, w->patterns[i]))
			return true;
	return false;
}
