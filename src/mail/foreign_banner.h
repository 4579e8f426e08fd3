/* stranger.h - what answers on the port, when it is not what we came for. */
#ifndef MAILVANE_FOREIGN_BANNER_H
#define MAILVANE_FOREIGN_BANNER_H

#include "view.h"

/* The first bytes of a TLS record (RFC 8446 section 5.1): an alert, or a handshake. Two bytes
 * are enough to tell. */
bool foreign_banner_is_tls(struct view first_bytes);

/* "an SSH server"; NULL when the first line tells nothing. */
const char *foreign_banner_name(struct view first_line);

#endif
