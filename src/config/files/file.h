/* file.h - a file opened once, checked by its descriptor and read whole. */
#ifndef MAILVANE_CONFIG_FILE_H
#define MAILVANE_CONFIG_FILE_H

#include "errors.h"

#include <sys/types.h>
#include <time.h>

enum file_rule {
	/* A secret: nobody else may read it. Group members may when the group is root's or
	 * one of the process's own; a process of root, which checks for another, leaves the
	 * group to the administrator. */
	FILE_SECRET = 1 << 0,
	/* Says what this program does: it belongs to root or to the user that runs this, as a
	 * secret does, too. Lists of targets and names may be another user's, such as that of
	 * the control panel that writes them. */
	FILE_OWNED = 1 << 1,
};

/* What tells that a file is another one or has another content. */
struct stamp {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec mtime;
};

struct file {
	char *text; /* size bytes and a NUL */
	size_t size;
	struct stamp stamp; /* from before it was read */
};

/* Regular, at most max bytes, not writable by group or others, and as the rules say. False,
 * and one error at `place` (who names the file), when it cannot be read. */
bool file_read(const char *path, size_t max, unsigned rules, struct errors *,
	       struct place place, struct file *ret_file);
/* Wipes and frees; the file read last is finished first (see out_of_memory.h). */
void file_fini(struct file *);

/* Is `path` something that can be read later, by another library? A regular file, or a
 * directory, not writable by others. False, and one error, when not. */
bool file_usable(const char *path, bool directory, struct errors *, struct place place);

bool stamp_of(const char *path, struct stamp *ret_stamp);
bool stamp_same(const struct stamp *, const struct stamp *);
bool stamp_same_file(const struct stamp *, const struct stamp *);

#endif
