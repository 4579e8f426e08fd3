/* tls_session.h - one TLS connection as bytes in, bytes out: it knows no descriptor.
 *
 * Cipher text is lent by tls_session_feed and must then be taken up by calling the handshake,
 * later read, until they answer TLS_MORE. What is to be sent goes out through `put`, which
 * takes all of it or fails the session.
 */
#ifndef MAILVANE_TLS_SESSION_H
#define MAILVANE_TLS_SESSION_H

#include "buffer.h"
#include "tls.h"
#include "tls_wire.h"

enum tls_status {
	TLS_MORE,   /* nothing to do before more cipher text comes */
	TLS_READY,  /* the handshake is done; there are bytes */
	TLS_CLOSED, /* close_notify */
	TLS_FAILED, /* fault and reason tell */
};

/* RFC 1035 section 2.3.4; longer ones are nobody's. */
enum { TLS_NAME_MAX = 256 };

struct tls_session {
	struct tls_context *context;
	struct ssl_st *ssl; /* as in tls_wire.h */
	struct tls_wire wire;
	unsigned flags;
	uint64_t mark;              /* of shortages before the call under way */
	enum fault fault;           /* of TLS_FAILED */
	char reason[PRINTABLE_MAX]; /* of it */
	char name[TLS_NAME_MAX];    /* without the dot at the end */
	const struct pins *pins;    /* lent; NULL: none */
	/* Lent; NULL: none; set before the server answers. */
	const struct dns_records *tlsa;
	struct tls_facts facts;
};

enum tls_session_flag {
	TLS_SESSION_UPGRADED = 1 << 0,  /* the server has spoken in plain text before */
	TLS_SESSION_HEARD = 1 << 1,     /* the server has answered */
	TLS_SESSION_SECURED = 1 << 2,   /* the handshake is done */
	TLS_SESSION_CERT_ASKED = 1 << 3 /* the server wants a certificate from us */
};

/* `flags`: 0 or TLS_SESSION_UPGRADED. NULL: out of memory. */
struct tls_session *tls_session_new(struct tls_context *, const char *name,
				    const struct pins *, unsigned flags,
				    bool (*put)(void *sink, struct view), void *sink);
/* NULL does nothing. */
void tls_session_free(struct tls_session *);

/* A turn begins: tls_wire.h says how much of the input it takes. The rest, which
 * tls_session_unread counts, is to be fed again in the next turn. */
void tls_session_feed(struct tls_session *, struct view cipher_text);
size_t tls_session_unread(const struct tls_session *);
/* Called once before the first input to say hello. */
enum tls_status tls_session_handshake(struct tls_session *);
enum tls_status tls_session_read(struct tls_session *, char *dst, size_t cap,
				 size_t *ret_n);
/* False: the session has failed. */
bool tls_session_write(struct tls_session *, struct view);
/* What a login may be bound to (RFC 5056): the default of the version, which is "tls-exporter"
 * (RFC 9266 section 3) with TLS 1.3 and "tls-unique" (RFC 5802 section 6.1) below it; where that
 * would be unsafe "tls-server-end-point" (RFC 5929 section 4). NULL: none can be had here. */
const char *tls_session_binding(struct tls_session *, struct buffer *ret_bytes);
/* Sends close_notify, where that is still allowed. */
void tls_session_goodbye(struct tls_session *);

/* The connection ended without a word of TLS while the handshake was under way. */
void tls_session_cut(struct tls_session *);

#endif
