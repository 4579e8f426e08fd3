/* file_text.h - small files of the system that may change while we run. */
#ifndef MAILVANE_FILE_TEXT_H
#define MAILVANE_FILE_TEXT_H

#include "view.h"

#include <sys/stat.h>

/* The most that is read of a file. */
enum { FILE_TEXT_MAX = 4 << 20 };

/* True if the file differs from *seen in inode, size or time, or is gone; *seen is updated
 * then, and zeroed if there is no file. */
bool file_changed(const char *path, struct stat *seen);

/* *ret_text is NUL-terminated and the caller's to free; NULL: there is no file that we may
 * read. False: this process lacks the memory or the descriptor for it, which says nothing
 * about the file. */
bool file_text_read(const char *path, char **ret_text);

#endif
