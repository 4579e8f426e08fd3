/* proxy_header.h - who connects to whom, for a server behind a proxy (haproxy,
 * proxy-protocol.txt section 2.1: version 1). */
#ifndef MAILVANE_PROXY_HEADER_H
#define MAILVANE_PROXY_HEADER_H

#include "address.h"
#include "buffer.h"

enum { PROXY_HEADER_MAX = 160 };

/* Returns the line, with its end, in dst. */
struct view proxy_header(const struct address *ours, const struct address *theirs,
			 char dst[PROXY_HEADER_MAX]);

#endif
