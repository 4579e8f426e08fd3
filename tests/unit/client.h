/* client.h - a stream under test that writes down what happens to it. */
#ifndef MAILVANE_CLIENT_H
#define MAILVANE_CLIENT_H

#include "peer.h"
#include "stream.h"

struct client {
	struct stream stream;
	uv_loop_t loop;

	/* What to do; NULL: nothing. */
	struct tls_context *context; /* with it TLS starts at once */
	const char *name;            /* for it */
	const struct pins *pins;     /* too */
	const struct address *source;
	void (*on_connecting)(struct client *); /* the loop has not run yet */
	void (*on_connected)(struct client *);
	void (*on_secured)(struct client *);
	void (*on_received)(struct client *, struct view);

	/* What happened. */
	unsigned connected, secured, received, failed, closed;
	char heard[65536];
	size_t heard_n;
	enum fault fault;
	char reason[300];
	struct tls_facts facts; /* at `secured` or `failed`; the caller finishes them */
};

/* Connects and runs the loop until the stream is closed, which the client does itself when it
 * has failed. The result of stream_connect, if that is not FAULT_OK, is in fault. Ends the
 * program when nothing happens for long. */
void client_run(struct client *, const struct address *);

void client_close(struct client *);

#endif
