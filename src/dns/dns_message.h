/* dns_message.h - questions and answers of DNS as bytes (RFC 1035 section 4).
 *
 * What a server says is read within its bounds and never allocated for: aliases are followed
 * inside the answer, a bounded number of them, and compression pointers only lead backwards.
 */
#ifndef MAILVANE_DNS_MESSAGE_H
#define MAILVANE_DNS_MESSAGE_H

#include "view.h"

enum dns_type { DNS_A = 1, DNS_CNAME = 5, DNS_AAAA = 28, DNS_TLSA = 52 };

enum dns_rcode {
	DNS_NOERROR,
	DNS_FORMERR,
	DNS_SERVFAIL,
	DNS_NXDOMAIN,
	DNS_NOTIMP,
	DNS_REFUSED,
};

/* A name as text has no dot at its end; what is no letter of a host name is \DDD in it. */
enum { DNS_QUESTION_MAX = 12 + 255 + 4, DNS_NAME_MAX = 256 };

/* More aliases than this are a chain nobody follows. */
enum { DNS_ALIASES_MAX = 16 };

/* One question of class IN, recursion desired. With `ask_ad` the server is asked to say whether
 * it has validated the answer (RFC 6840 section 5.7). Returns the length; 0: no name for DNS. */
size_t dns_question(unsigned char dst[DNS_QUESTION_MAX], uint16_t id, const char *name,
		    enum dns_type, bool ask_ad);

enum dns_sense {
	DNS_SENSE,
	DNS_NONSENSE,   /* not an answer to this question, or malformed */
	DNS_ALIAS_LOOP, /* aliases without end */
};

/* One answer. */
struct dns_answer {
	struct view message; /* lent */
	enum dns_rcode rcode;
	bool truncated, authentic; /* TC; AD, whoever says so */
	unsigned ttl; /* seconds, the least of aliases and records; INT32_MAX: neither */
	char name[DNS_NAME_MAX]; /* whose the records are, behind all aliases; lower case */
	enum dns_type type;
	size_t records; /* where they begin */
	unsigned count;
};

/* Of a truncated answer only its header counts. */
enum dns_sense dns_answer_read(struct view message, const char *name, enum dns_type,
			       struct dns_answer *ret_answer);

/* Goes through the records of the type that belong to the name; *at is 0 at first. False: there
 * is none left. */
bool dns_answer_next(const struct dns_answer *, size_t *at, struct view *ret_rdata);

#endif
