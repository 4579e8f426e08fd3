/* jobs.h - the targets of an engine thread, each with its place in the schedule. */
#ifndef MAILVANE_JOBS_H
#define MAILVANE_JOBS_H

#include "worker.h"

/* Takes the worker's targets of the plan in place of those it had; unchanged ones keep their turn
 * and the round that is under way. False: out of memory, and the jobs are as they were. */
bool jobs_load(struct worker *, const struct plan *);
/* The same for the plan of a kit, with what jobs_prepare has worked out if that is about the plan
 * the worker has now. */
bool jobs_go_over(struct worker *, struct runtime *);
void jobs_free(struct worker *);

/* Works out a worker's share of the kit's plan, so that going over to it does not hold up its
 * probes; `older` is the plan before. From any thread. Out of memory it is left to the worker. */
void jobs_prepare(struct runtime *, const struct plan *older, unsigned index, unsigned of);

#endif
