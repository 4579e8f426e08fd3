/* printable.c - bytes to code points, code points to what may be shown.
 *
 * Two readers, one behind the other: next_point takes one code point (or one broken byte) off
 * the input; skip_sequence takes the rest of a terminal's escape sequence off. What is left is
 * kept, dropped or turned into a space by the table of ranges. Nothing but a kept code point
 * reaches the output, so a mistake in skip_sequence can only show too much plain text.
 */
#include "printable.h"

#include <string.h>

enum { REPLACEMENT = 0xfffd, ESC = 0x1b, BEL = 0x07, CAN = 0x18, SUB = 0x1a };

/* C1 controls as code points (ECMA-48 section 5.3). */
enum { DCS = 0x90, SOS = 0x98, CSI = 0x9b, ST = 0x9c, OSC = 0x9d, PM = 0x9e, APC = 0x9f };

enum use { SHOW, SPACE, DROP };

static const struct range {
	uint32_t first, last;
	enum use use;
} ranges[] = {
	{ 0x0000, 0x001f, SPACE },  /* C0 */
	{ 0x007f, 0x009f, SPACE },  /* DEL and C1 */
	{ 0x00ad, 0x00ad, DROP },   /* soft hyphen */
	{ 0x061c, 0x061c, DROP },   /* Arabic letter mark */
	{ 0x180e, 0x180e, DROP },   /* Mongolian vowel separator */
	{ 0x200b, 0x200f, DROP },   /* zero width, direction marks */
	{ 0x2028, 0x2029, SPACE },  /* line and paragraph separator */
	{ 0x202a, 0x202e, DROP },   /* embeddings and overrides */
	{ 0x2060, 0x206f, DROP },   /* word joiner, isolates */
	{ 0xfeff, 0xfeff, DROP },   /* byte order mark */
	{ 0xfff9, 0xfffb, DROP },   /* interlinear annotation */
	{ 0xe0000, 0xe007f, DROP }, /* tags */
};

static enum use use_of(uint32_t point)
{
	for (size_t i = 0; i < ARRAY_SIZE(ranges) && point >= ranges[i].first; i++)
		if (point <= ranges[i].last)
			return ranges[i].use;
	return SHOW;
}

/* RFC 3629 section 4. How many bytes follow this first one, and which range the second is in,
 * which is where overlong forms, surrogates and what lies beyond U+10FFFF fall out. False: no
 * first byte. */
static bool lead(unsigned char c, size_t *ret_more, unsigned char *ret_low,
		 unsigned char *ret_high)
{
	*ret_low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	*ret_high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	*ret_more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	return c < 0x80 || (c >= 0xc2 && c <= 0xf4);
}

/* How many bytes the code point at the front of the view has; *ret_point is REPLACEMENT for
 * a byte that is no part of one. The view is not empty. */
static size_t next_point(struct view v, uint32_t *ret_point)
{
	unsigned char first = (unsigned char)v.p[0], low, high;
	uint32_t point;
	size_t more;

	*ret_point = REPLACEMENT;
	if (!lead(first, &more, &low, &high) || v.n <= more)
		return 1;
	point = more == 0 ? first : first & (0x3fU >> more);
	for (size_t i = 1; i <= more; i++) {
		unsigned char c = (unsigned char)v.p[i];

		if (c < (i == 1 ? low : 0x80) || c > (i == 1 ? high : 0xbf))
			return 1;
		point = point << 6 | (c & 0x3fU);
	}
	*ret_point = point;
	return more + 1;
}

static struct view skip_between(struct view v, char first, char last)
{
	while (v.n > 0 && v.p[0] >= first && v.p[0] <= last)
		v = view_skip(v, 1);
	return v;
}

/* Behind CSI: parameters, intermediates, one final byte (ECMA-48 section 5.4). */
static struct view skip_control_sequence(struct view v)
{
	v = skip_between(skip_between(v, 0x30, 0x3f), 0x20, 0x2f);
	return view_skip(v, v.n > 0 && v.p[0] >= 0x40 && v.p[0] <= 0x7e ? 1 : 0);
}

/* Behind OSC, DCS and the like: all up to ST, which terminals also take as BEL, and CAN or SUB,
 * which cancel. One that never ends takes all. */
