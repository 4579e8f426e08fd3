/* csv.c - rows and cells of RFC 4180. */
#include "csv.h"

#include <string.h>

void csv_init(struct csv *c, char *text, size_t n)
{
	*c = (struct csv){ .next = text, .end = text + n, .line = 1 };
}

static size_t left(const struct csv *c)
{
	return (size_t)(c->end - c->next);
}

static bool csv_char_is(const struct csv *c, size_t i, char ch)
{
	return i < left(c) && c->next[i] == ch;
}

static bool at_line_end(const struct csv *c)
{
	size_t i = csv_char_is(c, 0, '\r');

	return left(c) == i || csv_char_is(c, i, '\n');
}

static size_t csv_line_length(const struct csv *c)
{
	const char *end = left(c) > 0 ? memchr(c->next, '\n', left(c)) : NULL;

	return end != NULL ? (size_t)(end - c->next) : left(c);
}

static void csv_drop(struct csv *c, size_t n)
{
	for (; n > 0; n--)
		c->line += *c->next++ == '\n';
}

static void drop_line(struct csv *c)
{
	size_t n = csv_line_length(c);

	csv_drop(c, n < left(c) ? n + 1 : n);
}

static struct view plain_cell(struct csv *c, struct row *r)
{
	struct view cell = { c->next, 0 };
	size_t end = csv_line_length(c);

	while (cell.n < end && cell.p[cell.n] != ',') {
		if (cell.p[cell.n] == '"')
			r->fault = "has a '\"' inside a cell that does not begin with one";
		cell.n++;
	}
	csv_drop(c, cell.n);
	if (cell.n == end && cell.n > 0 && cell.p[cell.n - 1] == '\r')
		cell.n--;
	return cell;
}

static struct view quoted_cell(struct csv *c, struct row *r)
{
	char *to = c->next + 1;
	struct view cell = { to, 0 };

	csv_drop(c, 1);
	while (left(c) > 0 && (!csv_char_is(c, 0, '"') || csv_char_is(c, 1, '"'))) {
		*to++ = *c->next;
		csv_drop(c, csv_char_is(c, 0, '"') ? 2 : 1);
	}
	if (left(c) == 0)
		r->fault = "has a cell whose '\"' is never closed";
	else
		csv_drop(c, 1);
	cell.n = (size_t)(to - cell.p);
	return cell;
}

bool csv_next(struct csv *c, struct row *ret_row)
{
	struct row r = { 0 };

	while (left(c) > 0 && (at_line_end(c) || csv_char_is(c, 0, '#')))
		drop_line(c);
	if (left(c) == 0)
		return false;
	r.line = c->line;
	for (;;) {
		struct view cell =
		    csv_char_is(c, 0, '"') ? quoted_cell(c, &r) : plain_cell(c, &r);

		if (r.count < CSV_CELLS_MAX)
			r.cells[r.count++] = cell;
		else
			r.fault = "has more than 32 cells";
		if (!csv_char_is(c, 0, ','))
			break;
		csv_drop(c, 1);
	}
	if (!at_line_end(c) && r.fault == NULL)
		r.fault = "has something behind a closing '\"'";
	drop_line(c);
	*ret_row = r;
	return true;
}
