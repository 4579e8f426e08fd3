/* rules.h - who may ask and how, at one moment: the web configuration, ready for use.
 *
 * Held by connections and requests while others already get the next ones.
 */
#ifndef MAILVANE_RULES_H
#define MAILVANE_RULES_H

#include "https.h"

#include <stdatomic.h>

struct rules {
	struct web_config *config; /* NULL: no file, everything is allowed */
	struct https *tls;         /* NULL: plain HTTP */
	atomic_uint holders;
};

/* Held once by the caller. path NULL: no file. NULL, and what is wrong in the errors. */
struct rules *rules_load(const char *path, struct errors *);
struct rules *rules_hold(struct rules *);
/* NULL does nothing. */
void rules_release(struct rules *);

bool rules_changed(const struct rules *);

#endif
