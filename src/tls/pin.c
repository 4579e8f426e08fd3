/* pin.c - the spellings of a pin. */
#include "pin.h"

#include "base64.h"

#include <string.h>

const char pin_advice[] =
    "the SHA-256 of a public key is needed, as sha256/BASE64 or in hex: openssl x509 -in "
    "cert.pem -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256";

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool parse_hex(struct view v, struct pin *ret_pin)
{
	struct pin pin;
	bool colons = v.n == 3 * PIN_BYTES - 1;
	size_t step = colons ? 3 : 2;

	if (!colons && v.n != 2 * PIN_BYTES)
		return false;
	for (size_t i = 0; i < PIN_BYTES; i++) {
		const char *p = v.p + i * step;
		int high = digit(p[0]), low = digit(p[1]);

		if (high < 0 || low < 0 || (colons && i + 1 < PIN_BYTES && p[2] != ':'))
			return false;
		pin.sha256[i] = (unsigned char)(high << 4 | low);
	}
	*ret_pin = pin;
	return true;
}

static bool parse_base64(struct view v, struct pin *ret_pin)
{
	char bytes[PIN_BYTES];
	struct buffer b;

	buffer_init(&b, bytes, sizeof(bytes));
	if (!base64_decode(&b, v) || b.n != PIN_BYTES)
		return false;
	memcpy(ret_pin->sha256, bytes, PIN_BYTES);
	return true;
}

/* A hash in base64 may itself begin with a slash: the longest that is one counts. */
bool pin_parse(struct view text, struct pin *ret_pin)
{
	static const char *const prefixes[] = { "", "sha256/", "sha256//" };

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		struct view rest = view_starts(text, prefixes[i])
				       ? view_skip(text, strlen(prefixes[i]))
				       : view_of("");

		if (parse_base64(rest, ret_pin) || parse_hex(rest, ret_pin))
			return true;
	}
	return false;
}

const char *pin_text(const struct pin *pin, char dst[PIN_TEXT_MAX])
{
	struct buffer b;

	buffer_init(&b, dst, PIN_TEXT_MAX);
	buffer_text(&b, "sha256/");
	base64_encode(&b, (struct view){ (const char *)pin->sha256, PIN_BYTES });
	return buffer_string(&b);
}

static bool pin_same(const struct pin *a, const struct pin *b)
{
	return memcmp(a->sha256, b->sha256, PIN_BYTES) == 0;
}

bool pins_have(const struct pins *pins, const struct pin *pin)
{
	for (size_t i = 0; pins != NULL && i < pins->count; i++)
		if (pin_same(&pins->list[i], pin))
			return true;
	return false;
}

bool pins_same(const struct pins *a, const struct pins *b)
{
	size_t count = a != NULL ? a->count : 0;

	if (count != (b != NULL ? b->count : 0))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!pin_same(&a->list[i], &b->list[i]))
			return false;
	return true;
}
