/* options.h - the command line of check_mail. */
#ifndef MAILVANE_CHECK_OPTIONS_H
#define MAILVANE_CHECK_OPTIONS_H

#include "plan.h"

enum { OPTIONS_ERROR_MAX = 256, OPTIONS_SERVICES_MAX = 16 };

/* All texts are those of argv. */
struct options {
	const char *host;
	struct view services[OPTIONS_SERVICES_MAX];
	size_t service_count;
	uint16_t port; /* 0: the service's own */
	bool tls_given;
	enum tls_mode tls;
	const char *name, *ca_file, *user, *password_file, *ehlo_name;
	struct span timeout;
	enum address_mode addresses;
	bool help, version;
};

/* False, with a sentence that says what to do, if the arguments cannot be used. */
bool options_parse(int argc, char **argv, struct options *ret_options,
		   char error[OPTIONS_ERROR_MAX]);

extern const char options_help[];

#endif
