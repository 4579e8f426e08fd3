/* exporter_plan.h - a plan with made-up results, for the tests of what is rendered from it.
 *
 * server "a<b" has imaps (OK, with certificate and mailbox) and smtp (never probed); "mx&co" has
 * smtp with a record for each of two addresses: one OK, one CRITICAL.
 */
#ifndef MAILVANE_TEST_EXPORTER_PLAN_H
#define MAILVANE_TEST_EXPORTER_PLAN_H

#include "certificate_made.h"
#include "health.h"
#include "plan.h"

/* 2026-11-21T12:00:00.500Z, when all probes ran. */
extern const struct moment probed_at;

/* Release it. */
struct plan *exporter_plan_new(void);

/* An exporter that runs well. */
extern const struct health exporter_plan_health;

#endif
