/* lexer.c - one line of a scenario file as words. */
#include "lexer.h"

#include <ctype.h>
#include <string.h>

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* *at stands behind the backslash. */
static bool unescape(struct view line, size_t *at, char *ret_byte)
{
	static const char letters[] = "rnt0\\\"", bytes[] = "\r\n\t\0\\\"";
	const char *found;

	if (*at >= line.n)
		return false;
	if (line.p[*at] == 'x' && *at + 2 < line.n) {
		int high = hex_digit(line.p[*at + 1]), low = hex_digit(line.p[*at + 2]);

		*at += 3;
		*ret_byte = (char)(high * 16 + low);
		return high >= 0 && low >= 0;
	}
	found = memchr(letters, line.p[*at], sizeof(letters) - 1);
	if (found == NULL)
		return false;
	*ret_byte = bytes[found - letters];
	*at += 1;
	return true;
}

/* *at stands on the opening quote, afterwards behind the closing one. */
static bool quoted(struct view line, size_t *at, char *text, size_t *n,
		   const char **ret_error)
{
	for (*at += 1; *at < line.n && line.p[*at] != '"';) {
		char c = line.p[*at];

		*at += 1;
		if (c == '\\' && !unescape(line, at, &c)) {
			*ret_error =
			    "unknown escape; known are \\r \\n \\t \\0 \\xHH \\\\ \\\"";
			return false;
		}
		text[(*n)++] = c;
	}
	if (*at >= line.n) {
		*ret_error = "the closing quote is missing";
		return false;
	}
	*at += 1;
	return true;
}

static bool lex_word(struct view line, size_t *at, char *text, struct word *ret_word,
		     const char **ret_error)
{
	size_t n = 0, key = 0;
	bool keyed = false, text_only = line.p[*at] == '"';

	while (*at < line.n && !blank(line.p[*at])) {
		if (line.p[*at] == '"') {
			if (!quoted(line, at, text, &n, ret_error))
				return false;
			continue;
		}
		if (line.p[*at] == '=' && !keyed && !text_only) {
			keyed = true;
			key = n;
		}
		text[n++] = line.p[(*at)++];
	}
	text[n] = '\0';
	ret_word->key = (struct view){ text, key };
	ret_word->value =
	    keyed ? (struct view){ text + key + 1, n - key - 1 } : (struct view){ text, n };
	return true;
}

bool lexer_line(struct arena *arena, struct view line, struct word *ret_words,
		size_t *ret_count, const char **ret_error)
{
	size_t count = 0;

	for (size_t at = 0;;) {
		while (at < line.n && blank(line.p[at]))
			at++;
		if (at >= line.n || line.p[at] == '#')
			break;
		if (count == LEXER_WORDS_MAX) {
			*ret_error = "too many words in a line";
			return false;
		}
		if (!lex_word(line, &at, arena_alloc(arena, line.n - at + 1),
			      &ret_words[count], ret_error))
			return false;
		count++;
	}
	*ret_count = count;
	return true;
}
