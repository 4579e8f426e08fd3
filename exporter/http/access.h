/* access.h - what the web configuration requires of a request (rate, login) and adds to an
 * answer (headers).
 *
 * Used by the web thread; access_change and access_rules also by the main thread.
 */
#ifndef MAILVANE_ACCESS_H
#define MAILVANE_ACCESS_H

#include "http_reply.h"
#include "request.h"
#include "rules.h"

struct access;

/* Takes over the rules. NULL: no memory or no thread; the rules are released. */
struct access *access_new(struct rules *);
/* To be called when there are no more requests. NULL does nothing. */
void access_free(struct access *);

/* Takes over the rules and uses them from now on. */
void access_change(struct access *, struct rules *);
/* Returns the rules in use, with a reference that the caller gives back with
 * rules_release. */
struct rules *access_rules(struct access *);

/* True for a Unix socket. File permissions decide who may connect there, so it has no
 * HTTPS and no login. */
bool access_is_local(int fd);

/* True if the operator can know the client: it has logged in, has a verified client
 * certificate, or is on this machine and no proxy. */
bool access_is_trusted(const struct request *);

/* True: the request is allowed. False: *ret_refusal is the answer, or says that the
 * login is still being checked. */
bool access_allows(struct access *, struct request *, struct http_reply *ret_refusal);
void access_add_headers(struct access *, struct http_reply *);

#endif
