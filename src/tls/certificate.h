/* certificate.h - the facts of one certificate, kept apart from any connection.
 *
 * Immutable and counted: the many targets that show the same certificate share one. All texts
 * are printable and NUL terminated.
 */
#ifndef MAILVANE_CERTIFICATE_H
#define MAILVANE_CERTIFICATE_H

#include "instant.h"

enum { CERTIFICATE_NAMES_MAX = 100 };

struct certificate {
	char *subject, *issuer; /* RFC 2253: "CN=mail.example.com,O=Example" */
	char *serial;           /* lower-case hexadecimal */
	char fingerprint[65];   /* SHA-256, lower-case hexadecimal */
	uint32_t first_seen;    /* Unix time at which this program first met it, as far as
				 * it remembers: as long as a slot holds it */
	char **names;           /* DNS and IP names of the SAN, as text */
	size_t name_count;      /* capped at CERTIFICATE_NAMES_MAX */
	struct moment not_before, not_after;
	const char *key_kind; /* static: "RSA", "EC", "ED25519", ... */
	int key_bits;
	const char *signature; /* static: "ecdsa-with-SHA256", ... */
};

/* What people know it by: its subject, if that has a CN; else the first name of the SAN; else what
 * there is of the subject; else its serial number. RFC 5280 section 4.1.2.6 allows an empty one. */
struct certificate_label {
	const char *kind; /* static: "subject", "name", "serial" */
	const char *text; /* lent by the certificate; never "" */
};
struct certificate_label certificate_label(const struct certificate *);

/* Of one above a server's own: "root" where it certifies itself, else "intermediate". */
const char *certificate_place(const struct certificate *);

/* Thread-safe. NULL does nothing and is returned. */
struct certificate *certificate_hold(struct certificate *);
void certificate_release(struct certificate *);

#endif
