/* plan.h - what to probe and how: the whole configuration in the words of the engine.
 *
 * Built once (by src/config or a plugin), then immutable, counted and shared by engine
 * threads, probes in flight and scrapes. A reload makes a new one.
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

/* ADDRESS_FIRST: the first that accepts a connection. ADDRESS_EACH: every one is a probe. */
enum address_mode { ADDRESS_FIRST, ADDRESS_IPV4, ADDRESS_IPV6, ADDRESS_EACH };

struct account {
	const char *name; /* in the configuration; never the user */
	const char *user, *password;
	enum mechanism mechanism; /* the only one to log in with */
	bool token;               /* the password is a token */
};

/* SMTP and LMTP: as in struct dialogue_params. */
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
	TARGET_HISTOGRAM = 1 << 3,    /* a front end keeps one of its durations */
	TARGET_TLS_ONLY = 1 << 4,     /* nothing behind TLS but a goodbye */
	TARGET_SOME_BAD = 3 << 5,     /* by target_some_bad */
	/* Set by the plan: something else is asked for the same name of the same server. */
	TARGET_COMPARED = 1 << 7,
	TARGET_DANE_OFF = 1 << 8,      /* no TLSA records are looked up */
	TARGET_DANE_REQUIRED = 1 << 9, /* a fault unless they are there and match */
	TARGET_FLAGS = 0x1FFF,         /* room for these */
};

/* One service of one server. Texts belong to the plan. server + service is unique in it. */
struct target {
	const char *server;      /* its name in the configuration; label `server` */
	const char *host;        /* host name or IP literal */
	const char *tls_name;    /* sent as SNI and verified */
	const struct pins *pins; /* of its keys; NULL: none */
	const struct service *service;
	const struct account *account; /* NULL: no login */
	const struct label *labels;
	uint16_t label_count;
	uint8_t confirm;      /* results in a row that announce a state; 0 is 1 */
	uint8_t addresses;    /* enum address_mode */
	unsigned flags : 13;  /* enum target_flag */
	unsigned tls_min : 3; /* 1 + enum tls_version; 0: as the service has it */
	unsigned legacy_tls_minutes : 16;  /* between two looks for old TLS; 0: none */
	const struct overrides *overrides; /* of its server; NULL: none */
	struct span interval, retry_interval, timeout;
	struct slot
	    *slot; /* its last results; outlives a reload when the target is unchanged */
};

/* The state of an address that is bad, while others of the target are not; without the flags it
 * is WARNING. */
static inline enum state target_some_bad(const struct target *t)
{
	return (enum state)((t->flags >> 5 & 3) ^ STATE_WARNING);
}

static inline unsigned target_some_bad_flags(enum state state)
{
	return ((unsigned)state ^ STATE_WARNING) << 5;
}

enum transcripts { TRANSCRIPTS_NONE, TRANSCRIPTS_OF_FAILURES, TRANSCRIPTS_OF_ALL };

/* Of probes outside the schedule, as a front end allows them. */
struct on_demand {
	struct probe_acl probe_acl; /* of what is not configured */
	unsigned max;               /* at once */
	struct span timeout;        /* where the target has none of its own */
	struct span offset;         /* taken off the patience of who asks */
};

/* Of histograms of durations: upper limits, ascending, none above BUCKET_LONGEST. */
enum { BUCKETS_MAX = 20 };
#define BUCKET_LONGEST span_of_ms(INT64_C(3600) * 1000)

struct buckets {
	unsigned count; /* 0: no histograms */
	struct span limits[BUCKETS_MAX];
};

struct settings {
	const char *ehlo_name;
	const char *resolvers; /* as in struct resolver_options */
	bool trust_ad;         /* likewise */
	struct tls_options tls;
	enum tls_version tls_min;            /* an older one is a fault */
	struct address source_v4, source_v6; /* family AF_UNSPEC: the kernel chooses */
	unsigned threads;                    /* of the engine; 1 to 64 */
	unsigned in_flight_max;              /* probes at once, in all */
	unsigned per_address_max;            /* probes at once to one address */
	const struct envelope *envelope;     /* tried by SMTP and LMTP; NULL: none */
	enum transcripts transcripts;        /* which are kept with the results */
	struct policy policy;
	struct on_demand on_demand;
	struct buckets buckets;
};

/* The customer names that one target is asked for by SNI, beside its ordinary probes: a
 * connection up to TLS and a goodbye for each, never a login. */
struct name_check {
	const struct target *target;       /* of the same plan; its service has TLS */
	struct name_results *name_results; /* held; a later plan shares it */
	struct name_set *name_set;         /* held; the names of this plan */
	const char *file;                  /* they came from; NULL: no file */
	struct span interval;              /* each name is asked once in it */
};

/* As the makers of a plan give it. */
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
	struct shard shard;     /* of whose servers the targets are */
	struct target *targets; /* sorted by server, then service */
	size_t target_count;
	struct name_check *name_checks; /* sorted as the targets are */
	size_t name_check_count;
};

/* The defaults, no target, one holder. */
struct plan *plan_new(void);
/* Thread-safe. NULL does nothing and is returned. */
struct plan *plan_hold(struct plan *);
void plan_release(struct plan *);

/* Gives the plan its targets: copies the array (the texts must be in the plan's arena or
 * static), sorts it and makes the slots. NULL, or the first target that comes twice. */
const struct target *plan_set_targets(struct plan *, const struct target *, size_t count);

/* Gives targets of the plan, which it has already, their names. Those of targets it does not
 * have, or whose service has no TLS, are left out; a target has one list at most. */
void plan_set_hostings(struct plan *, const struct name_check_options *, size_t count);

/* NULL: the target is asked for no names. */
const struct name_check *plan_find_name_check(const struct plan *, const struct target *);

/* The names of the plan become those of its rosters: when it is taken into use. Done by
 * engine_load and plan_set_hostings. */
void plan_load_name_results(struct plan *);

/* The order of a plan's targets: by server, then by service. */
int target_order(const struct target *, const struct target *);

/* Of the first target whose server is not before `server`. */
size_t plan_find_server(const struct plan *, const char *server);

/* Takes over the slots of targets that are the same in both, and the rosters of those that are
 * the same server still. */
void plan_inherit(struct plan *, const struct plan *older);

#endif
