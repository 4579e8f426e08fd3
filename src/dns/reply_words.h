/* reply_words.h - the fault, the text and the cache time that a kind of reply stands
 * for. */
#ifndef MAILVANE_REPLY_WORDS_H
#define MAILVANE_REPLY_WORDS_H

#include "buffer.h"
#include "dns_servers.h"
#include "fault.h"

/* True if the reply is neither records nor the answer that there are none. */
static inline bool reply_is_failure(enum reply_kind kind)
{
	return kind > REPLY_NO_NAME;
}

enum fault reply_fault(enum reply_kind);
/* How many seconds the reply is cached; 0: it is not. Records have their own TTL. */
unsigned reply_ttl(enum reply_kind);

/* Adds the text for a user, such as "SERVFAIL from 192.0.2.53". `tcp`: the server was also
 * queried by TCP. */
void reply_words(enum reply_kind, const struct dns_servers *, size_t server, bool tcp,
		 struct buffer *);

#endif
