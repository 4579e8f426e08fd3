/* site.h - where users and requests find the paths: the prefix, and the external URL. */
#ifndef MAILVANE_SITE_H
#define MAILVANE_SITE_H

#include "buffer.h"

enum { SITE_TEXT_MAX = 512 };

struct site {
	char prefix[SITE_TEXT_MAX];  /* "" or "/mailvane": the prefix of requests */
	char home[SITE_TEXT_MAX];    /* where users find the page; ends in "/" */
	char metrics[SITE_TEXT_MAX]; /* "/metrics", without the prefix */
	bool lifecycle;              /* --web.enable-lifecycle */
};

/* From the three options (NULL: not given). Without a prefix, the path of the external
 * URL is used. False: error has one line that says which value is wrong. */
bool site_init(struct site *, const char *external_url, const char *prefix,
	       const char *metrics, struct buffer *error);

/* The path of a request without the prefix. NULL: the request does not begin with the
 * prefix. */
const char *site_path(const struct site *, const char *url);
/* True for "/" without the prefix, and for the prefix without its last "/": they are
 * redirected to the page. */
bool site_redirects(const struct site *, const char *url);

#endif
