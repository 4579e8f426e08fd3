/* verdicts.h - the last verdicts as report texts of the plugins, for check_mailvane and for
 * passive results. */
#ifndef MAILVANE_VERDICTS_H
#define MAILVANE_VERDICTS_H

#include "report.h"
#include "strbuf.h"

/* The last results of some targets. A target that is probed by each address has several. */
struct verdicts {
	struct finding *findings; /* they point to targets of the plan */
	size_t count, room;
};

void verdicts_init(struct verdicts *);
void verdicts_fini(struct verdicts *);

/* Adds copies of the results in the target's slot; none if it was not probed yet. False:
 * out of memory. */
bool verdicts_add(struct verdicts *, const struct target *);
/* The same with announced states; results without an announced state are left out. */
bool verdicts_add_announced(struct verdicts *, const struct target *);

/* Writes the answer of /api/v1/verdict, in the format of checks/verdict_reader.h, for
 * one server, or for one service of it (NULL: all). False: the text says why there is no
 * such server or service. */
bool verdicts_answer(struct strbuf *, const struct plan *, const char *server,
		     const char *service, struct moment now);

#endif
