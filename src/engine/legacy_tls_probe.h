/* legacy_tls_probe.h - asks the addresses of a target whether they accept TLS 1.0 or 1.1.
 *
 * When it is due, and what its results mean, is in legacy_tls.h.
 */
#ifndef MAILVANE_LEGACY_TLS_PROBE_H
#define MAILVANE_LEGACY_TLS_PROBE_H

#include "task_context.h"

/* Probes the addresses of the order, one after the other, until one accepts or the time is over;
 * what was found is in the target's slot then. A task, so that a run of one turn ends behind it.
 * Out of memory nothing happens. */
void legacy_tls_probe_start(struct task_context *, const struct legacy_tls_order *);

#endif
