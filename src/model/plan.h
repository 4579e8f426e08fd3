/* plan.h - what to probe and how: the whole configuration as the engine uses it.
 *
 * A plan is built once, by src/config or a plugin, and then does not change. It is counted and shared
 * by engine threads, probes in flight and scrapes. A reload makes a new plan.
 */
#ifndef MAILVANE_PLAN_H
#define MAILVANE_PLAN_H

#include "address.h"
#include "arena.h"
#include "instant.h"
#include "mechanism_choice.h"
#include "name_results.h"
#include "policy.h"
#include "probe_acl.h"
#include "service.h"
#include "shard.h"
#include "slot.h"
#include "tls.h"

#include <stdatomic.h>

/* ADDRESS_FIRST: one probe, of the first address that accepts a connection. ADDRESS_IPV4, _IPV6: the
 * same with addresses of one kind. ADDRESS_EACH: a probe of every address. */
enum address_mode { ADDRESS_FIRST, ADDRESS_IPV4, ADDRESS_IPV6, ADDRESS_EACH };

struct account {
	const char *name; /* of the account in the configuration; not the user name */
	const char *user, *password;
	enum mechanism mechanism; /* the SASL mechanism to use */
	bool token;               /* the password is a token */
};

/* The addresses to try with SMTP and LMTP, as in struct dialogue_params. */
struct envelope {
	const char *from, *to;
	int expect_code;
};

struct label {
	const char *name, *value;
};

enum target_flag {
	TARGET_PLAINTEXT_LOGIN = 1 << 0,
	TARGET_UNVERIFIED_LOGIN = 1 << 1,
	TARGET_PROXY_HEADER = 1 << 2, /* begin with a PROXY protocol header, version 1 */
	TARGET_HISTOGRAM = 1 << 3,    /* a histogram of its durations is kept */
	TARGET_TLS_ONLY = 1 << 4,     /* the dialogue ends after TLS with a goodbye */
	TARGET_SOME_BAD = 3 << 5,     /* see target_some_bad */
	/* Set by the plan: another target or address of the server has the same TLS name, so that their
	 * certificates are compared (renewal.h). */
	TARGET_COMPARED = 1 << 7,
	TARGET_DANE_OFF = 1 << 8,      /* no TLSA records are looked up */
	TARGET_DANE_REQUIRED = 1 << 9, /* missing or wrong records are a fault */
	TARGET_FLAGS = 0x1FFF,         /* all bits of `flags` */
};

/* One service of one server. Texts belong to the plan. server + service is unique in it. */
struct target {
	const char *server;      /* its name in the configuration; label `server` */
	const char *host;        /* host name or IP literal */
	const char *tls_name;    /* sent as SNI and verified */
	const struct pins *pins; /* the keys that its certificate may have; NULL: any */
	const struct service *service;
	const struct account *account; /* NULL: no login */
	const struct label *labels;
	uint16_t label_count;
	uint8_t confirm;      /* results in a row that announce a state; 0 counts as 1 */
	uint8_t addresses;    /* enum address_mode */
	unsigned flags : 13;  /* enum target_flag */
	unsigned tls_min : 3; /* 1 + enum tls_version; 0: that of the service */
	unsigned legacy_tls_minutes : 16;  /* between two probes for legacy TLS; 0: none */
	const struct overrides *overrides; /* of its server; NULL: none */
	struct span interval, retry_interval, timeout;
	struct slot
	    *slot; /* its last results; outlives a reload when the target is unchanged */
};

/* The state of a bad address while other addresses of the target are good. The flags hold it so that
 * flags of 0 mean WARNING. */
static inline enum state target_some_bad(const struct target *t)
{
	return (enum state)((t->flags >> 5 & 3) ^ STATE_WARNING);
}

static inline unsigned target_some_bad_flags(enum state state)
{
	return ((unsigned)state ^ STATE_WARNING) << 5;
}

enum transcripts { TRANSCRIPTS_NONE, TRANSCRIPTS_OF_FAILURES, TRANSCRIPTS_OF_ALL };

