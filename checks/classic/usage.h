/* usage.h - the texts for bad arguments and for --help. */
#ifndef MAILVANE_CLASSIC_USAGE_H
#define MAILVANE_CLASSIC_USAGE_H

#include "buffer.h"
#include "plugin.h"

/* Add lines. */
void usage_put(struct buffer *, const struct plugin *, const char *progname);
void usage_put_help(struct buffer *, const struct plugin *, const char *progname);

#endif
