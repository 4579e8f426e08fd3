/* web.h - the HTTP server: one thread that accepts, reads, renders and sends. */
#ifndef MAILVANE_WEB_H
#define MAILVANE_WEB_H

#include "paths.h"
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

/* What is served. The server does not look into the store; it is for the functions of the
 * paths. */
struct web_content {
	const struct paths *paths;
	struct store *store;
	/* A number that grows when open pages should be loaded again (events.h). Any thread. */
	uint64_t (*changes)(struct store *);
};

/* Starts the server. Takes over the sockets; the content's paths and store, and the site,
 * must outlive it. Takes over the rules even if it fails. NULL: it could not start; the
 * sockets stay with the caller. */
struct web *web_new(const struct sockets *, const struct site *, struct rules *,
		    struct web_content);
/* Ends all answers and the thread. NULL does nothing. */
void web_free(struct web *);

/* Takes over the rules and uses them for new requests and connections. False: the rules
 * want HTTPS and it cannot be started; nothing changes. Main thread only. */
bool web_change(struct web *, struct rules *);
bool web_rules_changed(struct web *);

#endif
