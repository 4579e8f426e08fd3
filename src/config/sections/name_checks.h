/* name_checks.h - the customers' names of a server: a file of them, and at which services they are
 * asked for.
 */
#ifndef MAILVANE_CONFIG_NAME_CHECKS_H
#define MAILVANE_CONFIG_NAME_CHECKS_H

#include "loader_state.h"

struct server;

/* What a draft of a server says about names. */
struct server_names {
	struct name_set *name_set; /* the loader's; NULL: none */
	const char *file;          /* absolute */
	struct place place;
	struct span interval;
	struct texts services; /* none: all that have TLS */
};

/* Reads the file, if it was not read before. False, and errors, when anything is wrong. */
bool name_checks_resolve(struct loader *, const struct server_draft *,
			 struct server_names *ret_names);

/* When the services of the server are known and `name` is its name. False, and errors, when
 * the names can be asked for at none of them, or not at one that was asked to be. */
bool name_checks_add(struct loader *, const struct server *, const char *name);

void name_checks_fini(struct loader *);

#endif
