/* csv.h - rows and cells of RFC 4180, in place.
 *
 * Lines end with LF or CRLF; a cell in quotes may hold commas, line ends and doubled quotes.
 * Empty lines and lines that begin with '#' are no rows.
 */
#ifndef MAILVANE_CONFIG_CSV_H
#define MAILVANE_CONFIG_CSV_H

#include "view.h"

enum { CSV_CELLS_MAX = 32 };

struct csv {
	char *next, *end;
	unsigned line; /* of next */
};

struct row {
	unsigned line;
	size_t count;
	struct view cells[CSV_CELLS_MAX];
	const char *fault; /* NULL, or what is wrong with it; the next row is read anyway */
};

/* The text is written to: doubled quotes become one. */
void csv_init(struct csv *, char *text, size_t n);

/* False at the end. The cells are lent from the text. */
bool csv_next(struct csv *, struct row *ret_row);

#endif
