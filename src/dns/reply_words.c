/* reply_words.c - one row for each kind of reply. */
#include "reply_words.h"

#include <stdio.h>

enum {
	/* Negative answers serve the many services of one host that are probed together,
	 * and no more: a repaired name must be seen by the next probe. What may be our
	 * resolver's own trouble is kept shorter still. */
	TTL_NEGATIVE_S = 5,
	TTL_FAILURE_S = 1,
};

/* The words stand around the place of the server, if there is something behind it. */
static const struct reply_meaning {
	enum fault fault;
	const char *words, *behind;
	unsigned ttl;
} reply_meanings[REPLY_KINDS] = {
	/* clang-format off */
	[REPLY_RECORDS]   = { FAULT_OK,          "", NULL, 0 },
	[REPLY_NO_RECORD]  = { FAULT_NO_ADDRESS,  "the name has no address", NULL, TTL_NEGATIVE_S },
	[REPLY_NO_NAME]     = { FAULT_DNS_FAILURE, "NXDOMAIN", NULL, TTL_NEGATIVE_S },
	[REPLY_SERVFAIL]    = { FAULT_DNS_FAILURE, "SERVFAIL from ", "", TTL_FAILURE_S },
	[REPLY_REFUSED]     = { FAULT_DNS_FAILURE, "refused by the resolver ", "", TTL_FAILURE_S },
	[REPLY_NOTIMP]      = { FAULT_DNS_FAILURE, "NOTIMP from ", "", TTL_FAILURE_S },
	[REPLY_FORMERR]     = { FAULT_DNS_FAILURE, "FORMERR from ", "", TTL_FAILURE_S },
	[REPLY_ALIAS_LOOP]  = { FAULT_DNS_FAILURE, "aliases without end from ", "", TTL_NEGATIVE_S },
	[REPLY_BROKEN]      = { FAULT_DNS_FAILURE, "the answer of ", " makes no sense", TTL_FAILURE_S },
	[REPLY_INTERNAL]    = { FAULT_INTERNAL,    "out of memory or of file descriptors", NULL, 0 },
	[REPLY_FLOODED]     = { FAULT_DNS_FAILURE, "a flood of answers to other questions from ", "", TTL_FAILURE_S },
	[REPLY_SILENT]      = { FAULT_TIMEOUT,     "no answer from the resolver ", "", TTL_FAILURE_S },
	[REPLY_UNREACHABLE] = { FAULT_DNS_FAILURE, "the resolver ", " cannot be reached", TTL_FAILURE_S },
	[REPLY_CANCELLED]   = { FAULT_INTERNAL,    "no resolver to ask", NULL, 0 },
	/* clang-format on */
};

enum fault reply_fault(enum reply_kind kind)
{
	return reply_meanings[kind].fault;
}

unsigned reply_ttl(enum reply_kind kind)
{
	return reply_meanings[kind].ttl;
}

/* "192.0.2.53", or "127.0.0.1:5353" where it is another port than DNS has. */
static void reply_words_put_server(struct buffer *b, const struct dns_servers *servers,
				   size_t server)
{
	char text[ADDRESS_TEXT_MAX];
	const struct address *a;

	if (server >= servers->count)
		return;
	a = dns_server_address(servers->list[server]);
	address_text(a, text);
	if (address_port(a) == 53)
		buffer_text(b, text);
	else
		buffer_format(b, a->any.sa_family == AF_INET6 ? "[%s]:%u" : "%s:%u", text,
			      (unsigned)address_port(a));
}

void reply_words(enum reply_kind kind, const struct dns_servers *servers, size_t server,
		 bool tcp, struct buffer *b)
{
	const struct reply_meaning *o = &reply_meanings[kind];

	if (kind == REPLY_SILENT && !tcp && servers->count > 1) {
		/* Which of them were asked makes no difference. */
		buffer_format(b, "no answer from any of %zu resolvers", servers->count);
	} else {
		buffer_text(b, o->words);
		if (o->behind != NULL) {
			reply_words_put_server(b, servers, server);
			buffer_text(b, o->behind);
		}
	}
	if (reply_is_failure(kind) && tcp)
		buffer_text(b, " by TCP");
}
