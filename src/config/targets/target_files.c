/* target_files.c - which files there are and what they are. */
#include "target_files.h"

#include "out_of_memory.h"
#include "sources.h"

#include <string.h>

static bool ends(const char *path, const char *suffix)
{
	size_t n = strlen(path), m = strlen(suffix);

	return n >= m && strcmp(path + n - m, suffix) == 0;
}

/* Two patterns may match one file. */
static bool first_time(struct loader *l, struct name_table *seen, const char *path)
{
	size_t number;

	return name_table_add(seen, arena_text(&l->scratch, view_of(path)),
			      (struct place){ 0 }, &number);
}

static void target_files_read_file(struct loader *l, const char *path, struct place place)
{
	bool csv = ends(path, ".csv");
	struct file file;
	size_t mark;

	if (!csv && !ends(path, ".json")) {
		errors_add(&l->errors, place, "name it .json (Prometheus file_sd) or .csv",
			   "it cannot be told what kind of file %s is",
			   QUOTE_NAME(view_of(path)));
		return;
	}
	if (!file_read(path, CONFIG_TARGET_FILE_MAX, 0, &l->errors, place, &file))
		return;
	watch_file(l->watch, path, &file.stamp);
	path = arena_text(&l->scratch, view_of(path));
	mark = strncmp(file.text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	if (csv)
		target_csv_read(l, path, file.text + mark, file.size - mark);
	else
		target_json_read(l, path,
				 (struct view){ file.text + mark, file.size - mark });
	file_fini(&file);
}

static void seen_drop(void *seen)
{
	name_table_fini(seen);
}

void target_files_read(struct loader *l)
{
	struct name_table *seen = arena_alloc(&l->scratch, sizeof(*seen));

	out_of_memory_hold(seen_drop, seen);

	for (size_t i = 0; i < l->top.target_files.count; i++) {
		const struct text *pattern = &l->top.target_files.list[i];
		struct matches matches;

		if (!sources_match(l, pattern, &matches))
			continue;
		out_of_memory_hold(matches_drop, matches.list);
		for (size_t k = 0; k < matches.count; k++)
			if (first_time(l, seen, matches.list[k]))
				target_files_read_file(l, matches.list[k], pattern->place);
		out_of_memory_let_go();
		matches_fini(&matches);
	}
	out_of_memory_let_go();
	name_table_fini(seen);
}
