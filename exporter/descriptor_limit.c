/* descriptor_limit.c - descriptors that the exporter needs itself, and what is left for
 * probes. */
#include "descriptor_limit.h"

#include "descriptors.h"

#include <stdio.h>

/* For standard streams, log, signals, listening sockets and HTTP; and for the loop and
 * the DNS sockets of each engine thread. A quarter of the rest is kept for HTTP clients
 * and files (descriptors.h). */
enum { DESCRIPTORS_BASE = 20, DESCRIPTORS_PER_THREAD = 12 };

static const char *descriptor_limit_number(char dst[24], unsigned n)
{
	struct buffer b;

	buffer_init(&b, dst, 24);
	buffer_format(&b, "%u", n);
	return buffer_string(&b);
}

static unsigned descriptor_limit_own(const struct plan *plan)
{
	return DESCRIPTORS_BASE + DESCRIPTORS_PER_THREAD * plan->settings.threads;
}

bool descriptor_limit_suffices(const struct plan *plan, char *error, size_t cap)
{
	unsigned limit = descriptors_limit(), own = descriptor_limit_own(plan);

	if (limit > own)
		return true;
	snprintf(error, cap,
		 "this process may open %u files, and the exporter needs more than %u for "
		 "itself; raise the limit (ulimit -n, LimitNOFILE of the service)",
		 limit, own);
	return false;
}

void descriptor_limit_apply(struct plan *plan, struct log *log)
{
	unsigned wanted = plan->settings.in_flight_max, limit = descriptors_limit();
	unsigned others = descriptor_limit_own(plan);
	unsigned fit = descriptors_fit(wanted, limit, others);
	char configured[24], effective[24], files[24];

	if (fit == wanted)
		return;
	plan->settings.in_flight_max = fit;
	log_put(log, LOG_WARN,
		"in_flight_max is lowered to what the limit of open files has room for",
		(struct log_field[]){
		    { "configured", descriptor_limit_number(configured, wanted) },
		    { "in_flight_max", descriptor_limit_number(effective, fit) },
		    { "open_files_max", descriptor_limit_number(files, limit) },
		    { "hint", "raise LimitNOFILE of the service" } },
		4);
}
