/* legacy_tls_probe.h - probes whether the addresses of a target accept TLS 1.0 or 1.1.
 *
 * legacy_tls.h says when such a probe is due and what its results mean.
 */
#ifndef MAILVANE_LEGACY_TLS_PROBE_H
#define MAILVANE_LEGACY_TLS_PROBE_H

#include "task_context.h"

/* Probes the addresses of the order one after the other until one of them accepts or the time is
 * over, and stores the answer in the target's slot. It is a task, so that a thread that runs once
 * ends after it. Does nothing when memory is lacking, or when one of the addresses is being probed
 * already. */
void legacy_tls_probe_start(struct task_context *, const struct legacy_tls_order *);

#endif
