/* smtp_rules.h - what check_smtp does with a connection, and what it makes of the answers. */
#ifndef MAILVANE_CLASSIC_SMTP_RULES_H
#define MAILVANE_CLASSIC_SMTP_RULES_H

#include "check.h"

/* Leaves the outcome in the check. */
void smtp_check(struct check *);

#endif
