/* pin.h - a public key by its hash, as a server or an authority is pinned to it.
 *
 * SHA-256 of the SubjectPublicKeyInfo in DER, as in RFC 7469 section 2.4: a certificate issued
 * anew for the same key has the same pin.
 */
#ifndef MAILVANE_PIN_H
#define MAILVANE_PIN_H

#include "view.h"

enum { PIN_BYTES = 32, PINS_MAX = 16 };

struct pin {
	unsigned char sha256[PIN_BYTES];
};

/* Lent by whoever made the list. */
struct pins {
	size_t count; /* 0: any key */
	const struct pin *list;
};

/* "sha256/BASE64", as curl writes it "sha256//BASE64", BASE64 alone, or 64 hexadecimal digits
 * with or without a colon behind each two. */
bool pin_parse(struct view text, struct pin *ret_pin);

/* "sha256/BASE64". Returns dst. */
enum { PIN_TEXT_MAX = 52 };
const char *pin_text(const struct pin *, char dst[PIN_TEXT_MAX]);

/* One of them; NULL is none. */
bool pins_have(const struct pins *, const struct pin *);
/* The same list in the same order; NULL is an empty one. */
bool pins_same(const struct pins *, const struct pins *);

/* What to do about a text that is no pin. */
extern const char pin_advice[];

#endif
