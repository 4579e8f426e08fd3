/* sources.h - the configuration files of a load: the main one and what it includes. */
#ifndef MAILVANE_CONFIG_SOURCES_H
#define MAILVANE_CONFIG_SOURCES_H

#include "loader_state.h"
#include "path.h"

/* Reads a file and its includes into the loader's sources and top-level draft. `place` is who
 * names it. */
void sources_read(struct loader *, const char *path, struct place place);
/* The same for a text that is no file. */
void sources_read_text(struct loader *, const char *shown, struct view text);
void sources_fini(struct loader *);

/* The files a pattern of `include` or `target_files` names; without a wildcard, that file
 * whether it is there or not. False, and one error, when it cannot be told. */
bool sources_match(struct loader *, const struct text *pattern,
		   struct matches *ret_matches);

/* Calls `take` for each group in the lists of a KIND_GROUPS key of the top level. */
void sources_each_group(struct loader *, unsigned key,
			void (*take)(struct loader *, const config_setting_t *,
				     const char *file));

#endif
