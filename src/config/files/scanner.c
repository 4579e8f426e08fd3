/* scanner.c - the rules of libconfig 1.5's scanner, longest match first.
 *
 * Names are [A-Za-z*][-A-Za-z0-9_*]*, numbers as in C with the suffixes L and LL (no octal),
 * comments # and // to the end of the line and the C kind, which does not nest.
 */
#include "scanner.h"

#include <string.h>

void scanner_init(struct scanner *s, struct view text)
{
	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		text = view_skip(text, 3);
	*s = (struct scanner){ .rest = text, .line = 1 };
}

static char char_at(struct view v, size_t i)
{
	return i < v.n ? v.p[i] : '\0';
}

static bool is_hex(char c)
{
	return ascii_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*';
}

static bool scanner_is_name(char c)
{
	return is_name_start(c) || ascii_is_digit(c) || c == '_' || c == '-';
}

static size_t scanner_run(struct view v, size_t i, bool (*is)(char))
{
	while (i < v.n && is(v.p[i]))
		i++;
	return i;
}

static size_t scanner_line_length(struct view v)
{
	const char *end = v.n > 0 ? memchr(v.p, '\n', v.n) : NULL;

	return end != NULL ? (size_t)(end - v.p) : v.n;
}

static struct token scanner_take(struct scanner *s, enum token_kind kind, size_t n)
{
	struct token t = { .kind = kind, .text = { s->rest.p, n }, .line = s->line };

	for (size_t i = 0; i < n; i++)
		s->line += s->rest.p[i] == '\n';
	s->rest = view_skip(s->rest, n);
	return t;
}

/* The bytes of a comment of the C kind; 0 when it is not closed. */
static size_t comment_length(struct view v)
{
	const char *end = memmem(v.p + 2, v.n - 2, "*/", 2);

	return end != NULL ? (size_t)(end - v.p) + 2 : 0;
}

/* Skips blanks and comments; false when a comment is not closed. */
static bool skip_space(struct scanner *s)
{
	for (;;) {
		char c = char_at(s->rest, 0);

		if (s->rest.n == 0)
			return true;
		if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
			scanner_take(s, TOKEN_END, 1);
		} else if (c == '#' || (c == '/' && char_at(s->rest, 1) == '/')) {
			scanner_take(s, TOKEN_END, scanner_line_length(s->rest));
		} else if (c == '/' && char_at(s->rest, 1) == '*') {
			size_t n = comment_length(s->rest);

			if (n == 0)
				return false;
			scanner_take(s, TOKEN_END, n);
		} else {
			return true;
		}
	}
}

static bool is_escaped_nul(struct view v)
{
	return (char_at(v, 1) == 'x' || char_at(v, 1) == 'X') && char_at(v, 2) == '0' &&
	       char_at(v, 3) == '0';
}

static struct token scanner_string(struct scanner *s)
{
	struct view v = s->rest;
	enum token_kind kind = TOKEN_STRING;
	size_t i = 1;

	while (i < v.n && v.p[i] != '"' && v.p[i] != '\n') {
		if (v.p[i] == '\\' && is_escaped_nul(view_skip(v, i)))
			kind = TOKEN_STRING_NUL;
		i += v.p[i] == '\\' &&
			     (char_at(v, i + 1) == '"' || char_at(v, i + 1) == '\\')
			 ? 2
			 : 1;
	}
	if (i >= v.n || v.p[i] == '\n')
		return scanner_take(s, TOKEN_STRING_UNCLOSED, i < v.n ? i : v.n);
	return scanner_take(s, kind, i + 1);
}

/* Where the exponent that starts at i ends; i when there is none. */
static size_t exponent(struct view v, size_t i)
{
	size_t digits = i + 1;

	if (char_at(v, i) != 'e' && char_at(v, i) != 'E')
		return i;
	digits += char_at(v, digits) == '+' || char_at(v, digits) == '-';
	return ascii_is_digit(char_at(v, digits)) ? scanner_run(v, digits, ascii_is_digit)
						  : i;
}

