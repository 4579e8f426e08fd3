/* dns_reply.c - turns a parsed answer with its response code and records into a reply. */
#include "dns_reply.h"

#include <string.h>

static enum reply_kind reply_kind_of_rcode(enum dns_rcode rcode)
{
	switch (rcode) {
	case DNS_NOERROR:
		return REPLY_NO_RECORD;
	case DNS_FORMERR:
		return REPLY_FORMERR;
	case DNS_SERVFAIL:
		return REPLY_SERVFAIL;
	case DNS_NXDOMAIN:
		return REPLY_NO_NAME;
	case DNS_NOTIMP:
		return REPLY_NOTIMP;
	case DNS_REFUSED:
		return REPLY_REFUSED;
	default:
		return REPLY_BROKEN;
	}
}

static void read_reply_records(struct dns_reply *r, struct dns_answer *answer)
{
	switch (dns_records_read(answer, &r->records)) {
	case DNS_RECORDS_READ:
		if (answer->count > 0)
			r->kind = REPLY_RECORDS;
		return;
	case DNS_RECORDS_NO_MEMORY:
		r->kind = REPLY_INTERNAL;
		return;
	default:
		r->kind = REPLY_BROKEN;
	}
}

void dns_reply_read(struct dns_reply *r, enum dns_answer_status status,
		    struct dns_answer *answer, bool trusted)
{
	r->ttl = INT32_MAX;
	if (status != DNS_ANSWER_VALID || answer->truncated) {
		r->kind = status == DNS_ANSWER_ALIAS_LOOP ? REPLY_ALIAS_LOOP : REPLY_BROKEN;
		return;
	}
	r->kind = reply_kind_of_rcode(answer->rcode);
	r->secure = trusted && answer->authentic;
	r->ttl = answer->ttl;
	memcpy(r->name, answer->name, sizeof(r->name));
	if (r->kind == REPLY_NO_RECORD)
		read_reply_records(r, answer);
}

void dns_reply_fini(struct dns_reply *r)
{
	dns_records_release(r->records);
	r->records = NULL;
}
