/* site.h - where the paths are: behind which prefix, under which name for users. */
#ifndef MAILVANE_SITE_H
#define MAILVANE_SITE_H

#include "buffer.h"

enum { SITE_TEXT_MAX = 512 };

struct site {
	char prefix[SITE_TEXT_MAX];  /* "" or "/mailvane": what requests begin with */
	char home[SITE_TEXT_MAX];    /* where users find the page, with its last "/" */
	char metrics[SITE_TEXT_MAX]; /* "/metrics": behind the prefix */
	bool lifecycle;              /* /-/reload is obeyed */
};

/* The three options; NULL: not given. The prefix is by default the path of the external URL.
 * False, with a line in error, for one that cannot be. */
bool site_init(struct site *, const char *external_url, const char *prefix,
	       const char *metrics, struct buffer *error);

/* The path of a request without the prefix. NULL: it is not behind the prefix. */
const char *site_path(const struct site *, const char *url);
/* A request for it is sent home: "/" before the prefix, the prefix without its last "/". */
bool site_redirects(const struct site *, const char *url);

#endif
