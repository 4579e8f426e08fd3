/* plain_output.h - what a plugin may print, judged without the code that cleans it. */
#ifndef MAILVANE_PLAIN_OUTPUT_H
#define MAILVANE_PLAIN_OUTPUT_H

#include "view.h"

/* What is wrong with a whole output ("a control character"); NULL: nothing. Lines may end with
 * performance values; a bar that begins anything else is wrong. */
const char *plain_output_fault(struct view);

#endif
