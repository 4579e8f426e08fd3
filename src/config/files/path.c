/* path.c - paths as files give them, and patterns of them. */
#include "path.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char pattern_characters[] = "*?[]\\";

/* The folder, with its '/' at the end; "" for the current one. */
static struct view folder_of(const char *file)
{
	const char *slash = strrchr(file, '/');

	return (struct view){ file, slash != NULL ? (size_t)(slash - file) + 1 : 0 };
}

static const char *path_join(struct arena *arena, struct view folder, struct view name)
{
	char *joined = arena_alloc(arena, folder.n + name.n + 1);

	if (folder.n > 0)
		memcpy(joined, folder.p, folder.n);
	if (name.n > 0)
		memcpy(joined + folder.n, name.p, name.n);
	return joined;
}

static struct view escaped(struct arena *arena, struct view folder)
{
	char *text = arena_alloc(arena, folder.n * 2 + 1);
	size_t n = 0;

	for (size_t i = 0; i < folder.n; i++) {
		if (strchr(pattern_characters, folder.p[i]) != NULL)
			text[n++] = '\\';
		text[n++] = folder.p[i];
	}
	return (struct view){ text, n };
}

static bool path_is_absolute(struct view path)
{
	return path.n > 0 && path.p[0] == '/';
}

const char *path_beside(struct arena *arena, const char *file, struct view path)
{
	return path_join(arena, path_is_absolute(path) ? view_of(NULL) : folder_of(file),
			 path);
}

const char *pattern_beside(struct arena *arena, const char *file, struct view pattern)
{
	if (path_is_absolute(pattern))
		return arena_text(arena, pattern);
	return path_join(arena, escaped(arena, folder_of(file)), pattern);
}

static struct view current_folder(char dst[PATH_MAX + 1])
{
	size_t n;

	if (getcwd(dst, PATH_MAX) == NULL)
		return view_of(NULL);
	n = strlen(dst);
	if (dst[n - 1] != '/')
		dst[n++] = '/';
	return (struct view){ dst, n };
}

const char *path_absolute(struct arena *arena, const char *path)
{
	char folder[PATH_MAX + 1];

	if (path_is_absolute(view_of(path)))
		return path;
	return path_join(arena, current_folder(folder), view_of(path));
}

const char *pattern_absolute(struct arena *arena, const char *pattern)
{
	char folder[PATH_MAX + 1];

	if (path_is_absolute(view_of(pattern)))
		return pattern;
	return path_join(arena, escaped(arena, current_folder(folder)), view_of(pattern));
}

bool pattern_is(const char *pattern)
{
	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '\\' && pattern[1] != '\0')
			pattern++;
		else if (strchr("*?[", *pattern) != NULL)
			return true;
	}
	return false;
}

/* glob's error function takes no user pointer. */
static _Thread_local struct {
	int error;
	char folder[200];
} trouble;

static int remember_trouble(const char *folder, int error)
{
	/* What is not there, or is a file, matches nothing. */
	if (error == ENOENT || error == ENOTDIR)
		return 0;
	if (trouble.error == 0) {
		trouble.error = error;
		snprintf(trouble.folder, sizeof(trouble.folder), "%s", folder);
	}
	return 1;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* False: out of memory. */
static bool matches_take(char *const *texts, size_t count, struct matches *ret_matches)
{
	struct matches matches = { calloc(count + 1, sizeof(char *)), 0 };

	for (; matches.list != NULL && matches.count < count; matches.count++) {
		matches.list[matches.count] = strdup(texts[matches.count]);
		if (matches.list[matches.count] == NULL)
			break;
	}
	if (matches.list == NULL || matches.count < count) {
		matches_drop(matches.list);
		return false;
	}
	*ret_matches = matches;
	return true;
}

bool matches_of_one(const char *path, struct matches *ret_matches)
{
	return matches_take(&(char *const){ (char *)path }, 1, ret_matches);
}

bool pattern_match(const char *pattern, struct matches *ret_matches, char *error,
		   size_t cap)
{
	struct matches matches = { 0 };
	glob_t found = { 0 };
	bool kept = true;
	int failed;

	trouble.error = 0;
	trouble.folder[0] = '\0';
	failed = glob(pattern, GLOB_NOSORT, remember_trouble, &found);
	if (failed != 0 && failed != GLOB_NOMATCH) {
		snprintf(error, cap, "cannot search %s: %s", trouble.folder,
			 strerror(failed == GLOB_NOSPACE ? ENOMEM : trouble.error));
		globfree(&found);
		return false;
	}
	if (failed == 0 && found.gl_pathc > 0) {
		kept = matches_take(found.gl_pathv, found.gl_pathc, &matches);
		if (kept)
			qsort(matches.list, matches.count, sizeof(*matches.list), by_bytes);
	}
	globfree(&found);
	if (kept)
		*ret_matches = matches;
	else
		snprintf(error, cap, "cannot search %s: out of memory", pattern);
	return kept;
}

void matches_drop(void *list)
{
	char **texts = list;

	for (size_t i = 0; texts != NULL && texts[i] != NULL; i++)
		free(texts[i]);
	free(texts);
}

void matches_fini(struct matches *matches)
{
	matches_drop(matches->list);
	*matches = (struct matches){ 0 };
}
