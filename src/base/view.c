/* view.c - ASCII only, whole words only. */
#include "view.h"

#include <string.h>

struct view view_of(const char *text)
{
	return (struct view){ text, text ? strlen(text) : 0 };
}

static bool view_same(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ascii_lower(a[i]) != ascii_lower(b[i]))
			return false;
	return true;
}

bool view_equal(struct view v, const char *word)
{
	size_t n = strlen(word);

	return v.n == n && view_same(v.p, word, n);
}

bool view_starts(struct view v, const char *prefix)
{
	size_t n = strlen(prefix);

	return v.n >= n && view_same(v.p, prefix, n);
}

bool view_has_word(struct view v, const char *word)
{
	struct view next;

	while (view_next_word(&v, &next))
		if (view_equal(next, word))
			return true;
	return false;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

bool view_next_word(struct view *rest, struct view *ret_word)
{
	size_t start = 0, end;

	while (start < rest->n && blank(rest->p[start]))
		start++;
	if (start == rest->n)
		return false;
	for (end = start; end < rest->n && !blank(rest->p[end]);)
		end++;
	*ret_word = (struct view){ rest->p + start, end - start };
	*rest = view_skip(*rest, end);
	return true;
}

struct view view_trim(struct view v)
{
	while (v.n > 0 && blank(v.p[0]))
		v = view_skip(v, 1);
	while (v.n > 0 && blank(v.p[v.n - 1]))
		v.n--;
	return v;
}

struct view view_skip(struct view v, size_t n)
{
	if (n >= v.n)
		return (struct view){ NULL, 0 };
	return (struct view){ v.p + n, v.n - n };
}

bool view_number(struct view v, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (v.n == 0)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		uint64_t digit = (uint64_t)(unsigned char)v.p[i] - '0';

		if (digit > 9 || digit > max || value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret_value = value;
	return true;
}

uint64_t view_hash(struct view v)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (size_t i = 0; i < v.n; i++)
		hash = (hash ^ (unsigned char)v.p[i]) * 0x100000001b3U;
	return hash;
}
