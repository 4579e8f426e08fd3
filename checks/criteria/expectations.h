/* expectations.h - what an operator expects a server to offer. */
#ifndef MAILVANE_EXPECTATIONS_H
#define MAILVANE_EXPECTATIONS_H

#include "check_mail_options.h"
#include "report.h"

/* True when the options expect something, so that offers must be kept with the results. */
bool expectations_any(const struct check_mail_options *);

/* CRITICAL at protocol/capability, with a remark, for the first that is not met. A service that
 * failed is left as it is. */
void expectations_judge(const struct check_mail_options *, struct finding *);

#endif
