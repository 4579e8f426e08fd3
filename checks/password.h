/* password.h - a password from a file, a descriptor or the environment: never from argv. */
#ifndef MAILVANE_PASSWORD_H
#define MAILVANE_PASSWORD_H

#include "arena.h"
#include "usage_error.h"

/* All give the one line that is there, in the arena, which wipes it; NULL, with a sentence, when
 * that cannot be a password. */

/* Under the rules of the configuration's secrets: refused when others can read it. */
const char *password_from_file(struct arena *, const char *path, char error[REFUSAL_MAX]);
const char *token_from_file(struct arena *, const char *path, char error[REFUSAL_MAX]);
/* Read to its end. */
const char *password_from_fd(struct arena *, int fd, char error[REFUSAL_MAX]);
/* The variable is wiped and unset. */
const char *password_from_env(struct arena *, const char *variable,
			      char error[REFUSAL_MAX]);

#endif
