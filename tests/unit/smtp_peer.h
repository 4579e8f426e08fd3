/* smtp_peer.h - an SMTP server of one listener on 127.0.0.1, a thread for each connection. */
#ifndef MAILVANE_SMTP_PEER_H
#define MAILVANE_SMTP_PEER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct smtp_peer {
	int fd;
	uint16_t port;
	const char *greeting; /* NULL: says nothing, ever */
	int greets_after_ms;
	const char *answer_auth;
	atomic_uint connections, now, most, quits, hung_up;
	pthread_t thread;
};

/* Fails the test if it cannot; `fd`, `port` and `thread` are set by it. */
void smtp_peer_open(struct smtp_peer *);
/* Waits for the guests to go, so that the counts are final. */
void smtp_peer_close(struct smtp_peer *);

#endif
