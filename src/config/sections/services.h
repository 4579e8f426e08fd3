/* services.h - the built-in services and those of the configuration. */
#ifndef MAILVANE_CONFIG_SERVICES_H
#define MAILVANE_CONFIG_SERVICES_H

#include "loader_state.h"

/* Reads all services of the sources and gives the plan its list. */
void services_read(struct loader *);

/* False, and one error, when there is none of that name; false alone when there is one with a
 * fault of its own, already told. */
bool services_find(struct loader *, const char *name, struct place, size_t *ret_number);

/* The number of the first service with this port; false when there is none. */
bool services_of_port(const struct loader *, uint16_t port, size_t *ret_number);

#endif
