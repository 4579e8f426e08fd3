/* dns_records.h - the records of one answer, parsed by their type.
 *
 * Names are text without a dot at their end and in lower case (the root is ""); what is no
 * letter of a host name is \DDD in them. Texts and data are octets as they came: nothing in
 * them is safe to print.
 */
#ifndef MAILVANE_DNS_RECORDS_H
#define MAILVANE_DNS_RECORDS_H

#include "address.h"
#include "dns_message.h"
#include "tlsa.h"

/* The most records of one answer that are kept; further ones are counted in `more`. */
enum { DNS_RECORDS_KEPT_MAX = 64 };

/* RFC 1035 section 3.3.9. The exchange "" says that the domain takes no mail (RFC 7505). */
struct dns_mx {
	uint16_t preference;
	const char *exchange;
};

/* RFC 2782. The target "" says that the service is not there. */
struct dns_srv {
	uint16_t priority, weight, port;
	const char *target;
};

/* RFC 8659 section 4.1. The tag is in lower case. */
struct dns_caa {
	uint8_t flags;
	struct view tag, value;
};

struct dns_record {
	unsigned ttl; /* seconds */
	union {
		struct address address; /* A, AAAA; port 0 */
		const char *name;       /* CNAME, PTR, NS */
		struct dns_mx mx;
		struct view text; /* TXT: its strings joined, as SPF and DKIM want it */
		struct dns_srv srv;
		struct tlsa tlsa;
		struct dns_caa caa;
	};
};

/* A reference-counted set of records, for one thread only. */
struct dns_records {
	unsigned holders;
	enum dns_type type;
	size_t count, more;
	size_t size; /* of all this in memory */
	struct dns_record list[];
};

enum dns_records_result {
	DNS_RECORDS_READ,
	DNS_RECORDS_MALFORMED,
	DNS_RECORDS_NO_MEMORY,
};

/* Parses the records of an answer. The caller gets one reference. *ret_records is NULL if
 * there are no records, or if the type is not parsed. */
enum dns_records_result dns_records_read(struct dns_answer *,
					 struct dns_records **ret_records);
/* NULL does nothing and is returned by hold. */
struct dns_records *dns_records_hold(struct dns_records *);
void dns_records_release(struct dns_records *);

#endif
