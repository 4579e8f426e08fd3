/* syntax.h - is this text one that libconfig 1.5 will take, and if not, what is wrong?
 *
 * libconfig stops at the first error and calls nearly all of them "syntax error"; and deep
 * nesting, long groups and include directives of its own do harm. So the grammar is walked
 * here first, with a sentence and a hint for each fault. What passes, libconfig accepts.
 */
#ifndef MAILVANE_CONFIG_SYNTAX_H
#define MAILVANE_CONFIG_SYNTAX_H

#include "errors.h"

/* Groups, lists and arrays inside each other; settings of one group; faults told per file. */
enum { SYNTAX_DEPTH_MAX = 16, SYNTAX_SETTINGS_MAX = 100, SYNTAX_ERRORS_MAX = 20 };

/* False, and the faults added, when libconfig must not see the text. */
bool syntax_check(struct view text, const char *file, struct errors *);

#endif
