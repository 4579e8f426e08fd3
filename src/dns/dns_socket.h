/* dns_socket.h - a UDP socket or a TCP connection to a DNS server, on a libuv loop.
 *
 * It sends and delivers whole messages. The amount that is read in one turn of the loop is
 * limited, so that a server that floods us cannot occupy the thread.
 */
#ifndef MAILVANE_DNS_SOCKET_H
#define MAILVANE_DNS_SOCKET_H

#include "address.h"
#include "dns_message.h"

#include <uv.h>

struct dns_socket;

/* Callbacks; each of them may close the socket. */
struct dns_socket_events {
	void (*received)(struct dns_socket *, struct view message); /* lent for the call */
	/* The socket has failed with this errno; ECONNRESET also if the server has closed
	 * it. */
	void (*failed)(struct dns_socket *, int error);
	void (*turn_done)(
	    struct dns_socket *); /* called last in each turn, even if it was closed */
	void (*closed)(struct dns_socket *); /* the caller may free the memory now */
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

/* Opens the socket with a random source port. Returns 0, or an errno; then nothing is
 * open. */
int dns_socket_open(struct dns_socket *, uv_loop_t *, const struct address *, bool tcp,
		    const struct dns_socket_events *);
/* Closes the socket; `closed` is called later from the loop. Does nothing if it is
 * closed. */
void dns_socket_close(struct dns_socket *);

/* Sends a message; on a TCP connection only one. A datagram that the kernel has no room for
 * is lost. Returns 0 or an errno. */
int dns_socket_send(struct dns_socket *, const unsigned char *message, size_t n);

#endif
