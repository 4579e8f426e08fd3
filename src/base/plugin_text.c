/* plugin_text.c - see plugin_text.h. */
#include "plugin_text.h"

#include "printable.h"

#include <string.h>

static const char *harmless(char c)
{
	switch (c) {
	case '|':
		return "/";
	case '<':
		return "(";
	case '>':
		return ")";
	case '&':
		return "+";
	default:
		return NULL;
	}
}

void plugin_text_put(struct buffer *b, struct view text)
{
	bool in_controls = false;

	while (text.n > 0) {
		struct view bytes = { 0 };
		enum printable next = printable_next(&text, &bytes);
		const char *other = bytes.n == 1 ? harmless(bytes.p[0]) : NULL;

		if (next == PRINTABLE_SHOWN)
			buffer_put(b, other != NULL ? view_of(other) : bytes);
		else if (next == PRINTABLE_SPACE && !in_controls)
			buffer_text(b, " ");
		in_controls =
		    next != PRINTABLE_SHOWN && (in_controls || next == PRINTABLE_SPACE);
	}
}

const char *plugin_text_copy(char *dst, size_t cap, struct view text)
{
	size_t n = printable_copy(dst, cap, text);

	for (size_t i = 0; i < n; i++) {
		const char *other = harmless(dst[i]);

		if (other != NULL)
			dst[i] = *other;
	}
	return dst;
}

/* --- performance values --------------------------------------------------------------------- */

static bool plugin_text_is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

/* The characters of our own labels: services, addresses with a zone, names of files. */
static bool is_of_label(char c)
{
	return plugin_text_is_alphanumeric(c) || memchr("_-.:%/", c, 6) != NULL;
}

static bool is_of_value(char c)
{
	return plugin_text_is_alphanumeric(c) || memchr("+-.;:@~%", c, 8) != NULL;
}

static bool is_performance_value(struct view word)
{
	size_t i = 0, label;

	while (i < word.n && is_of_label(word.p[i]))
		i++;
	label = i;
	if (label == 0 || i == word.n || word.p[i++] != '=')
		return false;
	while (i < word.n && is_of_value(word.p[i]))
		i++;
	return i == word.n && i > label + 1;
}

bool plugin_text_is_values(struct view text)
{
	struct view word;

	while (view_next_word(&text, &word))
		if (!is_performance_value(word))
			return false;
	return true;
}

void plugin_text_put_summary(struct buffer *b, struct view line)
{
	const char *bar = line.n > 0 ? memrchr(line.p, '|', line.n) : NULL;
	size_t n = bar != NULL ? (size_t)(bar - line.p) : line.n;
	struct view values = view_skip(line, n + 1);

	if (bar == NULL || !plugin_text_is_values(values)) {
		plugin_text_put(b, line);
		return;
	}
	plugin_text_put(b, (struct view){ line.p, n });
	buffer_text(b, "|");
	buffer_put(b, values);
}
