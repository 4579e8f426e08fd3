/* sources.c - the configuration files of a load.
 *
 * libconfig parses one text at a time; including is done here, by opening each file once, so
 * that depth, cycles, kinds and rights are checked and every error has a place.
 */
#include "sources.h"

#include "memory.h"
#include "out_of_memory.h"
#include "reader.h"
#include "syntax.h"
#include "text_rules.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

static struct source *source_new(struct loader *l, const char *file,
				 const struct stamp *stamp)
{
	const char *kept = arena_text(&l->scratch, view_of(file));
	struct source *s;

	l->sources =
	    memory_room(l->sources, l->source_count, &l->source_cap, sizeof(*l->sources));
	s = memory_grow(NULL, 1, sizeof(*s));
	s->file = kept;
	s->stamp = *stamp;
	config_init(&s->tree);
	l->sources[l->source_count++] = s;
	return s;
}

void sources_fini(struct loader *l)
{
	for (size_t i = 0; i < l->source_count; i++) {
		config_destroy(&l->sources[i]->tree);
		free(l->sources[i]);
	}
	free(l->sources);
	l->sources = NULL;
	l->source_count = l->source_cap = 0;
}

/* libconfig 1.5 does not look whether it gets the memory it asks for. A setting costs it less than
 * this for each character of the text, which has one for at least every two ("1,"). The memory is
 * asked for and given back, for it to find. */
static void want_memory_for_tree(size_t text)
{
	enum { FOR_EACH_CHARACTER = 128, AT_LEAST = 128 * 1024 };
	void *reserve =
	    memory_grow(NULL, text + AT_LEAST / FOR_EACH_CHARACTER, FOR_EACH_CHARACTER);

	free(reserve);
}

/* libconfig's scanner knows a comment only by the end of its line, and no byte order mark. */
static bool parse_text(config_t *tree, struct view text)
{
	char *copy = memory_grow(NULL, text.n + 2, 1);
	size_t mark = text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	locale_t locale = uselocale((locale_t)0); /* it leaves another behind */
	bool parsed;

	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	copy[text.n] = '\n';
	copy[text.n + 1] = '\0';
	parsed = config_read_string(tree, copy + mark) == CONFIG_TRUE;
	uselocale(locale);
	free(copy);
	return parsed;
}

static bool sources_parse(struct loader *l, struct source *s, struct view text)
{
	if (!syntax_check(text, s->file, &l->errors))
		return false;
	want_memory_for_tree(text.n);
	if (parse_text(&s->tree, text))
		return true;
	errors_add(&l->errors,
		   (struct place){ s->file, (unsigned)config_error_line(&s->tree) }, "",
		   "%s", config_error_text(&s->tree));
	return false;
}

static void sources_read_file(struct loader *l, const char *path, struct place place,
			      unsigned depth);

static void read_includes(struct loader *l, struct texts all, size_t from, unsigned depth)
{
	for (size_t i = from; i < all.count; i++) {
		struct matches matches;

		if (!sources_match(l, &all.list[i], &matches))
			continue;
		out_of_memory_hold(matches_drop, matches.list);
		for (size_t k = 0; k < matches.count; k++)
			sources_read_file(l, matches.list[k], all.list[i].place, depth + 1);
		out_of_memory_let_go();
		matches_fini(&matches);
	}
}

static void sources_take_text(struct loader *l, struct source *s, struct view text,
			      unsigned depth)
{
	size_t includes = l->top.include.count;

	if (!sources_parse(l, s, text)) {
		/* Whatever else this file says is not known; do not read it as empty. */
		config_destroy(&s->tree);
		config_init(&s->tree);
		return;
	}
	reader_group(l, &sections[SECTION_FILE], &l->top, config_root_setting(&s->tree),
		     s->file, false);
	read_includes(l, l->top.include, includes, depth);
}

static const struct source *find_same(struct loader *l, const struct stamp *stamp)
{
	for (size_t i = 0; i < l->source_count; i++)
		if (stamp_same_file(&l->sources[i]->stamp, stamp))
			return l->sources[i];
	return NULL;
}

static void sources_read_file(struct loader *l, const char *path, struct place place,
			      unsigned depth)
{
	const struct source *same;
	struct file file;

	if (depth > CONFIG_INCLUDE_DEPTH_MAX) {
		errors_add(&l->errors, place, HINT("at most %d", CONFIG_INCLUDE_DEPTH_MAX),
			   "files include each other too deep");
		return;
	}
	if (!file_read(path, CONFIG_FILE_MAX, FILE_OWNED, &l->errors, place, &file))
		return;
	same = find_same(l, &file.stamp);
	if (same != NULL) {
		errors_add(
		    &l->errors, place,
		    "each file counts once; keep included files in a folder of their "
		    "own",
		    "%s is read already", QUOTE_NAME(view_of(path)));
	} else {
		watch_file(l->watch, path, &file.stamp);
		sources_take_text(l, source_new(l, path, &file.stamp),
				  (struct view){ file.text, file.size }, depth);
	}
	file_fini(&file);
}

void sources_read(struct loader *l, const char *path, struct place place)
{
	sources_read_file(l, path, place, 0);
}

void sources_read_text(struct loader *l, const char *shown, struct view text)
{
	sources_take_text(l, source_new(l, shown, &(struct stamp){ 0 }), text, 0);
}

bool sources_match(struct loader *l, const struct text *text, struct matches *ret_matches)
{
	const char *fault = path_fault(view_of(text->text)), *pattern;
	char error[300];

	if (fault != NULL) {
		errors_add(&l->errors, text->place, "", "the pattern %s %s",
			   QUOTE(view_of(text->text)), fault);
		return false;
	}
	if (l->no_files) {
		*ret_matches = (struct matches){ 0 };
		return true;
	}
	pattern = pattern_beside(&l->scratch, text->place.file, view_of(text->text));
	if (!pattern_is(text->text)) {
		const char *path =
		    path_beside(&l->scratch, text->place.file, view_of(text->text));

		if (!matches_of_one(path, ret_matches))
			out_of_memory();
		return true;
	}
	watch_pattern(l->watch, pattern);
	if (pattern_match(pattern, ret_matches, error, sizeof(error)))
		return true;
	errors_add(&l->errors, text->place,
		   "the user that runs this must be able to list the folder", "%s", error);
	return false;
}

void sources_each_group(struct loader *l, unsigned key,
			void (*take)(struct loader *, const config_setting_t *,
				     const char *))
{
	const char *name = sections[SECTION_FILE].keys[key].name;

	for (size_t i = 0; i < l->source_count; i++) {
		struct source *s = l->sources[i];
		const config_setting_t *list =
		    config_setting_get_member(config_root_setting(&s->tree), name);

		if (list == NULL || !config_setting_is_list(list))
			continue;
		for (int k = 0; k < config_setting_length(list); k++) {
			const config_setting_t *group =
			    config_setting_get_elem(list, (unsigned)k);

			if (config_setting_is_group(group))
				take(l, group, s->file);
		}
	}
}
