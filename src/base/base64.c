/* base64.c - three bytes are four letters. */
#include "base64.h"

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool base64_make_room(struct buffer *b, size_t n)
{
	if (n <= b->cap - b->n)
		return true;
	b->full = true;
	return false;
}

bool base64_encode(struct buffer *b, struct view raw)
{
	if (!base64_make_room(b, raw.n / 3 * 4 + (raw.n % 3 ? 4 : 0)))
		return false;
	for (size_t i = 0; i < raw.n; i += 3) {
		size_t have = raw.n - i < 3 ? raw.n - i : 3;
		uint32_t bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < have ? (unsigned char)raw.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			b->p[b->n++] = k <= have ? letters[bits >> (18 - 6 * k) & 63] : '=';
	}
	return true;
}

/* -1: not a letter. */
static int value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The bytes of one group of four; 0 if it is none. Bits behind the end must be zero
 * (RFC 4648 section 3.5), or one secret could be spelt in several ways. */
static size_t decode_group(const char *p, bool last, char bytes[3])
{
	size_t have = last && p[3] == '=' ? (p[2] == '=' ? 1 : 2) : 3;
	uint32_t bits = 0;

	for (size_t k = 0; k < 4; k++) {
		int v = k <= have ? value(p[k]) : 0;

		if (v < 0)
			return 0;
		bits = bits << 6 | (uint32_t)v;
	}
	if (bits & ((1U << (24 - 8 * have)) - 1))
		return 0;
	for (size_t k = 0; k < 3; k++)
		bytes[k] = (char)(bits >> (16 - 8 * k) & 255);
	return have;
}

bool base64_decode(struct buffer *b, struct view text)
{
	size_t before = b->n;
	char bytes[3];

	if (text.n % 4 != 0)
		return false;
	for (size_t i = 0; i < text.n; i += 4) {
		size_t have = decode_group(text.p + i, i + 4 == text.n, bytes);

		if (have == 0 || !buffer_put(b, (struct view){ bytes, have })) {
			b->n = before;
			return false;
		}
	}
	return true;
}
