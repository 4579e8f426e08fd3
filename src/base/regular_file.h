/* regular_file.h - files opened so that nothing but a regular file is ever read.
 *
 * A pipe without a writer, a terminal or a device can keep a reader waiting for ever or never
 * end; a path that somebody else chose may lead to one.
 */
#ifndef MAILVANE_REGULAR_FILE_H
#define MAILVANE_REGULAR_FILE_H

#include "view.h"

#include <sys/stat.h>

/* Opens without waiting, for reading, closed on exec. -1 and *ret_why when it cannot be opened
 * ("No such file or directory") or is no regular file ("is a pipe, not a file"); errno is 0 in
 * the second case. The words live as long as the program. ret_st may be NULL. */
int regular_file_open(const char *path, struct stat *ret_st, const char **ret_why);

/* Writes all of it, in as many pieces as the system takes. False, with errno: it could not; what
 * was written until then stays. */
bool regular_file_write(int fd, struct view);

/* What it is instead of a regular file; NULL if it is one. */
const char *regular_file_fault(mode_t mode);

#endif
