/* dns_reply.h - what one server has said to one question, or why it has not. */
#ifndef MAILVANE_DNS_REPLY_H
#define MAILVANE_DNS_REPLY_H

#include "dns_records.h"

/* From what settles the question to what says nothing: of several failures the first in this
 * order is the one to report. */
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
	REPLY_CANCELLED, /* the server is not to be asked any more */
	REPLY_KINDS,
};

struct dns_reply {
	enum reply_kind kind;
	bool tcp;                    /* it was asked by TCP, too */
	unsigned ttl;                /* seconds, the least in the chain */
	struct dns_records *records; /* lent for the call; NULL: none */
	bool secure;             /* validated, as a server says that is trusted to know */
	char name[DNS_NAME_MAX]; /* whose the records are, behind all aliases; "": failed */
};

/* Fills in all but `tcp`. `secure` only if the server is trusted to know. */
void dns_reply_read(struct dns_reply *, enum dns_sense, struct dns_answer *, bool trusted);
void dns_reply_fini(struct dns_reply *);

#endif
