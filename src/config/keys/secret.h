/* secret.h - a password from a file that others cannot read. */
#ifndef MAILVANE_CONFIG_SECRET_H
#define MAILVANE_CONFIG_SECRET_H

#include "loader_state.h"

/* The password in the text of a secret, without the line end; *ret_fault says what is wrong with
 * it ("has no password"), NULL if nothing is. The one rule for files, descriptors and the
 * environment. */
struct view secret_password(struct view text, const char **ret_fault);

/* The same for an OAuth token. */
struct view secret_token(struct view text, const char **ret_fault);

/* The one line of the file, in the plan's arena, which wipes it. NULL, and one error, when it
 * cannot be used. */
const char *secret_read(struct loader *, const char *path, struct place);
const char *secret_read_token(struct loader *, const char *path, struct place);

/* One error when the file, which another library will read, is no secret; else its changes are
 * those of the configuration. */
void secret_watch(struct loader *, const char *path, struct place);

#endif
