/* override.h - states that an operator puts in place of those of the table in verdict.c.
 *
 * The most exact row counts: one for a service before one for all, then one for a phase before
 * one for all. No two rows may say the same, so that their order never matters.
 */
#ifndef MAILVANE_OVERRIDE_H
#define MAILVANE_OVERRIDE_H

#include "fault.h"
#include "state.h"

struct override {
	enum fault fault;    /* not FAULT_OK */
	enum phase phase;    /* PHASE_COUNT: in each */
	const char *service; /* NULL: at each */
	enum state state;
};

struct overrides {
	const struct override *list;
	size_t count;
};

/* The row that counts, or NULL; of nothing if overrides is NULL. */
const struct override *overrides_find(const struct overrides *, enum fault, enum phase,
				      const char *service);

/* True when both are for the same findings, whatever they make of them. */
bool override_same(const struct override *, const struct override *);
bool overrides_same(const struct overrides *, const struct overrides *);

/* NULL, or what no such row can ever mean: "is found in the phase tls only". */
const char *override_fault(const struct override *);

#endif
