/* tls_wire.h - the bytes between OpenSSL and a session, counted and limited.
 *
 * A dialogue limits the data a server sends, but TLS has messages that carry none: KeyUpdate,
 * NewSessionTicket, HelloRequest, warnings, empty records, a handshake in tiny pieces. Each costs
 * us time. A session takes TLS_WIRE_HANDSHAKE_RECORDS_MAX records until it is secured, then
 * TLS_WIRE_IDLE_RECORDS_MAX without data, and TLS_WIRE_OVERHEAD_MAX bytes more than it gives data;
 * beyond that it fails as FAULT_LIMIT. Within that, one turn of the loop takes
 * TLS_WIRE_TURN_RECORDS records, and ends after TLS_WIRE_TURN_MS; what is left of the input is for
 * the next turn.
 */
#ifndef MAILVANE_TLS_WIRE_H
#define MAILVANE_TLS_WIRE_H

#include "instant.h"

#include <openssl/ssl.h>

enum {
	/* The longest chain OpenSSL takes is 100 KiB, which is 200 records in the smallest
	 * pieces that servers are known to make (512 bytes). */
	TLS_WIRE_HANDSHAKE_RECORDS_MAX = 512,
	/* Servers send two to eight tickets. */
	TLS_WIRE_IDLE_RECORDS_MAX = 64,
	TLS_WIRE_OVERHEAD_MAX = 256 * 1024,
	TLS_WIRE_TURN_RECORDS = 64,
	/* Whatever they take: what is sent behind an answer must be seen with it. */
	TLS_WIRE_TURN_RECORDS_MIN = 8,
	TLS_WIRE_TURN_MS = 2,
};

struct tls_wire {
	bool (*put)(void *sink, struct view);
	void *sink;
	struct view input;    /* lent */
	bool refused;         /* `put` has taken nothing */
	uint64_t bytes, data; /* received; given to the reader of them */
	unsigned records;     /* received */
	unsigned handshake;   /* of them, until the session was secured; 0: it is not */
	unsigned
	    justified; /* since then: those with data, and in TLS 1.0 as many empty ones,
			       * which servers send against an old attack on CBC */
	unsigned turn_records; /* since the turn began */
	struct instant turn_ends;
};

/* NULL: out of memory. One of them serves all sessions of a context. */
BIO_METHOD *tls_wire_method_new(void);
/* Counts the records of all sessions of the context. */
void tls_wire_watch(SSL_CTX *);
/* Puts the wire under the session. False: out of memory. */
bool tls_wire_connect(struct tls_wire *, SSL *, BIO_METHOD *);

/* A turn begins, with what came. */
void tls_wire_feed(struct tls_wire *, struct view cipher_text);
/* `n` bytes of data were read. */
void tls_wire_count_data(struct tls_wire *, const SSL *, size_t n);
void tls_wire_secured(struct tls_wire *);
/* Why the session must end, or NULL. */
const char *tls_wire_excess(const struct tls_wire *);

#endif
