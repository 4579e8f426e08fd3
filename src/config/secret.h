/* secret.h - a password from a file that others cannot read. */
#ifndef MAILVANE_CONFIG_SECRET_H
#define MAILVANE_CONFIG_SECRET_H

#include "loader.h"

/* The one line of the file, in the plan's arena, which wipes it. NULL, and one error, when it
 * cannot be used. */
const char *secret_read(struct loader *, const char *path, struct place);

#endif
