/* web.h - the HTTP side: one thread that accepts, reads, renders and sends. */
#ifndef MAILVANE_WEB_H
#define MAILVANE_WEB_H

#include "exporter.h"
#include "rules.h"
#include "site.h"
#include "sockets.h"

/* Bytes of a request with its headers and of what is sent at once, and of a request's body. How
 * many connections, and how long they may last, is in client_table.h. */
enum {
	WEB_CONNECTION_MEMORY_MAX = 64 * 1024,
	WEB_BODY_MAX = 64 * 1024,
};

struct web;

/* Answers on the sockets, which it takes over and closes, from the exporter; exporter and site
 * must outlive it. Takes the rules in any case. NULL: it could not start; the sockets stay the
 * caller's. */
struct web *web_new(const struct sockets *, const struct site *, struct rules *,
		    struct exporter *);
/* Ends all answers. NULL does nothing. */
void web_free(struct web *);

/* Takes the rules, which hold for requests and connections that begin from now on. False: HTTPS
 * is wanted and cannot be started; nothing changes. By the thread that made it. */
bool web_change(struct web *, struct rules *);
bool web_rules_changed(struct web *);

#endif
