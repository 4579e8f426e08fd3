/* details.h - what -v, -vv and -vvv add below the report, for people. */
#ifndef MAILVANE_DETAILS_H
#define MAILVANE_DETAILS_H

#include "report.h"

/* 1: a waterfall of the phases and the certificate in a line; 2: the dialogue, too; 3: TLS in
 * detail, too. No '|' in it. */
void details_print(const struct finding *, unsigned verbosity);

#endif