static size_t suffix(struct view v, size_t i)
{
	i += char_at(v, i) == 'L';
	return i > 0 && char_at(v, i - 1) == 'L' && char_at(v, i) == 'L' ? i + 1 : i;
}

static bool scanner_fits(struct view digits, unsigned base)
{
	uint64_t value = 0;

	for (size_t i = 0; i < digits.n && value <= INT32_MAX; i++) {
		char c = digits.p[i];

		value = value * base +
			(unsigned)(ascii_is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return value <= INT32_MAX;
}

static struct token integer(struct scanner *s, size_t from, size_t to, unsigned base)
{
	struct view digits = { s->rest.p + from, to - from };
	size_t end = suffix(s->rest, to);
	enum token_kind kind = end > to ? TOKEN_INTEGER64 : TOKEN_INTEGER;

	return scanner_take(s, scanner_fits(digits, base) ? kind : TOKEN_NUMBER_TOO_LARGE,
			    end);
}

/* A number, or a sign or point alone, which is foreign. */
static struct token scanner_number(struct scanner *s)
{
	struct view v = s->rest;
	size_t sign = char_at(v, 0) == '-' || char_at(v, 0) == '+';
	size_t whole = scanner_run(v, sign, ascii_is_digit), end = whole;

	if (char_at(v, 0) == '0' && (char_at(v, 1) | 0x20) == 'x' && is_hex(char_at(v, 2)))
		return integer(s, 2, scanner_run(v, 2, is_hex), 16);
	if (char_at(v, whole) == '.')
		end = exponent(v, scanner_run(v, whole + 1, ascii_is_digit));
	else if (whole > sign)
		end = exponent(v, whole);
	if (end > whole)
		return scanner_take(s, TOKEN_FLOAT, end);
	if (whole > sign)
		return integer(s, sign, whole, 10);
	return scanner_take(s, TOKEN_FOREIGN, 1);
}

static struct token scanner_word(struct scanner *s)
{
	struct view name = { s->rest.p, scanner_run(s->rest, 0, scanner_is_name) };
	bool is_bool = view_equal(name, "true") || view_equal(name, "false");

	return scanner_take(s, is_bool ? TOKEN_BOOL : TOKEN_NAME, name.n);
}

static struct token foreign(struct scanner *s)
{
	unsigned char c = (unsigned char)s->rest.p[0];
	size_t n = 1;

	if (c < 0x20 || c == 0x7f)
		return scanner_take(s, TOKEN_CONTROL, 1);
	/* A character of UTF-8 whole, for the message. */
	while (c >= 0xc0 && n < 4 && ((unsigned char)char_at(s->rest, n) & 0xc0) == 0x80)
		n++;
	return scanner_take(s, TOKEN_FOREIGN, n);
}

static struct token next(struct scanner *s)
{
	char c = char_at(s->rest, 0);

	if (s->rest.n == 0)
		return scanner_take(s, TOKEN_END, 0);
	if (is_name_start(c))
		return scanner_word(s);
	if (ascii_is_digit(c) || c == '-' || c == '+' || c == '.')
		return scanner_number(s);
	switch (c) {
	case '"':
		return scanner_string(s);
	case '=':
	case ':':
		return scanner_take(s, TOKEN_EQUALS, 1);
	case ',':
		return scanner_take(s, TOKEN_COMMA, 1);
	case ';':
		return scanner_take(s, TOKEN_SEMICOLON, 1);
	case '{':
	case '[':
	case '(':
		return scanner_take(s, TOKEN_OPEN, 1);
	case '}':
	case ']':
	case ')':
		return scanner_take(s, TOKEN_CLOSE, 1);
	case '@':
		/* The rest of the line: it is not to be looked at. */
		if (view_starts(s->rest, "@include"))
			return scanner_take(s, TOKEN_INCLUDE, scanner_line_length(s->rest));
		return foreign(s);
	default:
		return foreign(s);
	}
}

struct token scanner_next(struct scanner *s)
{
	const char *before = s->rest.p;
	struct token t;

	if (!skip_space(s))
		return scanner_take(s, TOKEN_COMMENT_UNCLOSED, s->rest.n);
	t = next(s);
	t.adjacent = t.text.p == before;
	return t;
}
