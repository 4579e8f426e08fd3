/* peer.h - the other end of a stream: a blocking server in a thread, one connection at a time. */
#ifndef MAILVANE_PEER_H
#define MAILVANE_PEER_H

#include "address.h"
#include "pki.h"

#include <pthread.h>

#include <openssl/ssl.h>

struct peer {
	struct address address;
	void (*serve)(struct peer *, int fd); /* the descriptor is closed behind it */
	void *user;
	int receive_buffer; /* bytes; 0: the kernel's choice */
	int listener;
	pthread_t thread;

	/* For serve_tls. */
	const struct identity *chain[4]; /* the server's own first, until NULL */
	int version_min, version_max;    /* 0: any */
	const char *ciphers, *dh_group;  /* "ffdhe2048" */
	bool ask_certificate;
	const struct identity *client_root; /* of certificates it accepts; NULL: none */
	const unsigned char *staple;        /* sent to who asks; NULL: none */
	int staple_n;
	bool early_close;            /* nothing is said: closed as soon as secured */
	void (*talk)(SSL *, int fd); /* NULL: talk_politely */

	/* What it has seen, to be read after peer_close. */
	char sni[256];
	bool saw_sni, accepted, saw_close_notify, asked_staple;
	char heard[256];
};

/* Listens on the loopback of that family and serves `connections` of them. */
void peer_open(struct peer *, int family, unsigned connections);
/* Waits for the last one to be served. */
void peer_close(struct peer *);

/* Says "hello", then listens until the other end is closed. */
void serve_tls(struct peer *, int fd);

/* Reads until a line is complete or the end; plain. */
size_t peer_read_line(int fd, char *dst, size_t cap);

/* The next close of the descriptor is a RST. */
void peer_set_reset(int fd);

#endif
