/* listener.h - a listener of the scenario, opened: its sockets, TLS context and counters. */
#ifndef MAILSIM_LISTENER_H
#define MAILSIM_LISTENER_H

#include "authority.h"
#include "counters.h"
#include "scenario.h"

struct sni;
struct speaker;

struct listener {
	const struct listener_plan *plan;
	const struct speaker *speaker;
	SSL_CTX *context; /* NULL: no TLS */
	struct sni *sni;  /* NULL: one certificate for all */
	int *sockets;     /* plan->hosts for each worker; -1: none */
	unsigned socket_count;
	uint16_t port;
	struct counters counters;
};

/* The whole program: what all workers share. */
struct sim {
	struct scenario scenario;
	struct authority *authority;
	struct listener *listeners;
	unsigned listener_count;
	unsigned threads;
	int manners; /* descriptors of the logs; -1: none */
	int record;
};

/* Binds and listens, once per thread and address. False, with the reason on stderr and
 * nothing left open, when it cannot. */
bool listener_open(struct listener *, const struct listener_plan *, unsigned threads);

/* Makes the TLS context. False, with the reason on stderr. */
bool listener_secure(struct listener *, struct authority *);

/* Works on a half-opened one. */
void listener_close(struct listener *);

#endif
