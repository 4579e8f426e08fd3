/* flood.h - TLS records without end and without data, framed by hand, as no library sends them.
 *
 * flood_prepare restricts a server's context to AES-128-GCM and follows its keys. After the
 * handshake flood_records gives as many records of a kind as find room; nothing else may be sent
 * by the SSL object from then on. RFC 8446 sections 4.6 and 5, RFC 5246 sections 6.2 and 7.4.1.1.
 */
#ifndef MAILSIM_FLOOD_H
#define MAILSIM_FLOOD_H

#include "view.h"

#include <openssl/ssl.h>

enum flood {
	FLOOD_KEY_UPDATES,    /* TLS 1.3: each wants an answer */
	FLOOD_TICKETS,        /* TLS 1.3: NewSessionTicket */
	FLOOD_HELLO_REQUESTS, /* TLS 1.2: each asks for a renegotiation */
	FLOOD_WARNINGS,       /* alerts user_canceled */
	FLOOD_EMPTY,          /* application data of no bytes */
	FLOOD_PIECES,         /* of one long handshake message, a byte a record */
	FLOOD_COUNT,
};

extern const char *const flood_names[FLOOD_COUNT + 1];

/* False for an unknown word. */
bool flood_from_name(struct view, enum flood *ret_flood);

void flood_prepare(SSL_CTX *);

/* Returns the bytes written to dst: whole records. */
size_t flood_records(SSL *, enum flood, char *dst, size_t cap);

/* The same before the handshake: a ServerHello of which each record brings one byte. `at`
 * counts the records, from 0. */
size_t flood_plain_pieces(unsigned *at, char *dst, size_t cap);

#endif
