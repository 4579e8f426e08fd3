/* watch.h - the files a configuration came from, and whether they are still the same. */
#ifndef MAILVANE_CONFIG_WATCH_H
#define MAILVANE_CONFIG_WATCH_H

#include "arena.h"
#include "file.h"

struct watch {
	struct arena arena;
	struct watched {
		const char *path; /* absolute */
		struct stamp stamp;
	} * files;
	size_t file_count, file_cap;
	const char **patterns; /* absolute */
	size_t pattern_count, pattern_cap;
};

void watch_init(struct watch *);
void watch_fini(struct watch *);

void watch_file(struct watch *, const char *path, const struct stamp *);
void watch_pattern(struct watch *, const char *pattern);

/* No more will be added: makes watch_changed fast. */
void watch_close(struct watch *);
bool watch_changed(const struct watch *);

#endif
