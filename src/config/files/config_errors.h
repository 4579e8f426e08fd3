/* config_errors.h - what is wrong with a configuration, as its reader gets it, and the limits that
 * a configuration must keep to.
 */
#ifndef MAILVANE_CONFIG_ERRORS_H
#define MAILVANE_CONFIG_ERRORS_H

#include <stddef.h>

/* Errors kept; more are counted only. Files larger are refused. Targets beyond are refused. */
enum {
	CONFIG_ERRORS_MAX = 100,
	CONFIG_FILE_MAX = 16 * 1024 * 1024,
	CONFIG_TARGET_FILE_MAX = 256 * 1024 * 1024,
	CONFIG_TARGETS_MAX = 1000000,
	CONFIG_INCLUDE_DEPTH_MAX = 8,
};

struct config_error {
	char *where; /* "mailvane.conf:12" or "targets.d/a.csv:3" */
	char *what;  /* "unknown key 'intervall'" */
	char *hint;  /* "did you mean 'interval'?"; "" if there is none */
	/* what and hint without any word of the file (errors.h). */
	char *bare_what, *bare_hint;
};

struct config_errors {
	struct config_error *list;
	size_t count; /* in list */
	size_t total; /* found */
};

void config_errors_fini(struct config_errors *);

#endif
