/* access.h - what the web configuration asks of a request before its path is asked, and what it
 * adds to an answer: rate, login, headers.
 */
#ifndef MAILVANE_ACCESS_H
#define MAILVANE_ACCESS_H

#include "reply.h"
#include "request.h"
#include "rules.h"

struct access;

/* Takes the rules. NULL: no memory, no thread; the rules are released. */
struct access *access_new(struct rules *);
/* After all requests. NULL does nothing. */
void access_free(struct access *);

/* Takes the rules that hold from now on. */
void access_change(struct access *, struct rules *);
/* Held for the caller. */
struct rules *access_rules(struct access *);

/* Through a Unix socket the file system has said who may come in: no HTTPS there, and no login. */
bool access_is_local(int fd);

/* Does somebody ask whom the operator knows? One who has logged in or has shown a certificate that
 * was verified, or who is on this machine and is no proxy. */
bool access_is_trusted(const struct request *);

/* True: to its path with it. False: the reply says why not, or later. */
bool access_allows(struct access *, struct request *, struct reply *ret_refusal);
void access_add_headers(struct access *, struct reply *);

#endif
