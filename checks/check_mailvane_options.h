/* inquiry.h - the command line of check_mailvane: whom to ask, and about what. */
#ifndef MAILVANE_CHECK_MAILVANE_OPTIONS_H
#define MAILVANE_CHECK_MAILVANE_OPTIONS_H

#include "instant.h"
#include "usage_error.h"

/* All texts are those of argv. */
struct check_mailvane_options {
	const char *url;
	const char *server, *service; /* service NULL: all of the server */
	struct span max_age;          /* ns 0: three intervals of each service */
	struct span timeout;
	bool help, version;
};

/* False, with a sentence that says what to do, if the arguments cannot be used. */
bool check_mailvane_options_parse(int argc, char **argv,
				  struct check_mailvane_options *ret_options,
				  char error[REFUSAL_MAX]);

extern const char check_mailvane_options_help[];

#endif
