/* inquiry.h - the command line of check_mailvane: whom to ask, and about what. */
#ifndef MAILVANE_INQUIRY_H
#define MAILVANE_INQUIRY_H

#include "instant.h"
#include "refusal.h"

/* All texts are those of argv. */
struct inquiry {
	const char *url;
	const char *server, *service; /* service NULL: all of the server */
	struct span max_age;          /* ns 0: three intervals of each service */
	struct span timeout;
	bool help, version;
};

/* False, with a sentence that says what to do, if the arguments cannot be used. */
bool inquiry_parse(int argc, char **argv, struct inquiry *ret_inquiry,
		   char error[REFUSAL_MAX]);

extern const char inquiry_help[];

#endif
