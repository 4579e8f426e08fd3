/* plugin.h - which of the classic plugins we are, by the name we were called. */
#ifndef MAILVANE_CLASSIC_PLUGIN_H
#define MAILVANE_CLASSIC_PLUGIN_H

#include "view.h"

/* The two families have command lines and outputs of their own. */
enum plugin_family { PLUGIN_SMTP, PLUGIN_TCP };

struct plugin {
	const char *prefix; /* of the service in our name */
	enum plugin_family family;
	uint16_t port;
	bool tls;                             /* from the first byte */
	const char *expect;                   /* how the greeting begins */
	const char *quit;                     /* the farewell */
	const char *starttls, *starttls_done; /* NULL: has none */
};

/* "/usr/lib/check_imap" -> "check_imap". */
const char *plugin_basename(const char *path);

/* The word in the output, "IMAP4" of "check_imap4", cut to fit. */
enum { PLUGIN_SERVICE_MAX = 24 };
const char *plugin_service(const char *basename, char dst[PLUGIN_SERVICE_MAX]);

/* By "check_" and a prefix of what follows: check_pop3 is check_pop. NULL: none of ours. */
const struct plugin *plugin_find(const char *basename);

#endif
