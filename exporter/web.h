/* web.h - the HTTP side: libmicrohttpd in a thread of its own. */
#ifndef MAILVANE_WEB_H
#define MAILVANE_WEB_H

#include "exporter.h"

/* Connections at once, in all and from one address; bytes of a request with its headers and of
 * what is sent at once, and of its body; a connection silent for longer is closed. */
enum {
	WEB_CONNECTIONS_MAX = 256,
	WEB_CONNECTIONS_PER_ADDRESS_MAX = 64,
	WEB_CONNECTION_MEMORY_MAX = 64 * 1024,
	WEB_BODY_MAX = 64 * 1024,
	WEB_TIMEOUT_S = 30,
};

struct web;

/* Answers on a listening socket, which it takes over, from the exporter, which must outlive it.
 * NULL: it could not start; the socket is closed. */
struct web *web_new(int listening, struct exporter *);
/* Ends all answers. NULL does nothing. */
void web_free(struct web *);

#endif
