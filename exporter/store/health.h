/* health.h - how the exporter itself does: one picture, taken at the start of an answer. */
#ifndef MAILVANE_HEALTH_H
#define MAILVANE_HEALTH_H

#include "client_table.h"
#include "durations.h"
#include "engine.h"
#include "passive.h"
#include "process.h"

struct health {
	const char *version;
	struct moment started;
	size_t targets;
	unsigned in_flight_max; /* in force: descriptor_limit.h */
	struct shard shard;
	bool reload_ok;       /* the last one */
	struct moment loaded; /* when the configuration in use was read */
	uint64_t log_dropped; /* lines */
	uint64_t results_dropped;
	bool running; /* there is an engine, and `engine` holds its figures */
	struct engine_stats engine;
	struct process process;
	struct passive_stats passive[PASSIVE_RECEIVERS];
	bool served;                   /* over HTTP, and `slots` holds: */
	unsigned slots[CLIENT_STATES]; /* connections in each state */
	struct durations *durations;   /* lent; NULL: none are kept */
};

#endif
