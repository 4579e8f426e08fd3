/* tcp_rules.h - what the check_tcp family does with a connection. */
#ifndef MAILVANE_CLASSIC_TCP_RULES_H
#define MAILVANE_CLASSIC_TCP_RULES_H

#include "check.h"

/* Leaves the outcome in the check. */
void tcp_check(struct check *);

#endif
