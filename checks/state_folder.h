/* state_folder.h - a folder of ours for small files that nobody else writes or reads.
 *
 * All is done relative to the open folder and follows no symbolic link. Files are replaced
 * whole, so that runs at the same time see the one or the other.
 */
#ifndef MAILVANE_STATE_FOLDER_H
#define MAILVANE_STATE_FOLDER_H

#include "usage_error.h"

struct state_folder {
	int fd; /* -1: not open */
};

enum { STATE_FILE_MAX = 256, STATE_NAME_MAX = 80 };

/* False, with a sentence, when it is not there, is not ours or can be written by others. */
bool state_folder_open(struct state_folder *, const char *path, char error[REFUSAL_MAX]);
void state_folder_close(struct state_folder *);

/* Up to cap bytes of a file; how many. 0: none, or not a plain file of ours, or one that others
 * can read or write, or longer than cap. */
size_t state_folder_read(const struct state_folder *, const char *name, void *dst,
			 size_t cap);

/* With mode 0600. False with errno. */
bool state_folder_write(const struct state_folder *, const char *name, struct view text);
/* As above, but a file that is there stays: false with EEXIST. */
bool state_folder_create(const struct state_folder *, const char *name, struct view text);

void state_folder_remove(const struct state_folder *, const char *name);

#endif
