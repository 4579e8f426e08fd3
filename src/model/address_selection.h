/* address_selection.h - which of the addresses of a target's name are probed. */
#ifndef MAILVANE_ADDRESS_SELECTION_H
#define MAILVANE_ADDRESS_SELECTION_H

#include "plan.h"
#include "resolver.h"

enum { ADDRESS_SELECTION_WORDS_MAX = RESOLVER_REASON_MAX };

/* Whether the host is an address and not a name. */
bool address_selection_is_literal(const char *host);

/* Which kinds of addresses to ask the resolver for. */
enum family address_selection_family(enum address_mode);

/* Copies the addresses that may be probed, with the port of the target's service, to ret_addresses,
 * which has room for all of the answer; returns how many. An ACL of NULL allows all. */
size_t address_selection_take(const struct target *, const struct probe_acl *,
			      const struct resolver_answer *,
			      struct address *ret_addresses);

/* Whether some addresses of the name are unknown or are not probed: the fault, and a reason in
 * words. FAULT_OK: the answer is complete. */
enum fault address_selection_incomplete(const struct resolver_answer *,
					char words[ADDRESS_SELECTION_WORDS_MAX]);

/* The local address that connections to this one come from; NULL: the kernel chooses. */
const struct address *address_selection_source(const struct settings *,
					       const struct address *to);

#endif
