/* password.h - a password from a file, checked as the configuration's are. */
#ifndef MAILVANE_PASSWORD_H
#define MAILVANE_PASSWORD_H

#include "arena.h"

/* The first line of the file, in the arena, which wipes it. NULL, with a sentence, when the
 * file cannot be read, others can read it, or it holds no usable password. */
const char *password_read(struct arena *, const char *path, char *error, size_t cap);

#endif
