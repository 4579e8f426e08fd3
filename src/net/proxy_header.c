/* proxy_header.c - formats the line. */
#include "proxy_header.h"

struct view proxy_header(const struct address *ours, const struct address *theirs,
			 char dst[PROXY_HEADER_MAX])
{
	char from[ADDRESS_TEXT_MAX], to[ADDRESS_TEXT_MAX];
	struct buffer b;

	buffer_init(&b, dst, PROXY_HEADER_MAX);
	buffer_format(&b, "PROXY TCP%d %s %s %u %u\r\n",
		      theirs->any.sa_family == AF_INET6 ? 6 : 4, address_text(ours, from),
		      address_text(theirs, to), address_port(ours), address_port(theirs));
	return buffer_view(&b);
}
