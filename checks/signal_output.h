/* signal_output.h - what a plugin says when it is ended before it has a verdict.
 *
 * A scheduler that gives up sends SIGTERM (Icinga 2) or SIGKILL; a plugin that dies silently is
 * shown as "no output". And a file system that hangs holds up what no deadline of ours covers.
 */
#ifndef MAILVANE_SIGNAL_OUTPUT_H
#define MAILVANE_SIGNAL_OUTPUT_H

/* From now on SIGTERM, SIGINT, SIGHUP, SIGABRT and a lack of memory end the program with UNKNOWN and
 * a line that begins with `service`, and SIGPIPE does nothing. */
void signal_output_prepare(const char *service);

/* And so does the end of that many seconds from now, in place of an earlier limit; 0: no limit. */
void signal_output_after(unsigned seconds);

#endif
