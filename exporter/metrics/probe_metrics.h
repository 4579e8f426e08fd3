/* probe_metrics.h - the metrics of an answer of /probe.
 *
 * The first half are those of the blackbox_exporter's tcp prober (0.23), with the same
 * names, help and meaning, so that dashboards and rules for it work. The second half adds
 * what it does not have. None of the exporter's own metrics is among them.
 */
#ifndef MAILVANE_PROBE_METRICS_H
#define MAILVANE_PROBE_METRICS_H

#include "encoder.h"
#include "result.h"

void probe_metrics_put(struct strbuf *, const struct result *, struct span timeout);

/* The families by index; NULL: no more. */
const struct family *probe_metrics_family(size_t);

#endif
