/* names_report.h - what became of all names: one verdict, as a scheduler reads it, or as JSON. */
#ifndef MAILVANE_CHECK_NAMES_REPORT_H
#define MAILVANE_CHECK_NAMES_REPORT_H

#include "customer_names.h"
#include "report.h"

/* The sum over all names and services. */
struct names_sum {
	enum state state; /* the worst; not asked in time is WARNING */
	enum fault fault; /* and what decided it */
	enum phase phase;
	size_t bad;             /* names with something wrong at a service */
	size_t not_asked;       /* names without an answer from one */
	struct moment earliest; /* end of a certificate for a name; 0: none is known */
	const char *earliest_name;
	size_t
	    worst; /* number of the first of the worst names; without meaning if bad is 0 */
};

/* Services that are closed and need not be open (RFC 8314 section 4.1) count for nothing. */
void names_sum(const struct customer_names *, const struct check_mail_options *,
	       struct names_sum *ret_sum);
bool names_port_excused(const struct customer_names *, const struct check_mail_options *,
			const struct names_port *);
/* Bad at this service. */
bool name_answer_bad(const struct name_answer *);

/* As report_write: a summary with performance values, a line for each service, and lines for bad
 * names while there is room, at most NAMES_SHOWN_MAX; then how many more there are. */
enum { NAMES_SHOWN_MAX = 20 };
void names_report(struct buffer *, const struct customer_names *,
		  const struct check_mail_options *, const struct names_sum *);

#endif
