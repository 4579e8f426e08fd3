/* exporter.h - the running exporter without its front door: configuration, engine, reloads.
 *
 * Made, reloaded and ended by the main thread. exporter_plan, exporter_health and
 * exporter_unprobed may be asked by any other meanwhile.
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
	RELOAD_REQUESTED, /* SIGHUP: always read, always answered in the log */
	RELOAD_CHANGED,   /* only if a file has changed; the same errors are said once */
};

/* Starts to probe. Takes the config; its `path` and the log are lent. NULL, with a sentence in
 * error, if the engine cannot start; the config is freed then, too. */
struct exporter *exporter_new(struct config *, const char *path, const char *version,
			      struct log *, char *error, size_t cap);
/* Ends all probes, at most in a second. NULL does nothing. */
void exporter_free(struct exporter *);

/* The configuration in use but its servers, as text; the caller frees it. NULL: no memory. */
char *exporter_config(struct exporter *);

/* Somebody who asked for a reload. */
struct reload_waiter {
	/* On the main thread, or with false when the exporter ends first; `said` is lent. */
	void (*answered)(struct reload_waiter *, bool ok, const char *said);
	struct reload_waiter *next;
};
/* From any thread: the main thread is woken, and reloads as for SIGHUP. */
void exporter_request_reload(struct exporter *, struct reload_waiter *);
bool exporter_reload_requested(struct exporter *);
/* Readable while somebody waits for a reload; exporter_reload empties it. */
int exporter_reload_fd(const struct exporter *);

/* Goes over to the files as they are now. If anything is wrong with them nothing changes. */
void exporter_reload(struct exporter *, enum reload_cause);

/* Held for the caller: plan_release it. */
struct plan *exporter_plan(struct exporter *);
void exporter_health(struct exporter *, struct health *ret_health);

/* Lent; any thread may read from it. */
struct history *exporter_history(struct exporter *);

/* Grows when a target has changed its state, and when a configuration was taken or refused. */
uint64_t exporter_changes(struct exporter *);

/* Targets that have never been probed since the start; 0 for good once it was 0. */
size_t exporter_unprobed(struct exporter *);

/* Probes outside the schedule. exporter_probe is engine_probe; around it goes one of at most
 * `max` places, for a client: when it begins, and given back when the errand is gone. */
enum on_demand_permit exporter_probe_reserve(struct exporter *, uint64_t client,
					     unsigned max);
bool exporter_probe(struct exporter *, struct on_demand_probe *);
void exporter_probe_release(struct exporter *, uint64_t client);

/* The hook that logs what is announced; user is a struct log. */
void exporter_log_result(void *user, const struct target *, const struct result *,
			 const struct published *);

#endif
