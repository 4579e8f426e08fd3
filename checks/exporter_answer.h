/* exporter_answer.h - from the bytes an exporter answered to what check_mailvane prints. */
#ifndef MAILVANE_EXPORTER_ANSWER_H
#define MAILVANE_EXPORTER_ANSWER_H

#include "buffer.h"
#include "check_mailvane_options.h"

struct exporter_answer {
	int code; /* the exit code */
	/* Both still to be cleaned, by output_report. The report is a view of the answer or of
	 * `words`, `last` of `age`. */
	struct view report, last;
	char words[2048], age[1024];
};

/* Reads a whole HTTP answer (exchange.h), whatever it is; the views in *ret_answer live as
 * long as both. */
void exporter_answer_read(const struct check_mailvane_options *, struct view http,
			  struct exporter_answer *ret_answer);

#endif
