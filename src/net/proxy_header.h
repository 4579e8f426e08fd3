/* proxy_header.h - the first line that a server behind a proxy expects: who connects to whom
 * (haproxy, proxy-protocol.txt section 2.1: version 1). */
#ifndef MAILVANE_PROXY_HEADER_H
#define MAILVANE_PROXY_HEADER_H

#include "address.h"
#include "buffer.h"

enum { PROXY_HEADER_MAX = 160 };

/* Writes the line with its CR LF into dst and returns a view of it. */
struct view proxy_header(const struct address *ours, const struct address *theirs,
			 char dst[PROXY_HEADER_MAX]);

#endif
