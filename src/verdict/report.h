/* report.h - findings as the output of a plugin, as a scheduler reads it. check_mail prints it,
 * the exporter hands the same to check_mailvane and to passive checks.
 */
#ifndef MAILVANE_REPORT_H
#define MAILVANE_REPORT_H

#include "buffer.h"
#include "plan.h"
#include "verdict.h"

/* Nagios reads 8 KiB of a plugin, and check_mailvane puts two lines behind a report. */
enum { REPORT_MAX = 7 * 1024 + 512, FINDING_REMARK_MAX = 200 };

/* One result on its way into a report. */
struct finding {
	const struct target *target; /* its port 0: it stands for more than one */
	struct result result; /* its state may have been changed by an operator's rule */
	char
	    remark[FINDING_REMARK_MAX]; /* what that rule says; replaces the sentence; "" */
};

/* What stands behind the values as their limits: texts of ranges, NULL where there is none.
 * The last one of each is that of the whole time. */
struct report_limits {
	const char *warning[PHASE_COUNT + 1], *critical[PHASE_COUNT + 1];
	bool envelope; /* the check tries one, in the phase `mailbox` */
};

/* One line of summary with performance values, then one line per finding, the worst first. What
 * does not fit into the buffer (of REPORT_MAX) is left out whole, lines that are OK first, and a
 * last line says how much that is. limits NULL: none. Returns the worst state, which is the exit
 * code. */
enum state report_write(struct buffer *, const struct finding *, size_t count,
			const struct report_limits *limits);

/* The finding in a sentence: the remark, or what the verdict says. */
const char *report_sentence(const struct finding *, char dst[VERDICT_SENTENCE_MAX]);

#endif
