/* file_text.h - small files of the system that may change while we run. */
#ifndef MAILVANE_FILE_TEXT_H
#define MAILVANE_FILE_TEXT_H

#include "view.h"

#include <sys/stat.h>

/* The most that is read of a file. */
enum { FILE_TEXT_MAX = 4 << 20 };

/* True when the file is another one than that in *seen, or looks changed, or has gone since.
 * Then *seen is the new one, zeroed for none. */
bool file_changed(const char *path, struct stat *seen);

/* NUL-terminated; the caller frees it. NULL: it cannot be read. */
char *file_text(const char *path);

#endif
