/* name_list.c - lines to names: gathered with their lines, sorted, each found once. */
#include "name_list.h"

#include "host_name.h"
#include "memory.h"
#include "out_of_memory.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	const char *name; /* in small letters; the arena's */
	unsigned line;
};

struct draft {
	struct entry *list;
	size_t count, cap;
};

/* Up to the end of the line, which is taken off *rest. */
static struct view name_list_next_line(struct view *rest)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	struct view line = { rest->p, end != NULL ? (size_t)(end - rest->p) : rest->n };

	*rest = view_skip(*rest, line.n + 1);
	return line;
}

static struct view name_list_name_of(struct view line)
{
	const char *comment = line.n > 0 ? memchr(line.p, '#', line.n) : NULL;

	if (comment != NULL)
		line.n = (size_t)(comment - line.p);
	else if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return view_trim(line);
}

static bool name_list_check(struct view name, struct errors *e, struct place place)
{
	struct address address;
	const char *fault = host_fault(name);

	if (fault == NULL && !address_parse(name, 0, &address))
		return true;
	if (fault == NULL)
		errors_add(e, place,
			   "addresses are not asked for by SNI (RFC 6066 section 3)",
			   "%s is an address, not a name", QUOTE(name));
	else
		errors_add(e, place, "one host name a line; '#' begins a comment", "%s %s",
			   QUOTE(name), fault);
	return false;
}

static void name_list_add(struct draft *d, struct view name, unsigned line,
			  struct arena *arena)
{
	char *text = arena_text(arena, name);

	for (size_t i = 0; i < name.n; i++)
		text[i] = ascii_lower(text[i]);
	d->list = memory_room(d->list, d->count, &d->cap, sizeof(*d->list));
	d->list[d->count++] = (struct entry){ text, line };
}

static bool read_lines(struct draft *d, struct view rest, struct arena *arena,
		       struct errors *e, struct place place)
{
	bool good = true;

	for (place.line = 1; rest.n > 0; place.line++) {
		struct view name = name_list_name_of(name_list_next_line(&rest));

		if (name.n == 0)
			continue;
		if (d->count == NAME_LIST_MAX) {
			errors_add(e, place,
				   "give the server's names in several lists, to "
				   "servers of different names",
				   "more than %d names", NAME_LIST_MAX);
			return false;
		}
		if (name_list_check(name, e, place))
			name_list_add(d, name, place.line, arena);
		else
			good = false;
	}
	place.line = 0;
	if (good && d->count == 0) {
		errors_add(e, place, "one host name a line; '#' begins a comment",
			   "it has no name in it");
		return false;
	}
	return good;
}

static int name_list_by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

/* False, with an error for each that came before: somebody's list is not what it seems to be. */
static bool check_twice(const struct draft *d, struct errors *e, const char *file)
{
	const struct entry *first = &d->list[0];
	bool good = true;

	for (size_t i = 1; i < d->count; i++) {
		const struct entry *next = &d->list[i];

		if (strcmp(first->name, next->name) != 0) {
			first = next;
			continue;
		}
		errors_add(e, (struct place){ file, next->line },
			   "each name once: sort -fu", "%s stands on line %u already",
			   QUOTE(view_of(next->name)), first->line);
		good = false;
	}
	return good;
}

static void name_list_take(struct draft *d, struct arena *arena, struct name_list *ret_list)
{
	const char **names = arena_alloc(arena, d->count * sizeof(*names));

	for (size_t i = 0; i < d->count; i++)
		names[i] = d->list[i].name;
	*ret_list = (struct name_list){ names, d->count };
}

static void draft_drop(void *draft)
{
	free(((struct draft *)draft)->list);
}

bool name_list_parse(struct view text, const char *file, struct arena *arena,
		     struct errors *e, struct name_list *ret_list)
{
	struct draft *draft = arena_alloc(arena, sizeof(*draft));
	bool good;

	out_of_memory_hold(draft_drop, draft);
	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		text = view_skip(text, 3);
	good = read_lines(draft, text, arena, e, (struct place){ file, 0 });
	if (draft->count > 0)
		qsort(draft->list, draft->count, sizeof(*draft->list), name_list_by_name);
	good = good && check_twice(draft, e, file);
	if (good)
		name_list_take(draft, arena, ret_list);
	out_of_memory_let_go();
	draft_drop(draft);
	return good;
}

bool name_list_read(const char *path, struct arena *arena, struct errors *e,
		    struct place place, struct name_list *ret_list)
{
	struct file file;
	bool good;

	if (!file_read(path, CONFIG_TARGET_FILE_MAX, 0, e, place, &file))
		return false;
	good = name_list_parse((struct view){ file.text, file.size }, path, arena, e,
			       ret_list);
	file_fini(&file);
	return good;
}
