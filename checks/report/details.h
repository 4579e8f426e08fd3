/* details.h - what -v, -vv and -vvv add below the report, for people. */
#ifndef MAILVANE_DETAILS_H
#define MAILVANE_DETAILS_H

#include "report.h"

/* Room for one finding, whatever its server says. */
enum { DETAILS_MAX = 64 * 1024 };

/* Adds lines. 1: a waterfall of the phases and the certificate in a line; 2: the dialogue, too;
 * 3: TLS in detail, too. Bars in it are those of servers: print it with output_lines. */
void details_put(struct buffer *, const struct finding *, unsigned verbosity);

#endif
