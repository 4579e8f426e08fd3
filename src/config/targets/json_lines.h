/* json_lines.h - where the parts of a file_sd text stand; the JSON library does not say.
 *
 * Walks along the text group by group, as its tree is read. The text must be valid JSON, a
 * list, or nothing sensible comes out.
 */
#ifndef MAILVANE_CONFIG_JSON_LINES_H
#define MAILVANE_CONFIG_JSON_LINES_H

#include "view.h"

struct line_list {
	unsigned *list;
	size_t count, cap;
};

struct json_lines {
	const char *next, *end;
	unsigned line;            /* of next */
	unsigned group;           /* where the group begins */
	struct line_list targets; /* of its elements */
	struct line_list labels;  /* of its names */
};

void json_lines_init(struct json_lines *, struct view text);
void json_lines_fini(struct json_lines *);

/* Goes to the next group of the list. */
void json_lines_next(struct json_lines *);

/* The line of an element, or of the group when it was not seen. */
unsigned json_lines_at(const struct json_lines *, const struct line_list *, size_t i);

#endif
