/* text_rules.h - what is wrong with a text of a configuration file, in a few words behind the
 * text itself ("is empty"); NULL when nothing is. */
#ifndef MAILVANE_CONFIG_TEXT_RULES_H
#define MAILVANE_CONFIG_TEXT_RULES_H

#include "view.h"

/* In bytes; DIALOGUE_VALUE_MAX is the same for what goes to a server. */
enum { TEXT_MAX = 512, IDENTIFIER_MAX = 64, PATH_TEXT_MAX = 4000 };

/* Not empty, valid UTF-8, nothing that cannot be seen, no blank at an end. */
const char *text_fault(struct view);

/* [a-z0-9._-]. */
const char *identifier_fault(struct view);

/* No control character. */
const char *path_fault(struct view);

/* Of a Prometheus label: [a-zA-Z_][a-zA-Z0-9_]*, not "__...", none that our metrics have. */
const char *label_name_fault(struct view);

#endif
