/* probe.h - one probe: connect, TLS and dialogue over one stream, under one deadline.
 *
 * A probe knows nothing of the schedule, the connection limits or the verdict. It calls `on_result`
 * once, as soon as its facts are final, and `on_end` when the connection is closed. Between the two
 * it only says goodbye to the server (QUIT, LOGOUT).
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
	const struct dns_records *tlsa;  /* the TLSA records of the host; NULL: none */
	const char *tls_name;            /* the name to ask for in the TLS handshake */
	enum dane dane;                  /* what is known of DANE before the connection */
	const struct address *addresses; /* tried in order until one accepts */
	size_t address_count;            /* at least 1 */

	struct instant began;       /* when the run began, the name lookup included */
	struct instant ends;        /* the deadline, before loop_lag.h moves it */
	const struct loop_lag *lag; /* of the thread */
	struct span dns;            /* duration of the lookup; ns < 0: there was none */
	struct span waited;         /* for a connection limit */
	bool login_held;            /* do everything but the login: the breaker is open */
	struct instant held_until;  /* with login_held: until then */
	bool transcript;            /* keep the conversation */
	bool quick_close;           /* as if probe_close_quickly was called */

	/* The result is lent; its state and the verdict's fault and phase are not set yet. */
	void (*on_result)(void *user, const struct result *);
	void (*on_end)(void *user); /* the probe is freed */
	void *user;
};

/* NULL: out of memory. No function of the setting is called from within this call. */
struct probe *probe_new(const struct probe_setting *);

/* Called from `on_result` when another connection waits or the process is about to end: after a
 * timeout the probe does not stay to wait for the overdue reply. */
void probe_close_quickly(struct probe *);

/* Gives up the result and ends the connection: with a goodbye within `grace` where the dialogue is
 * at a point that allows one, else at once. `on_end` follows. */
void probe_stop(struct probe *, struct span grace);

#endif
