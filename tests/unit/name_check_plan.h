/* name_check_plan.h - a plan of shared hosts with made-up results for their names.
 *
 * "shared7" is asked for 150 names at imaps and at submissions. At imaps c000.test to c119.test
 * are confirmed to be bad, by turns cert_expired and, without a certificate of their own,
 * cert_name; c120.test is expiring (WARNING), c121.test is good and ends first of all; the rest
 * was not asked yet. At submissions only c000.test was asked: bad, but not confirmed. "other" is
 * asked for none, "plain" for c.test at imaps, which is good.
 */
#ifndef MAILVANE_TEST_NAME_CHECK_PLAN_H
#define MAILVANE_TEST_NAME_CHECK_PLAN_H

#include "plan.h"

enum { HOSTED_NAMES = 150 };

/* 2026-11-21T12:00:00Z, when c000.test was asked; each other one a second later. */
extern const struct moment hosted_asked_at;

/* Release it. */
struct plan *name_check_plan_new(void);

#endif
