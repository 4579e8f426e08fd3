/* tlsa.h - the TLSA records of a name (RFC 6698 section 2). */
#ifndef MAILVANE_TLSA_H
#define MAILVANE_TLSA_H

#include "dns_message.h"

/* More records of one name are left aside; with a new key and an old one there are two. */
enum { TLSA_MAX = 16 };

enum tlsa_usage { TLSA_PKIX_TA, TLSA_PKIX_EE, TLSA_DANE_TA, TLSA_DANE_EE };
enum tlsa_selector { TLSA_CERTIFICATE, TLSA_KEY };
enum tlsa_matching { TLSA_WHOLE, TLSA_SHA256, TLSA_SHA512 };

struct tlsa {
	uint8_t usage, selector, matching; /* any values: see tlsa_usable */
	struct view data;
};

/* Counted, by one thread. */
struct tlsa_set {
	unsigned holders;
	size_t count;
	struct tlsa list[TLSA_MAX];
	char bytes[]; /* behind the views */
};

/* Of an answer to a question for DNS_TLSA; one holder. NULL: no memory, or a record is cut off. */
struct tlsa_set *tlsa_set_new(const struct dns_answer *);
/* NULL does nothing and is returned by hold. */
struct tlsa_set *tlsa_set_hold(struct tlsa_set *);
void tlsa_set_release(struct tlsa_set *);

/* Whether a mail client can use it: usages 2 and 3 only (RFC 7672 section 3.1.3), selectors and
 * matchings that are known, and data as long as the matching makes it. */
bool tlsa_usable(const struct tlsa *);

/* Base domain for a port: "_25._tcp.mx.example". False: too long for a name. */
bool tlsa_name(const char *host, unsigned port, char dst[DNS_NAME_MAX]);

#endif
