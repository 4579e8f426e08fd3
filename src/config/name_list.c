/* name_list.c - lines to names: views first, then sorted, then each once into the arena. */
#include "name_list.h"

#include "host_name.h"
#include "memory.h"

#include <stdlib.h>
#include <string.h>

struct draft {
	struct view *list; /* in small letters */
	size_t count, cap;
};

/* Up to the end of the line, which is taken off *rest. */
static struct view next_line(struct view *rest)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	struct view line = { rest->p, end != NULL ? (size_t)(end - rest->p) : rest->n };

	*rest = view_skip(*rest, line.n + 1);
	return line;
}

static struct view name_of(struct view line)
{
	const char *comment = line.n > 0 ? memchr(line.p, '#', line.n) : NULL;

	if (comment != NULL)
		line.n = (size_t)(comment - line.p);
	else if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return view_trim(line);
}

static bool check(struct view name, struct errors *e, struct place place)
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

static void add(struct draft *d, struct view name, struct arena *arena)
{
	char *text = arena_text(arena, name);

	for (size_t i = 0; i < name.n; i++)
		text[i] = ascii_lower(text[i]);
	d->list = memory_room(d->list, d->count, &d->cap, sizeof(*d->list));
	d->list[d->count++] = (struct view){ text, name.n };
}

static bool read_lines(struct draft *d, struct view rest, struct arena *arena,
		       struct errors *e, struct place place)
{
	bool good = true;

	for (place.line = 1; rest.n > 0; place.line++) {
		struct view name = name_of(next_line(&rest));

		if (name.n == 0)
			continue;
		if (d->count == NAME_LIST_MAX) {
			errors_add(e, place, "", "more than %d names", NAME_LIST_MAX);
			return false;
		}
		if (check(name, e, place))
			add(d, name, arena);
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

static int by_text(const void *a, const void *b)
{
	const struct view *x = a, *y = b;

	return strcmp(x->p, y->p);
}

static void take(struct draft *d, struct arena *arena, struct name_list *ret_list)
{
	const char **names = arena_alloc(arena, d->count * sizeof(*names));
	size_t count = 0;

	qsort(d->list, d->count, sizeof(*d->list), by_text);
	for (size_t i = 0; i < d->count; i++)
		if (count == 0 || strcmp(names[count - 1], d->list[i].p) != 0)
			names[count++] = d->list[i].p;
	*ret_list = (struct name_list){ names, count };
}

bool name_list_parse(struct view text, const char *file, struct arena *arena,
		     struct errors *e, struct name_list *ret_list)
{
	struct draft draft = { 0 };
	bool good;

	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		text = view_skip(text, 3);
	good = read_lines(&draft, text, arena, e, (struct place){ file, 0 });
	if (good)
		take(&draft, arena, ret_list);
	free(draft.list);
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
