/* rules.h - the web configuration in use, with its certificates.
 *
 * Connections and requests hold a reference, so that they keep their rules when new ones
 * come. Any thread.
 */
#ifndef MAILVANE_RULES_H
#define MAILVANE_RULES_H

#include "https.h"

#include <stdatomic.h>

struct rules {
	struct web_config *config; /* NULL: there is no file, and everything is allowed */
	struct https *tls;         /* NULL: plain HTTP */
	atomic_uint holders;
};

/* Reads the file (NULL: no file). The caller has one reference. NULL: the errors say
 * what is wrong. */
struct rules *rules_load(const char *path, struct errors *);
struct rules *rules_hold(struct rules *);
/* NULL does nothing. */
void rules_release(struct rules *);

bool rules_changed(const struct rules *);

#endif
