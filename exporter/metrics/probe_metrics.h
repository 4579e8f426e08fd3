/* probe_metrics.h - one result as the metrics of an answer of /probe.
 *
 * The first half are those of the blackbox_exporter's tcp prober (0.23), with its names, help
 * and meaning, so that dashboards and rules made for it work; the second half says what it
 * cannot. None of our own metrics is among them.
 */
#ifndef MAILVANE_PROBE_METRICS_H
#define MAILVANE_PROBE_METRICS_H

#include "encoder.h"
#include "result.h"

void probe_metrics_put(struct strbuf *, const struct result *, struct span timeout);

/* One after the other; NULL: there is no other. */
const struct family *probe_metrics_family(size_t);

#endif
