/* some_bad.h - where each address is probed: what it means when some are bad and some are not. */
#ifndef MAILVANE_ADDRESS_VERDICT_H
#define MAILVANE_ADDRESS_VERDICT_H

#include "report.h"

/* For each target among the findings, whose addresses stand together: the bad ones get the
 * state that the target has for it, and a remark "1 of 4 addresses bad, ..."; all bad are as
 * bad as they are. */
void address_verdict_decide(struct finding *, size_t count);

#endif
