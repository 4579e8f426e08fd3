/* dns_socket.h - a UDP socket or a TCP connection to a DNS server, on the loop.
 *
 * Messages go out and come in whole. What one turn of the loop reads is bounded, so that a
 * server that floods us takes no more than its share of the thread.
 */
#ifndef MAILVANE_DNS_SOCKET_H
#define MAILVANE_DNS_SOCKET_H

#include "address.h"
#include "dns_message.h"

#include <uv.h>

struct dns_socket;

/* Any of them may close the socket. */
struct dns_socket_events {
	void (*heard)(struct dns_socket *, struct view message); /* lent for the call */
	/* No more will come: an errno; ECONNRESET also where the server has closed. */
	void (*failed)(struct dns_socket *, int error);
	void (*worked)(
	    struct dns_socket *); /* after the others, once in a turn; closed or not */
	void (*closed)(struct dns_socket *); /* its memory is the caller's again */
};

/* The caller's storage. */
struct dns_socket {
	uv_poll_t poll;
	const struct dns_socket_events *events;
	int fd; /* -1: closed */
	bool tcp;

	/* TCP: the question and its length before it; the answer alike. */
	unsigned char out[2 + DNS_QUESTION_MAX];
	size_t out_n, sent;
	unsigned char length[2];
	char *in;
	size_t in_n; /* of the message and of its length */
};

/* The kernel chooses a random source port. Returns 0, or an errno: then nothing was opened. */
int dns_socket_open(struct dns_socket *, uv_loop_t *, const struct address *, bool tcp,
		    const struct dns_socket_events *);
/* `closed` comes later, from the loop. Does nothing if it is closed. */
void dns_socket_close(struct dns_socket *);

/* By TCP once only. A datagram that there is no room for is lost. Returns 0 or an errno. */
int dns_socket_send(struct dns_socket *, const unsigned char *message, size_t n);

#endif
