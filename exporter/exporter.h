/* exporter.h - the running exporter without its HTTP server: the engine, the store that it fills,
 * passive checks, and reloads of the configuration.
 *
 * The main thread creates, reloads and frees it. What other threads may read is the store.
 */
#ifndef MAILVANE_EXPORTER_H
#define MAILVANE_EXPORTER_H

#include "store.h"

struct exporter;

enum reload_cause {
	/* SIGHUP or HTTP: always reads the files and always logs the outcome */
	RELOAD_REQUESTED,
	/* the timer: reads them only if a file has changed, and logs the same errors
	 * once */
	RELOAD_CHANGED,
};

/* Starts to probe. Takes over the config; path, version and log must outlive the
 * exporter. NULL: the engine cannot start; error has a sentence, and the config is
 * freed. */
struct exporter *exporter_new(struct config *, const char *path, const char *version,
			      struct log *, char *error, size_t cap);
/* Ends all probes within a second and frees everything. NULL does nothing. */
void exporter_free(struct exporter *);

/* Valid as long as the exporter. */
struct store *exporter_store(struct exporter *);

/* Reads the files and uses them from now on. If there is any error, nothing changes.
 * Main thread only. */
void exporter_reload(struct exporter *, enum reload_cause);

#endif
