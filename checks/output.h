/* output.h - the one place where a plugin writes to standard output.
 *
 * Whatever the text was made of (arguments, files, words of servers, an exporter's answer), it
 * is cleaned here once more by the rules of plugin_text.h. Only the JSON documents, whose
 * strings json_writer.h cleans by their own rules, and the lines of a signal handler, which hold
 * nothing from outside, do not pass here.
 */
#ifndef MAILVANE_OUTPUT_H
#define MAILVANE_OUTPUT_H

#include "view.h"

/* A report: a summary, perhaps with a bar and performance values, then lines. `last` is one
 * more line that may have values of its own; empty if there is none. */
void output_report(struct view report, struct view last);

/* Lines of which any may end in performance values, as those of the classic plugins. */
void output_lines_with_values(struct view);

/* Lines without performance values: errors, help, remarks. */
void output_lines(struct view);
void output_text(const char *lines);

/* "SERVICE UNKNOWN - why" on one line, cut if it is long. Returns 3, the exit code. */
int output_unknown(const char *service, struct view why);

#endif
