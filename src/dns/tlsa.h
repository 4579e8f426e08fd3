/* tlsa.h - the TLSA records of a name (RFC 6698 section 2). */
#ifndef MAILVANE_TLSA_H
#define MAILVANE_TLSA_H

#include "dns_message.h"

enum tlsa_usage { TLSA_PKIX_TA, TLSA_PKIX_EE, TLSA_DANE_TA, TLSA_DANE_EE };
enum tlsa_selector { TLSA_CERTIFICATE, TLSA_KEY };
enum tlsa_matching { TLSA_WHOLE, TLSA_SHA256, TLSA_SHA512 };

struct tlsa {
	uint8_t usage, selector, matching; /* any values: see tlsa_usable */
	struct view data;
};

/* True if a mail client can use the record: usage 2 or 3 (RFC 7672 section 3.1.3), a known
 * selector and matching type, and data of the right length. */
bool tlsa_usable(const struct tlsa *);

/* Base domain for a port: "_25._tcp.mx.example". False: too long for a name. */
bool tlsa_name(const char *host, unsigned port, char dst[DNS_NAME_MAX]);

#endif
