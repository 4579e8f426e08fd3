/* name_search.h - the candidates for a given name, in the order of the search list, as in
 * glibc (resolv.conf(5)).
 */
#ifndef MAILVANE_NAME_SEARCH_H
#define MAILVANE_NAME_SEARCH_H

#include "dns_message.h"
#include "resolv_conf.h"

/* Must be zeroed before the first call. */
struct name_search {
	size_t next; /* the index of the next candidate */
	bool is_own; /* the last candidate was the name as given, without a search domain */
};

/* Writes the next candidate. A name with a dot at its end has only itself. False: there is
 * no further one. */
bool name_search_next(struct name_search *, const struct resolv_conf *, const char *name,
		      char ret_name[DNS_NAME_MAX]);

#endif
