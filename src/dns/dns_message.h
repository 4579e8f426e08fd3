/* dns_message.h - writes DNS questions and parses DNS answers (RFC 1035 section 4).
 *
 * An answer is parsed in one pass without allocating, and each name is decompressed once.
 * Every step is counted; a message that takes more than DNS_WORK_MAX steps is malformed, so
 * that no answer can cost more time than that.
 */
#ifndef MAILVANE_DNS_MESSAGE_H
#define MAILVANE_DNS_MESSAGE_H

#include "view.h"

enum dns_type {
	DNS_A = 1,
	DNS_NS = 2,
	DNS_CNAME = 5,
	DNS_PTR = 12,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_SRV = 33,
	DNS_TLSA = 52,
	DNS_CAA = 257,
};

/* "A", "MX". */
const char *dns_type_name(enum dns_type);

enum dns_rcode {
	DNS_NOERROR,
	DNS_FORMERR,
	DNS_SERVFAIL,
	DNS_NXDOMAIN,
	DNS_NOTIMP,
	DNS_REFUSED,
};

/* A name as text has no dot at its end; a byte that host names cannot have is \DDD in
 * it. */
enum { DNS_QUESTION_MAX = 12 + 255 + 4, DNS_NAME_MAX = 256 };

/* A longer chain of aliases is not followed. */
enum { DNS_ALIASES_MAX = 16 };

/* Writes one question of class IN with recursion desired. `ask_ad` sets the AD bit, which
 * asks the server whether it has validated the answer (RFC 6840 section 5.7). Returns the
 * length, or 0 if the name cannot be a DNS name. */
size_t dns_question(unsigned char dst[DNS_QUESTION_MAX], uint16_t id, const char *name,
		    enum dns_type, bool ask_ad);

/* The most records of an answer that are read; further ones are ignored. */
enum { DNS_RECORDS_MAX = 256 };

/* The most steps for one message. A step is a record, a label, a pointer or a comparison of
 * two names. An answer of 256 records with names of ten labels takes 3,600. */
enum { DNS_WORK_MAX = 16384 };

enum dns_answer_status {
	DNS_ANSWER_VALID,
	DNS_ANSWER_FOREIGN,    /* not an answer to this question */
	DNS_ANSWER_MALFORMED,  /* an answer to it, but malformed */
	DNS_ANSWER_ALIAS_LOOP, /* the chain of aliases does not end */
};

/* Where the data of a record stand in the message. */
struct dns_rdata {
	unsigned ttl;
	uint16_t begin, length;
};

/* One answer. */
struct dns_answer {
	struct view message; /* the caller's bytes, which must stay */
	enum dns_rcode rcode;
	bool truncated, authentic; /* the TC bit; the AD bit, trusted or not */
	unsigned ttl; /* seconds, the least of aliases and records; INT32_MAX: neither */
	char name[DNS_NAME_MAX]; /* of the records, after all aliases; in lower case */
	enum dns_type type;
	unsigned work;  /* steps taken so far, at most DNS_WORK_MAX */
	unsigned count; /* how many records have the type and the name */
	struct dns_rdata records[DNS_RECORDS_MAX];
};

/* The id of a message; false: it is shorter than a header. */
bool dns_message_id(struct view message, uint16_t *ret_id);

/* The aliases of the name are followed, unless DNS_CNAME is asked for. Of a truncated
 * answer only the header and the question count. Unless it makes sense only `work` counts
 * in *ret_answer. */
enum dns_answer_status dns_answer_read(struct view message, const char *name, enum dns_type,
				       struct dns_answer *ret_answer);

/* The records of the type that belong to the name, index < count. */
struct view dns_answer_rdata(const struct dns_answer *, unsigned index);

/* The name that stands in a record, `offset` octets behind the start of its data and not
 * beyond their end, though it may be compressed. *ret_end: the offset behind it. False:
 * malformed, or the message has taken all its steps. */
bool dns_answer_name(struct dns_answer *, unsigned index, size_t offset,
		     char ret_name[DNS_NAME_MAX], size_t *ret_end);

#endif
