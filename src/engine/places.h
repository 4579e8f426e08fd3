/* places.h - where a target is: what of the addresses of its name is probed. */
#ifndef MAILVANE_PLACES_H
#define MAILVANE_PLACES_H

#include "plan.h"
#include "resolver.h"

enum { PLACES_WORDS_MAX = RESOLVER_REASON_MAX };

bool places_is_literal(const char *host);

/* Which addresses to ask for. */
enum family places_family(enum address_mode);

/* Those that may be connected to, with the port of the service, into room for all of the answer;
 * returns how many. `allowance` NULL: all. */
size_t places_take(const struct target *, const struct allowance *,
		   const struct resolver_answer *, struct address *ret_addresses);

/* What is lacking of all addresses there are: the fault of it, and words. FAULT_OK: nothing. */
enum fault places_lacking(const struct resolver_answer *, char words[PLACES_WORDS_MAX]);

/* Where a connection to it comes from; NULL: the kernel decides. */
const struct address *places_source(const struct settings *, const struct address *to);

#endif