static struct view skip_control_string(struct view v)
{
	while (v.n > 0) {
		uint32_t point;
		size_t n = next_point(v, &point);

		v = view_skip(v, n);
		if (point == BEL || point == CAN || point == SUB || point == ST)
			break;
		if (point == ESC && v.n > 0 && v.p[0] == '\\')
			return view_skip(v, 1);
	}
	return v;
}

static struct view skip_c1(uint32_t control, struct view v)
{
	switch (control) {
	case CSI:
		return skip_control_sequence(v);
	case DCS:
	case SOS:
	case OSC:
	case PM:
	case APC:
		return skip_control_string(v);
	default:
		return v;
	}
}

/* v lies behind ESC or a C1 control. ESC and 0x40-0x5F is a C1 control in seven bits. */
static struct view skip_sequence(uint32_t introducer, struct view v)
{
	if (introducer != ESC)
		return skip_c1(introducer, v);
	if (v.n > 0 && v.p[0] >= 0x40 && v.p[0] <= 0x5f)
		return skip_c1((uint32_t)v.p[0] + 0x40, view_skip(v, 1));
	v = skip_between(v, 0x20, 0x2f);
	return view_skip(v, v.n > 0 && v.p[0] >= 0x30 && v.p[0] <= 0x7e ? 1 : 0);
}

static bool begins_sequence(uint32_t point)
{
	return point == ESC || point == DCS || point == SOS || point == CSI ||
	       (point >= OSC && point <= APC);
}

struct copy {
	char *dst;
	size_t cap, n;
	size_t cut;    /* where the text can be cut to make room for the ellipsis */
	size_t spaces; /* seen behind n and not written: they may be the end */
	bool in_run;   /* the last thing seen was a control */
	bool full;
};

static void add_space(struct copy *c, bool control)
{
	if (!control || !c->in_run)
		c->spaces += c->n > 0;
	c->in_run = control;
}

static void printable_add(struct copy *c, struct view bytes)
{
	static const char ellipsis[] = "\xe2\x80\xa6";
	size_t room = c->cap - 1 - c->n;

	c->in_run = false;
	if (c->spaces > room || bytes.n > room - c->spaces) {
		memcpy(c->dst + c->cut, ellipsis, sizeof(ellipsis) - 1);
		c->n = c->cut + sizeof(ellipsis) - 1;
		c->full = true;
		return;
	}
	memset(c->dst + c->n, ' ', c->spaces);
	c->n += c->spaces;
	c->spaces = 0;
	memcpy(c->dst + c->n, bytes.p, bytes.n);
	c->n += bytes.n;
	if (c->n + sizeof(ellipsis) <= c->cap)
		c->cut = c->n;
}

static struct view shown_bytes(struct view bytes, uint32_t point)
{
	return point == REPLACEMENT ? view_of("\xef\xbf\xbd") : bytes;
}

bool printable_point(struct view *rest, struct view *ret_bytes, uint32_t *ret_point)
{
	size_t n = next_point(*rest, ret_point);

	*ret_bytes = shown_bytes((struct view){ rest->p, n }, *ret_point);
	*rest = view_skip(*rest, n);
	return use_of(*ret_point) == SHOW;
}

enum printable printable_next(struct view *rest, struct view *ret_bytes)
{
	uint32_t point;
	size_t n = next_point(*rest, &point);
	struct view bytes = { rest->p, n };
	enum use use;

	*rest = view_skip(*rest, n);
	if (begins_sequence(point)) {
		*rest = skip_sequence(point, *rest);
		return PRINTABLE_NOTHING;
	}
	use = use_of(point);
	if (use == SHOW)
		*ret_bytes = shown_bytes(bytes, point);
	return use == SHOW ? PRINTABLE_SHOWN
			   : (use == SPACE ? PRINTABLE_SPACE : PRINTABLE_NOTHING);
}

size_t printable_copy(char *dst, size_t cap, struct view raw)
{
	struct copy copy = { .dst = dst, .cap = cap };

	while (raw.n > 0 && !copy.full) {
		struct view bytes = { 0 };
		enum printable next = printable_next(&raw, &bytes);

		if (next == PRINTABLE_SPACE || view_equal(bytes, " "))
			add_space(&copy, next == PRINTABLE_SPACE);
		else if (next == PRINTABLE_SHOWN)
			printable_add(&copy, bytes);
	}
	dst[copy.n] = '\0';
	return copy.n;
}