/* Settings of probes on demand. */
struct on_demand {
	struct probe_acl probe_acl; /* which hosts that are no targets may be probed */
	unsigned max;               /* under way at once */
	struct span timeout;        /* where the target has none of its own */
	struct span offset;         /* subtracted from the timeout of the client */
};

/* The buckets of histograms of durations: upper limits, ascending, none above BUCKET_LONGEST. */
enum { BUCKETS_MAX = 20 };
#define BUCKET_LONGEST span_of_ms(INT64_C(3600) * 1000)

struct buckets {
	unsigned count; /* 0: no histograms */
	struct span limits[BUCKETS_MAX];
};

struct settings {
	const char *ehlo_name;
	const char *resolvers; /* as in struct resolver_options */
	bool trust_ad;         /* as in struct resolver_options */
	struct tls_options tls;
	enum tls_version tls_min;            /* an older version is a fault */
	struct address source_v4, source_v6; /* family AF_UNSPEC: the kernel chooses */
	unsigned threads;                    /* threads of the engine, 1 to 64 */
	unsigned in_flight_max;              /* connections open at once, in all */
	unsigned per_address_max;            /* connections open at once to one address */
	const struct envelope *envelope;     /* for SMTP and LMTP; NULL: none is tried */
	enum transcripts transcripts;        /* which are kept with the results */
	struct policy policy;
	struct on_demand on_demand;
	struct buckets buckets;
};

/* The customer names that one service is checked for: besides the ordinary probes of the target, a
 * connection for each name sends it in the TLS handshake (SNI) and ends after it, without a login. */
struct name_check {
	const struct target *target;       /* of the same plan; its service has TLS */
	struct name_results *name_results; /* held; shared with later plans */
	struct name_set *name_set;         /* held; the names of this plan */
	const char *file;     /* that the names were read from; NULL: no file */
	struct span interval; /* each name is probed once in it */
};

/* What plan_set_name_checks makes a name check from. */
struct name_check_options {
	const char *server, *service; /* of a target */
	struct name_set *name_set;    /* the plan will hold it, too */
	const char *file;             /* its text must be in the plan's arena or static */
	struct span interval;
};

struct plan {
	atomic_uint holders;
	struct arena arena;
	struct settings settings;
	const struct service *services; /* built in and configured */
	size_t service_count;
	struct shard shard;     /* the targets are those of its servers */
	struct target *targets; /* sorted by server, then service */
	size_t target_count;
	struct name_check *name_checks; /* sorted as the targets are */
	size_t name_check_count;
};

/* A plan with default settings, no target and one holder. Ends the process when memory is lacking. */
struct plan *plan_new(void);
/* Thread-safe. NULL does nothing and is returned. */
struct plan *plan_hold(struct plan *);
void plan_release(struct plan *);

/* Gives the plan its targets: copies the array, sorts it and makes the slots. The texts must be in the
 * plan's arena or static. Returns NULL, or the first target that occurs twice. */
const struct target *plan_set_targets(struct plan *, const struct target *, size_t count);

/* Gives targets of the plan their name checks. Entries for a target that the plan does not have, or
 * whose service has no TLS, are ignored. A target may occur once. */
void plan_set_name_checks(struct plan *, const struct name_check_options *, size_t count);

/* NULL: the target is checked for no names. */
const struct name_check *plan_find_name_check(const struct plan *, const struct target *);

/* Gives the name sets of the plan to its name results, when the plan is taken into use. engine_load
 * calls it. */
void plan_load_name_results(struct plan *);

/* The order of a plan's targets: by server, then by service. */
int target_order(const struct target *, const struct target *);

/* The index of the first target whose server is `server` or sorts after it. */
size_t plan_find_server(const struct plan *, const char *server);

/* Shares with the older plan the slots of unchanged targets, and the name results of targets whose
 * host and service are unchanged. */
void plan_inherit(struct plan *, const struct plan *older);

#endif
