/* dump.h - the configuration in use, written from the table of keys: every default filled in,
 * the files it came from put together. It is itself a configuration, up to what only a target
 * file can say; what has no value of its own stands in a comment. Passwords stay in their files.
 */
#ifndef MAILVANE_CONFIG_DUMP_H
#define MAILVANE_CONFIG_DUMP_H

#include "listing.h"
#include "loader_state.h"

/* `accounts = (...)` grows with each account. */
void dump_account(struct loader *, const struct account_draft *);

/* All but the servers, when everything was read; dump_server writes those. On the heap. */
char *dump_head(struct loader *);

/* As config_dump_server. */
char *dump_server(const struct plan *, size_t *at);

#endif
