/* override.h - states that the operator sets for faults, in place of those of the table in verdict.c.
 *
 * The most specific row counts: one for a service before one for all services, then one for a phase
 * before one for all phases. No two rows may be for the same findings, so that their order does not
 * matter.
 */
#ifndef MAILVANE_OVERRIDE_H
#define MAILVANE_OVERRIDE_H

#include "fault.h"
#include "state.h"

struct override {
	enum fault fault;    /* not FAULT_OK */
	enum phase phase;    /* PHASE_COUNT: in every phase */
	const char *service; /* NULL: at every service */
	enum state state;
};

struct overrides {
	const struct override *list;
	size_t count;
};

/* The row that counts; NULL: there is none, or overrides is NULL. */
const struct override *overrides_find(const struct overrides *, enum fault, enum phase,
				      const char *service);

/* Whether both rows are for the same findings, even if they set other states. */
bool override_same(const struct override *, const struct override *);
bool overrides_same(const struct overrides *, const struct overrides *);

/* NULL: the row is valid; else why it can never apply, without a subject ("is found in the phase tls
 * only"). */
const char *override_mistake(const struct override *);

#endif
