/* name_search.h - the names to ask for in place of one that was given, in their order, as glibc has
 * it (resolv.conf(5)).
 */
#ifndef MAILVANE_NAME_SEARCH_H
#define MAILVANE_NAME_SEARCH_H

#include "dns_message.h"
#include "resolv_conf.h"

/* Zeroed before the first name. */
struct name_search {
	size_t next; /* the place of the next one */
	bool
	    is_own; /* the last one is the name as it was given, without a domain behind it */
};

/* A name with a dot at its end is absolute. False: there is no further one. */
bool name_search_next(struct name_search *, const struct resolv_conf *, const char *name,
		      char ret_name[DNS_NAME_MAX]);

#endif
