/* accounts.h - `accounts` and their secrets. */
#ifndef MAILVANE_CONFIG_ACCOUNTS_H
#define MAILVANE_CONFIG_ACCOUNTS_H

#include "loader_state.h"

/* Reads all accounts of the sources, with their password files. */
void accounts_read(struct loader *);

/* NULL, and one error, when there is none of that name; NULL alone when there is one with a
 * fault of its own, already told. */
const struct account *accounts_find(struct loader *, const char *name, struct place);

#endif
