/* reply_words.h - what a reply means to whoever asked: the fault, the words, how long it is kept. */
#ifndef MAILVANE_REPLY_WORDS_H
#define MAILVANE_REPLY_WORDS_H

#include "buffer.h"
#include "dns_servers.h"
#include "fault.h"

/* Neither records nor the answer that there are none. */
static inline bool reply_is_failure(enum reply_kind kind)
{
	return kind > REPLY_NO_NAME;
}

enum fault reply_fault(enum reply_kind);
/* Seconds to keep it; 0: not at all. Records have a TTL of their own. */
unsigned reply_ttl(enum reply_kind);

/* "SERVFAIL from 192.0.2.53"; of that server, which was asked by TCP, too. */
void reply_words(enum reply_kind, const struct dns_servers *, size_t server, bool tcp,
		 struct buffer *);

#endif
