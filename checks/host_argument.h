/* host_argument.h - what people type for a host that is none. */
#ifndef MAILVANE_HOST_ARGUMENT_H
#define MAILVANE_HOST_ARGUMENT_H

#include "usage_error.h"

/* False, with a sentence that says what to write instead: a URL, a path, a port or a user with
 * it, several hosts, blanks. Whether a name exists is the resolver's question. */
bool host_argument_usable(const char *option, const char *host, char error[REFUSAL_MAX]);

#endif
