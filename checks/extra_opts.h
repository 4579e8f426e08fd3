/* extra_opts.h - options from an ini file, as the Monitoring Plugins know them:
 * --extra-opts[=[section][@file]]
 *
 * The keys of a section become options in front of the command line, so that the command line
 * wins: "warning = 5" is --warning=5, "w = 5" is -w5, "starttls" alone is a flag. Lines that
 * begin with '#' or ';' are comments. Without a section it is the plugin's name, without a file
 * the first of $MP_CONFIG_FILE, the directories in $NAGIOS_CONFIG_PATH, and the usual places
 * under /etc. The file "-" is standard input.
 */
#ifndef MAILVANE_EXTRA_OPTS_H
#define MAILVANE_EXTRA_OPTS_H

#include "arena.h"

enum { EXTRA_OPTS_ERROR_MAX = 256, EXTRA_OPTS_FILE_MAX = 1 << 20 };

/* Replaces every --extra-opts in the command line. What is new lives in the arena, and so does
 * the new argv, which ends with NULL; when there is no --extra-opts nothing is changed. False,
 * with a sentence and both arguments as they were, if a file or section is missing. */
bool extra_opts_expand(struct arena *, const char *default_section, int *argc, char ***argv,
		       char error[EXTRA_OPTS_ERROR_MAX]);

struct extra_opts {
	char **options;
	size_t count, cap;
};

/* Adds the options of a section to those in *opts, which starts zeroed. The text may hold
 * anything. False, with a sentence that names the file, when it is no ini file or holds no
 * option of that section. */
bool extra_opts_read(struct arena *, struct view text, const char *file,
		     const char *section, struct extra_opts *opts,
		     char error[EXTRA_OPTS_ERROR_MAX]);

#endif
