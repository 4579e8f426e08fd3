/* hosted_verdict.h - all customers' names of a server as one finding, beside the findings
 * of its services; check_mailvane prints it. */
#ifndef MAILVANE_HOSTED_VERDICT_H
#define MAILVANE_HOSTED_VERDICT_H

#include "report.h"

/* Name of this finding, unless a service of the server has the same name. */
#define HOSTED_SERVICE "names"

struct hosted_verdict {
	/* not a configured target; its texts belong to the plan or are static */
	struct target target;
	struct finding finding;
	bool pending; /* no name was probed yet, so there is no finding */
};

/* Sums up by confirmed states. The time of the result is when the most overdue name was
 * due, so that the age of the finding shows how late the names are. False: the server
 * has no names. Free the finding's result unless it is pending. */
bool hosted_verdict(const struct plan *, const char *server,
		    struct hosted_verdict *ret_verdict);

#endif
