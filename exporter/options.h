/* options.h - the exporter's command line. */
#ifndef MAILVANE_OPTIONS_H
#define MAILVANE_OPTIONS_H

#include "buffer.h"

struct options {
	const char *config_file; /* NULL: not given */
	const char *listen_address;
	bool config_check, once, version, help;
};

/* Fills in the defaults and what is given; texts are those of argv. False, with one line in
 * error, for what cannot be understood. */
bool options_parse(int argc, char *const *argv, struct options *ret_options,
		   struct buffer *error);

/* The text of --help. */
void options_help(struct buffer *);

#endif
