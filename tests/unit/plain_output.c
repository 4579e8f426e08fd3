/* plain_output.c - a second opinion: mbrtowc-like decoding by value, ranges from the Unicode
 * data files of what has no picture of its own.
 */
#include "plain_output.h"

#include <regex.h>
#include <string.h>

/* The code point at v.p and its length; 0 for broken UTF-8 (RFC 3629). */
static size_t decode(struct view v, uint32_t *ret_point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char c = (unsigned char)v.p[0];
	size_t n = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0;
	uint32_t point = n == 1 ? c : n == 0 ? 0 : c & (0x7fU >> n);

	if (n == 0 || n > v.n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)v.p[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | ((unsigned char)v.p[i] & 0x3fU);
	}
	if (point < least[n] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return 0;
	*ret_point = point;
	return n;
}

static const char *point_fault(uint32_t p)
{
	if (p < 0x20 || (p >= 0x7f && p < 0xa0))
		return "a control character";
	if (p == '<' || p == '>' || p == '&')
		return "markup";
	if ((p >= 0x200b && p <= 0x200f) || (p >= 0x2028 && p <= 0x202e) ||
	    (p >= 0x2060 && p <= 0x206f) || p == 0xfeff || p == 0xad || p == 0x61c)
		return "an invisible character";
	return NULL;
}

static const char *values_fault(struct view values)
{
	static const char form[] = "^( *[^ '=|]+=[^ '=|]+)* *$";
	char text[16384];
	regex_t r;
	int found;

	if (values.n >= sizeof(text))
		return "very long values";
	memcpy(text, values.p, values.n);
	text[values.n] = '\0';
	if (regcomp(&r, form, REG_EXTENDED | REG_NOSUB) != 0)
		return "no expression";
	found = regexec(&r, text, 0, NULL, 0);
	regfree(&r);
	return found == 0 ? NULL : "a bar that begins no performance values";
}

static const char *line_fault(struct view line)
{
	const char *bar = line.n > 0 ? memchr(line.p, '|', line.n) : NULL;
	const char *fault = NULL;

	if (bar != NULL)
		fault = values_fault(
		    (struct view){ bar + 1, line.n - (size_t)(bar - line.p) - 1 });
	while (line.n > 0 && fault == NULL) {
		uint32_t point = 0;
		size_t n = decode(line, &point);

		fault = n == 0 ? "broken UTF-8" : point_fault(point);
		line = view_skip(line, n);
	}
	return fault;
}

const char *plain_output_fault(struct view output)
{
	const char *fault = NULL;

	while (output.n > 0 && fault == NULL) {
		const char *end = memchr(output.p, '\n', output.n);
		struct view line = { output.p,
				     end != NULL ? (size_t)(end - output.p) : output.n };

		fault = line_fault(line);
		output = view_skip(output, line.n + 1);
	}
	return fault;
}
