/* dns_reply.h - the reply of one server to one query, or why there is none. */
#ifndef MAILVANE_DNS_REPLY_H
#define MAILVANE_DNS_REPLY_H

#include "dns_records.h"

/* In the order of importance: of several failures the first one in this order is
 * reported. */
enum reply_kind {
	REPLY_RECORDS,   /* of the type that was asked for */
	REPLY_NO_RECORD, /* the name exists */
	REPLY_NO_NAME,   /* NXDOMAIN */
	REPLY_SERVFAIL,
	REPLY_REFUSED,
	REPLY_NOTIMP,
	REPLY_FORMERR,
	REPLY_ALIAS_LOOP,
	REPLY_BROKEN, /* malformed */
	REPLY_INTERNAL,
	REPLY_FLOODED, /* nothing but answers to other questions */
	REPLY_SILENT,
	REPLY_UNREACHABLE,
	REPLY_CANCELLED, /* the server is no longer used */
	REPLY_KINDS,
};

struct dns_reply {
	enum reply_kind kind;
	bool tcp;                    /* the query was also sent by TCP */
	unsigned ttl;                /* seconds, the least of aliases and records */
	struct dns_records *records; /* valid during the call; NULL: none */
	bool secure;                 /* a trusted server has validated it (AD bit) */
	char name[DNS_NAME_MAX];     /* of the records, after all aliases; "": no answer */
};

/* Fills in all members except `tcp`. `trusted`: the AD bit of the server is trusted. */
void dns_reply_read(struct dns_reply *, enum dns_answer_status, struct dns_answer *,
		    bool trusted);
void dns_reply_fini(struct dns_reply *);

#endif
