/* health.h - the exporter's own figures, copied at the start of an answer. */
#ifndef MAILVANE_HEALTH_H
#define MAILVANE_HEALTH_H

#include "client_table.h"
#include "durations.h"
#include "engine.h"
#include "passive_counts.h"
#include "process.h"

struct health {
	const char *version;
	struct moment started;
	size_t targets;
	unsigned in_flight_max; /* the limit in force, see descriptor_limit.h */
	struct shard shard;
	bool reload_ok;       /* of the last reload */
	struct moment loaded; /* when the configuration in use was read */
	uint64_t log_dropped; /* log lines */
	uint64_t results_dropped;
	bool running; /* true: there is an engine, and `engine` is set */
	struct engine_stats engine;
	struct process process;
	struct passive_stats passive[PASSIVE_RECEIVERS];
	/* true: the request came over HTTP, and `slots` is set */
	bool served;
	unsigned slots[CLIENT_STATES]; /* connections in each state */
	struct durations *durations;   /* not owned; NULL: there are none */
};

#endif
