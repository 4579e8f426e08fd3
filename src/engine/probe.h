/* probe.h - one probe: connect, TLS, dialogue over one stream; facts out.
 *
 * A probe knows its deadline and its manners, not the schedule, the budgets or the verdict. It
 * says `found` once, as soon as its facts are final, and `ended` when the connection is gone:
 * in between it only takes leave.
 */
#ifndef MAILVANE_PROBE_H
#define MAILVANE_PROBE_H

#include "loop_lag.h"
#include "plan.h"
#include "schedule.h"

#include <uv.h>

struct probe;

struct probe_setting {
	/* All lent for the life of the probe. */
	uv_loop_t *loop;
	struct schedule *schedule;
	struct tls_context *tls; /* may be NULL when the service never uses TLS */
	char *output; /* DIALOGUE_OUTPUT_MAX bytes that all probes of a thread share */
	const struct settings *settings;
	const struct target *target;
	const struct dns_records *tlsa;  /* of its name; NULL: none */
	const char *tls_name;            /* the target's, or that of its TLSA records */
	enum dane dane;                  /* known before */
	const struct address *addresses; /* tried in order until one accepts */
	size_t address_count;            /* at least 1 */

	struct instant began;       /* of the whole, the name lookup included */
	struct instant ends;        /* the deadline, before loop_lag.h moves it */
	const struct loop_lag *lag; /* of the thread */
	struct span dns;            /* the lookup took; ns < 0: there was none */
	struct span waited;         /* for a place among the connections */
	bool hold_login;            /* the account is suspended: do all but the login */
	struct instant held_until;  /* if so, until then */
	bool transcript;            /* keep what is said */
	bool in_haste;              /* as if probe_hurry was called */

	/* The result is lent; state, fault and phase of the verdict are not set yet. */
	void (*found)(void *user, const struct result *);
	void (*ended)(void *user); /* the probe is freed */
	void *user;
};

/* NULL: out of memory. Nothing is said from within this call. */
struct probe *probe_new(const struct probe_setting *);

/* From `found`: others wait for the connection, or the process ends. After a timeout there is no
 * long farewell, then. */
void probe_hurry(struct probe *);

/* No result is wanted any more: take leave within `grace`, or hang up where there is nobody to
 * say goodbye to. `ended` follows. */
void probe_leave(struct probe *, struct span grace);

#endif
