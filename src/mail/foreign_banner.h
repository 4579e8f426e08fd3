/* foreign_banner.h - recognizes a server of another protocol by its first line. */
#ifndef MAILVANE_FOREIGN_BANNER_H
#define MAILVANE_FOREIGN_BANNER_H

#include "view.h"

/* True if the bytes begin a TLS record (RFC 8446 section 5.1), either an alert or a
 * handshake. The first two bytes are enough. */
bool foreign_banner_is_tls(struct view first_bytes);

/* Returns a static text such as "an SSH server"; NULL if the line is not known. */
const char *foreign_banner_name(struct view first_line);

#endif
