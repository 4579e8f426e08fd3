/* nagios_spool.h - results as files in the check_result_path of Nagios Core 4 or Naemon.
 *
 * A file holds many results; its name is `c` and six more characters, and an empty NAME.ok says
 * that it is complete (base/utils.c of Nagios Core: process_check_result_queue).
 */
#ifndef MAILVANE_NAGIOS_SPOOL_H
#define MAILVANE_NAGIOS_SPOOL_H

#include "receiver.h"

/* The most files that wait to be read. */
enum { NAGIOS_SPOOL_FILES_MAX = 16 };

/* Copies the path. NULL: out of memory. */
struct transport *nagios_spool_new(const char *path);

#endif
