/* hosted_verdict.h - all customers' names of a server as one finding, beside those of its
 * services: for check_mailvane.
 */
#ifndef MAILVANE_HOSTED_VERDICT_H
#define MAILVANE_HOSTED_VERDICT_H

#include "report.h"

/* What it is called, where no service of the server has that name. */
#define HOSTED_SERVICE "names"

struct hosted_verdict {
	struct target target; /* made up; its texts are the plan's or static */
	struct finding finding;
	bool pending; /* no name was asked for yet: there is no finding */
};

/* By confirmed states. The result began when the name that waits longest was last due, so that
 * its age is how far behind the names are. False: the server has none. Finish the finding's
 * result unless it is pending. */
bool hosted_verdict(const struct plan *, const char *server,
		    struct hosted_verdict *ret_verdict);

#endif
