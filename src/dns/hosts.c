/* hosts.c - the file is read whole and sorted by name; a name is found by binary search. */
#include "hosts.h"

#include "file_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct host_entry {
	const char *name;
	size_t order; /* in the file */
	struct address address;
};

void hosts_init(struct hosts *h, const char *path)
{
	*h = (struct hosts){ .path = path };
}

void hosts_fini(struct hosts *h)
{
	free(h->entries);
	free(h->text);
	*h = (struct hosts){ .path = h->path };
}

static int hosts_compare(const void *a, const void *b)
{
	const struct host_entry *x = a, *y = b;
	int order = strcasecmp(x->name, y->name);

	if (order != 0)
		return order;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Doubles the room at each power of two. */
static bool hosts_add(struct hosts *h, const char *name, const struct address *address)
{
	if ((h->count & (h->count - 1)) == 0) {
		size_t room = h->count == 0 ? 1 : 2 * h->count;
		struct host_entry *more = realloc(h->entries, room * sizeof(*more));

		if (more == NULL)
			return false;
		h->entries = more;
	}
	h->entries[h->count] = (struct host_entry){ name, h->count, *address };
	h->count++;
	return true;
}

static void hosts_read_line(struct hosts *h, char *line)
{
	struct address address;
	char *rest, *word;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, " \t\r", &rest);
	if (word == NULL || !address_parse(view_of(word), 0, &address))
		return;
	while ((word = strtok_r(NULL, " \t\r", &rest)) != NULL)
		if (!hosts_add(h, word, &address))
			return;
}

void hosts_parse_text(struct hosts *h, char *text)
{
	char *line, *rest;

	free(h->entries);
	free(h->text);
	h->entries = NULL;
	h->count = 0;
	h->text = text;
	for (line = text != NULL ? strtok_r(text, "\n", &rest) : NULL; line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		hosts_read_line(h, line);
	if (h->count > 0)
		qsort(h->entries, h->count, sizeof(*h->entries), hosts_compare);
}

bool hosts_refresh(struct hosts *h)
{
	struct stat seen = h->seen;
	char *text;

	if (!file_changed(h->path, &h->seen)) {
		h->known = true;
	} else if (file_text_read(h->path, &text)) {
		hosts_parse_text(h, text);
		h->known = true;
	} else {
		h->seen = seen; /* to be tried again */
	}
	return h->known;
}

size_t hosts_find(const struct hosts *h, const char *name, struct address *ret, size_t max)
{
	size_t low = 0, high = h->count, n = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcasecmp(h->entries[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < h->count && n < max && strcasecmp(h->entries[low].name, name) == 0;
	     low++)
		ret[n++] = h->entries[low].address;
	return n;
}
