/* fuzz_printable.c - whatever goes in, valid UTF-8 without a control or a bidirectional
 * character comes out, and it fits.
 *
 * The first byte chooses the room. The output is read by a second decoder, written in another
 * way than the one under test.
 */
#include "printable.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static uint32_t decode(const unsigned char **p)
{
	static const uint32_t smallest[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *s = *p;
	unsigned more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : 0;
	uint32_t point = more == 0 ? s[0] : s[0] & (0x7fU >> (more + 1));

	must(s[0] < 0x80 || (s[0] >= 0xc0 && s[0] < 0xf8));
	for (unsigned i = 1; i <= more; i++) {
		must((s[i] & 0xc0) == 0x80);
		point = point << 6 | (s[i] & 0x3fU);
	}
	must(point >= smallest[more] && point <= 0x10ffff);
	must(point < 0xd800 || point > 0xdfff);
	*p = s + more + 1;
	return point;
}

static void must_be_fit(uint32_t point)
{
	must(point >= 0x20 && point != 0x7f && !(point >= 0x80 && point < 0xa0));
	must(point != 0x61c && !(point >= 0x200b && point <= 0x200f));
	must(!(point >= 0x2028 && point <= 0x202e) &&
	     !(point >= 0x2060 && point <= 0x206f));
	must(point != 0xfeff);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const unsigned char *p;
	size_t cap, length;
	char *dst, again[256];

	if (n == 0)
		return 0;
	cap = 4 + bytes[0] % (sizeof(again) - 4);
	dst = malloc(cap);
	must(dst != NULL);
	length = printable_copy(dst, cap, (struct view){ (const char *)bytes + 1, n - 1 });
	must(length < cap && strlen(dst) == length);
	must(length == 0 || (dst[0] != ' ' && dst[length - 1] != ' '));
	for (p = (const unsigned char *)dst; *p;)
		must_be_fit(decode(&p));

	/* What is fit stays as it is. */
	must(printable_copy(again, cap, view_of(dst)) == length && strcmp(again, dst) == 0);
	free(dst);
	return 0;
}
