/* running_exporter.h - an exporter with a configuration of its own and a log that can be read,
 * for the tests of what it does while it runs.
 *
 * Its one target, server "mx" service "far", has its turn once a day, so results are those that
 * a test publishes.
 */
#ifndef MAILVANE_TEST_RUNNING_EXPORTER_H
#define MAILVANE_TEST_RUNNING_EXPORTER_H

#include "exporter.h"

struct running {
	int log_ends[2];
	struct log *log;
	struct exporter *exporter;
	struct store *store; /* the exporter's */
	char lines[8192];    /* what running_log last read */
};

void running_start(struct running *);
void running_stop(struct running *);

/* Replaces the configuration of the one that runs by the usual one with `more` behind it. */
void running_configure(const char *more);

/* What was logged since the last call. */
const char *running_log(struct running *);

/* Publishes a first result of the target, as its engine thread would. */
void running_probed(struct running *, enum state);

#endif
