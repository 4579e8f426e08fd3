/* verdicts.h - last verdicts in the words of the plugins: what check_mailvane asks for, and
 * what passive checks tell a scheduler.
 */
#ifndef MAILVANE_VERDICTS_H
#define MAILVANE_VERDICTS_H

#include "report.h"
#include "strbuf.h"

/* The results of some targets; one probed by each address has several. */
struct verdicts {
	struct finding *findings; /* their targets are lent */
	size_t count, room;
};

void verdicts_init(struct verdicts *);
void verdicts_fini(struct verdicts *);

/* Copies what the target's slot has; adds nothing if it was not probed yet. False: out of
 * memory. */
bool verdicts_add(struct verdicts *, const struct target *);
/* The same with the states that are announced; leaves out what has none yet. */
bool verdicts_add_announced(struct verdicts *, const struct target *);

/* GET /api/v1/verdict: what checks/standing.h reads, on one server, or one service of it if
 * that is not NULL. False: the draft says why there is no such thing. */
bool verdicts_answer(struct strbuf *, const struct plan *, const char *server,
		     const char *service, struct moment now);

#endif
