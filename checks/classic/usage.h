/* usage.h - what is printed for bad arguments and for --help. */
#ifndef MAILVANE_CLASSIC_USAGE_H
#define MAILVANE_CLASSIC_USAGE_H

#include "plugin.h"

/* Standard output. */
void usage_print(const struct plugin *, const char *progname);
void usage_print_help(const struct plugin *, const char *progname);

#endif
