/* dns_reply.c - from response codes and records to a reply. */
#include "dns_reply.h"

#include <string.h>

static enum reply_kind kind_of_rcode(enum dns_rcode rcode)
{
	switch (rcode) {
	case DNS_NOERROR:
		return REPLY_NO_ADDRESS;
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

/* False: not the length of an address. */
static bool put_address(struct reply *r, enum dns_type type, struct view rdata)
{
	struct address *a = &r->addresses[r->count];

	if (rdata.n != (type == DNS_A ? sizeof(a->v4.sin_addr) : sizeof(a->v6.sin6_addr)))
		return false;
	if (r->count == REPLY_ADDRESSES_MAX) {
		r->more++;
		return true;
	}
	r->count++;
	*a = (struct address){ .any.sa_family = type == DNS_A ? AF_INET : AF_INET6 };
	memcpy(type == DNS_A ? (void *)&a->v4.sin_addr : &a->v6.sin6_addr, rdata.p,
	       rdata.n);
	return true;
}

static void read_addresses(struct reply *r, const struct dns_answer *answer)
{
	for (unsigned i = 0; i < answer->count && r->kind != REPLY_BROKEN; i++)
		r->kind = put_address(r, answer->type, dns_answer_rdata(answer, i))
			      ? REPLY_ADDRESSES
			      : REPLY_BROKEN;
}

static void read_tlsa(struct reply *r, const struct dns_answer *answer)
{
	r->tlsa = tlsa_set_new(answer);
	if (r->tlsa == NULL)
		r->kind = REPLY_BROKEN;
	else if (r->tlsa->count > 0)
		r->kind = REPLY_ADDRESSES;
}

void reply_read(struct reply *r, enum dns_sense sense, const struct dns_answer *answer,
		bool trusted)
{
	r->ttl = INT32_MAX;
	if (sense != DNS_SENSE || answer->truncated) {
		r->kind = sense == DNS_ALIAS_LOOP ? REPLY_ALIAS_LOOP : REPLY_BROKEN;
		return;
	}
	r->kind = kind_of_rcode(answer->rcode);
	r->secure = trusted && answer->authentic;
	r->ttl = answer->ttl;
	memcpy(r->name, answer->name, sizeof(r->name));
	if (r->kind != REPLY_NO_ADDRESS)
		return;
	if (answer->type == DNS_TLSA)
		read_tlsa(r, answer);
	else
		read_addresses(r, answer);
}

void reply_fini(struct reply *r)
{
	tlsa_set_release(r->tlsa);
	r->tlsa = NULL;
}
