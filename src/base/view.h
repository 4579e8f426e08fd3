/* view.h - a borrowed run of bytes, and whole-word questions about it.
 *
 * What a peer sent is never a C string: it may hold NUL and it ends where it ends.
 * All comparisons ignore ASCII case, as mail protocols do, and no locale is asked.
 */
#ifndef MAILVANE_VIEW_H
#define MAILVANE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Borrowed: valid as long as what it points into. p may be NULL when n is 0. */
struct view {
	const char *p;
	size_t n;
};

/* The bytes of a C string without its NUL; NULL gives the empty view. */
struct view view_of(const char *text);

/* Of ASCII only, whatever the locale. */
static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Ignoring ASCII case. */
bool view_equal(struct view, const char *word);
bool view_starts(struct view, const char *prefix);

/* True if one of the blank-separated words of the view is `word`. */
bool view_has_word(struct view, const char *word);

/* Takes the next word (separated by spaces and tabs) off the front of *rest.
 * False, and *ret_word untouched, when no word is left. */
bool view_next_word(struct view *rest, struct view *ret_word);

/* Without spaces and tabs at both ends. */
struct view view_trim(struct view);

/* What remains behind the first n bytes; empty if there are fewer. */
struct view view_skip(struct view, size_t n);

/* A decimal number of digits only. False (and *ret_value untouched) when empty, when it has
 * another character or when it is above max. */
bool view_number(struct view, uint64_t max, uint64_t *ret_value);

/* 64-bit FNV-1a; the same on every machine and in every run. */
uint64_t view_hash(struct view);

#endif
