/* literal.c - finds "{12}" by reading the line backwards from its end. */
#include "literal.h"

static size_t literal_count(struct view digits)
{
	size_t n = 0;

	for (size_t i = 0; i < digits.n; i++) {
		if (n > SIZE_MAX / 10 - 1)
			return SIZE_MAX;
		n = n * 10 + (size_t)(digits.p[i] - '0');
	}
	return n;
}

bool literal_announced(struct view line, size_t *ret_at, size_t *ret_size)
{
	size_t end = line.n, start;

	if (end == 0 || line.p[--end] != '}')
		return false;
	if (end > 0 && line.p[end - 1] == '+')
		end--;
	for (start = end; start > 0 && ascii_is_digit(line.p[start - 1]);)
		start--;
	if (start == end || start == 0 || line.p[start - 1] != '{')
		return false;
	*ret_at = start - 1;
	*ret_size = literal_count((struct view){ line.p + start, end - start });
	return true;
}
