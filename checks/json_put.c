/* json_put.c - JSON by hand, as plugins link no JSON library. */
#include "json_put.h"

#include "printable.h"

#include <stdio.h>

/* RFC 8259 section 7. What cannot be seen stands as an escape, so that a document shown in a
 * terminal does no harm and no byte is lost; a broken byte is U+FFFD. */
static void put_point(uint32_t point)
{
	if (point >= 0x10000) {
		printf("\\u%04x", (unsigned)(0xd800 + ((point - 0x10000) >> 10)));
		point = 0xdc00 + ((point - 0x10000) & 0x3ff);
	}
	printf("\\u%04x", (unsigned)point);
}

void json_put_string(const char *text)
{
	struct view rest = view_of(text);

	putchar('"');
	while (rest.n > 0) {
		struct view bytes;
		uint32_t point;

		if (!printable_point(&rest, &bytes, &point))
			put_point(point);
		else if (point == '"' || point == '\\')
			printf("\\%c", (int)point);
		else
			fwrite(bytes.p, 1, bytes.n, stdout);
	}
	putchar('"');
}

void json_put_key(const char *key)
{
	json_put_string(key);
	putchar(':');
}

void json_put_text(const char *key, const char *text)
{
	json_put_key(key);
	if (text != NULL)
		json_put_string(text);
	else
		printf("null");
}

void json_put_known(int64_t number, bool known)
{
	if (known)
		printf("%lld", (long long)number);
	else
		printf("null");
}

void json_put_number(const char *key, long long number)
{
	json_put_key(key);
	printf("%lld", number);
}

void json_put_seconds(const char *key, struct span span)
{
	json_put_key(key);
	if (span.ns < 0)
		printf("null");
	else
		printf("%lld.%06lld", (long long)(span.ns / 1000000000),
		       (long long)(span.ns / 1000 % 1000000));
}

void json_put_date(const char *key, struct moment moment)
{
	char text[MOMENT_TEXT_MAX];

	json_put_text(key, moment.ms != 0 ? moment_text(moment, text) : NULL);
}

void json_put_faults(const char *key, unsigned set, enum fault first)
{
	const char *gap = "";

	json_put_key(key);
	putchar('[');
	for (unsigned f = first; set != 0; f++, set >>= 1) {
		if (!(set & 1))
			continue;
		printf("%s", gap);
		json_put_string(fault_name((enum fault)f));
		gap = ",";
	}
	putchar(']');
}
