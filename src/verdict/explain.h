/* explain.h - what a fault means, its usual causes and what to do, for people. */
#ifndef MAILVANE_EXPLAIN_H
#define MAILVANE_EXPLAIN_H

#include "fault.h"

struct explanation {
	const char *meaning; /* one or two sentences */
	const char *causes;  /* one a line */
	const char *remedy;  /* one a line */
};

/* Never NULL. */
const struct explanation *explain_fault(enum fault);

#endif
