/* findings.h - the results of one run, in order, and an operator's rules on them. */
#ifndef MAILVANE_FINDINGS_H
#define MAILVANE_FINDINGS_H

#include "check_mail_options.h"
#include "report.h"

struct findings {
	struct finding *list;
	size_t count, room;
};

/* Copies the result; without memory for it the process ends, as a plugin must not forget one. */
void findings_add(struct findings *, const struct target *, const struct result *);
/* Adds what the legacy-TLS probes have found, behind the run. */
void findings_note_legacy_tls(struct findings *, const struct policy *);
void findings_fini(struct findings *);

/* By service in the order of ports asked for, then by address; then all rules of the options:
 * expectations, limits, closed ports whose TLS twin works, some addresses bad. */
void findings_judge(struct findings *, const struct check_mail_options *);

/* The service with implicit TLS that may stand in for this one; NULL: none. */
const char *findings_twin(const char *service);

#endif
