/* order.h - from the options of check_mail to a plan. */
#ifndef MAILVANE_RUN_PLAN_H
#define MAILVANE_RUN_PLAN_H

#include "check_mail_options.h"

/* Fills a new plan. The texts of the options are lent for its life. False, with a sentence, if
 * a service, a password or another file cannot be used. */
bool order_fill(struct plan *, const struct check_mail_options *, char error[REFUSAL_MAX]);

#endif
