/* web.h - the HTTP server: one thread that accepts, reads, renders and sends. */
#ifndef MAILVANE_WEB_H
#define MAILVANE_WEB_H

#include "exporter.h"
#include "rules.h"
#include "site.h"
#include "sockets.h"

/* Limits in bytes: of a request with its headers and of what is sent at once, and of the
 * body of a request. Limits on connections and their deadlines are in client_table.h. */
enum {
	WEB_CONNECTION_MEMORY_MAX = 64 * 1024,
	WEB_BODY_MAX = 64 * 1024,
};

struct web;

/* Starts the server. Takes over the sockets; exporter and site must outlive it. Takes
 * over the rules even if it fails. NULL: it could not start; the sockets stay with the
 * caller. */
struct web *web_new(const struct sockets *, const struct site *, struct rules *,
		    struct exporter *);
/* Ends all answers and the thread. NULL does nothing. */
void web_free(struct web *);

/* Takes over the rules and uses them for new requests and connections. False: the rules
 * want HTTPS and it cannot be started; nothing changes. Main thread only. */
bool web_change(struct web *, struct rules *);
bool web_rules_changed(struct web *);

#endif
