/* hosts.h - the names and addresses of a hosts(5) file. */
#ifndef MAILVANE_HOSTS_H
#define MAILVANE_HOSTS_H

#include "address.h"

#include <sys/stat.h>

struct hosts {
	const char *path;
	struct stat seen; /* of the file that was read */
	char *text;       /* of the file, cut into words; the entries point into it */
	struct host_entry *entries;
	size_t count;
	bool known; /* the file was read, or there is none */
};

/* Nothing is read before the first hosts_refresh. The path must outlive the struct. */
void hosts_init(struct hosts *, const char *path);
void hosts_fini(struct hosts *);

/* Replaces the names by those of this text of a hosts file. The text is allocated and
 * NUL-terminated; the struct owns it afterwards. NULL: no names. */
void hosts_parse_text(struct hosts *, char *text);

/* Reads the file if it has changed; one that we may not read has no names. False: it was
 * never read, because memory or descriptors are short. While they are, what was read before
 * stays. */
bool hosts_refresh(struct hosts *);

/* The addresses of a name in the order of the file, at most max, of both families. */
size_t hosts_find(const struct hosts *, const char *name, struct address *ret, size_t max);

#endif
