/* ehlo_name.h - how this machine introduces itself when the configuration does not say. */
#ifndef MAILVANE_CONFIG_EHLO_NAME_H
#define MAILVANE_CONFIG_EHLO_NAME_H

#include "address.h"
#include "arena.h"

/* RFC 5321 section 4.1.1.1: the machine's full name where it has one - its host name, or the
 * first name in /etc/hosts beside it - else an address literal: of `source` unless AF_UNSPEC, or
 * the one packets leave from by the default route, or of the first interface that is neither
 * loopback nor link-local, else [127.0.0.1]. No resolver is asked: a load must not wait for the
 * network. */
const char *ehlo_name_default(struct arena *, const struct address *source);

/* The full name of a machine: `name` itself if it has a dot and is valid, else the first full
 * name in a line of `hosts` (the text of /etc/hosts) that has `name`. Empty when there is none.
 * Lent from both. */
struct view ehlo_name_full(struct view name, struct view hosts);

#endif
