/* places.h - where a target is: what of the addresses of its name is probed. */
#ifndef MAILVANE_ADDRESS_SELECTION_H
#define MAILVANE_ADDRESS_SELECTION_H

#include "plan.h"
#include "resolver.h"

enum { ADDRESS_SELECTION_WORDS_MAX = RESOLVER_REASON_MAX };

bool address_selection_is_literal(const char *host);

/* Which addresses to ask for. */
enum family address_selection_family(enum address_mode);

/* Those that may be connected to, with the port of the service, into room for all of the answer;
 * returns how many. `allowance` NULL: all. */
size_t address_selection_take(const struct target *, const struct probe_acl *,
			      const struct resolver_answer *,
			      struct address *ret_addresses);

/* What is lacking of all addresses there are: the fault of it, and words. FAULT_OK: nothing. */
enum fault address_selection_lacking(const struct resolver_answer *,
				     char words[ADDRESS_SELECTION_WORDS_MAX]);

/* Where a connection to it comes from; NULL: the kernel decides. */
const struct address *address_selection_source(const struct settings *,
					       const struct address *to);

#endif
