/* exporter.h - the running exporter without its HTTP server: configuration, engine,
 * reloads.
 *
 * The main thread creates, reloads and frees it. Any thread may call exporter_plan,
 * exporter_health, exporter_unprobed, exporter_changes, exporter_config,
 * exporter_request_reload and the exporter_probe functions in between.
 */
#ifndef MAILVANE_EXPORTER_H
#define MAILVANE_EXPORTER_H

#include "config.h"
#include "health.h"
#include "history.h"
#include "log.h"
#include "on_demand_limiter.h"

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

/* Returns the configuration in use, without its servers, as text that the caller frees.
 * NULL: out of memory. */
char *exporter_config(struct exporter *);

/* A requester of a reload; owned by the requester until `answered` was called. */
struct reload_waiter {
	/* Called once, on the main thread: after the reload, or with ok false when the
	 * exporter ends first. `said` is valid during the call. */
	void (*answered)(struct reload_waiter *, bool ok, const char *said);
	struct reload_waiter *next;
};
/* Called from any thread. Wakes the main thread, which reloads as for SIGHUP. */
void exporter_request_reload(struct exporter *, struct reload_waiter *);
bool exporter_reload_requested(struct exporter *);
/* A descriptor that is readable while a reload is requested; exporter_reload empties it. */
int exporter_reload_fd(const struct exporter *);

/* Reads the files and uses them from now on. If there is any error, nothing changes.
 * Main thread only. */
void exporter_reload(struct exporter *, enum reload_cause);

/* Returns the plan in use, with a reference that the caller gives back with
 * plan_release. */
struct plan *exporter_plan(struct exporter *);
void exporter_health(struct exporter *, struct health *ret_health);

/* Valid as long as the exporter; any thread may read it. */
struct history *exporter_history(struct exporter *);

/* A counter that grows when a target has changed its state and after every reload. */
uint64_t exporter_changes(struct exporter *);

/* Number of targets that were not probed since the start. Once it was 0 it stays 0. */
size_t exporter_unprobed(struct exporter *);

/* Probes on demand, from any thread. exporter_probe is engine_probe. Before it, the
 * caller reserves one of at most `max` probes for a client, and gives it back when the
 * engine is done with the probe. */
enum on_demand_permit exporter_probe_reserve(struct exporter *, uint64_t client,
					     unsigned max);
bool exporter_probe(struct exporter *, struct on_demand_probe *);
void exporter_probe_release(struct exporter *, uint64_t client);

/* Logs a result: at its level if the announced state has changed, else as debug. Has the
 * type of the engine's hook; user is a struct log. Any thread. */
void exporter_log_result(void *user, const struct target *, const struct result *,
			 const struct published *);

#endif
