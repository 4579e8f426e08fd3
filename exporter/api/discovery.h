/* discovery.h - /sd: the configured targets for http_sd_configs of Prometheus.
 *
 * Each target is the exporter's own address with the parameters of /probe, so that a scrape
 * configuration needs no relabelling:
 * [{"targets":["HOST:PORT"],"labels":{"__metrics_path__":"/probe","__param_target":...}}]
 */
#ifndef MAILVANE_DISCOVERY_H
#define MAILVANE_DISCOVERY_H

#include "http_reply.h"
#include "plan.h"
#include "request.h"
#include "text_stream.h"

/* Selects targets (NULL: all), and says how Prometheus reaches the exporter. Valid
 * during the call. */
struct discovery_request {
	const char *server, *service, *protocol;
	const char *address; /* address of the exporter: "probe.example.com:19025" */
	const char *path;    /* path of /probe at that address */
	bool https;
};

/* Holds a reference to the plan until it is freed. NULL: out of memory. */
struct text_stream *discovery_new(struct plan *, const struct discovery_request *);

/* The function of the path. */
struct http_reply discovery_answer(struct request *);

#endif
