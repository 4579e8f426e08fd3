/* schema.h - the table of all keys, and the drafts it fills.
 *
 * One row says a key's name, kind, range, default and meaning. Reading (from libconfig, CSV
 * and JSON alike), unknown-key hints, defaults and the printed reference all come from it.
 */
#ifndef MAILVANE_CONFIG_SCHEMA_H
#define MAILVANE_CONFIG_SCHEMA_H

#include "errors.h"
#include "plan.h"

enum kind {
	KIND_SPAN,       /* struct span */
	KIND_LIMIT,      /* struct expiry_limit */
	KIND_COUNT,      /* unsigned */
	KIND_BOOL,       /* bool */
	KIND_TEXT,       /* const char *, printable */
	KIND_IDENTIFIER, /* const char *, [a-z0-9._-]: fits on a command line */
	KIND_HOST,       /* const char *, host name or IP literal (without brackets) */
	KIND_EHLO,       /* const char *, full host name or [literal] */
	KIND_PATH,       /* const char *, as the loader opens it */
	KIND_WORD,       /* unsigned, index in `words` */
	KIND_PROTOCOL,   /* const struct protocol * */
	KIND_TEXTS,      /* struct texts, of identifiers, addresses or patterns */
	KIND_LABELS,     /* struct labels */
	KIND_GROUP,      /* the draft of `section`, inside this one */
	KIND_GROUPS,     /* nothing: a list of groups, read one by one */
};

enum key_flag {
	KEY_REQUIRED = 1 << 0,
	KEY_GATHERS = 1 << 1, /* may stand in several files; all count */
	KEY_NEAREST = 1 << 2, /* of KIND_WORD: a mistyped one is told the nearest */
	KEY_OFF = 1 << 3,     /* of KIND_SPAN: may be "off", which is 0 */
};

enum section_id {
	SECTION_FILE,
	SECTION_CERTIFICATE,
	SECTION_ACCOUNT,
	SECTION_SERVICE,
	SECTION_SERVER,
	SECTION_POLICY,
	SECTION_PROBE,
	SECTION_PASSIVE,
	SECTION_NAGIOS,
	SECTION_ICINGA2,
	SECTION_COUNT,
};

struct key {
	const char *name;
	enum kind kind;
	unsigned flags; /* enum key_flag */
	size_t field;   /* offset in the draft */
	/* KIND_SPAN in ms, KIND_COUNT as it is, KIND_TEXTS how many. */
	uint64_t least, most;
	const char *const *words; /* of KIND_WORD, ended by NULL */
	enum section_id section;  /* of KIND_GROUP and KIND_GROUPS */
	const char *preset;       /* the default as it would be written; NULL: see note */
	const char *note;         /* the default in words; NULL: there is none */
	const char *help;         /* one line */
};

struct section {
	const char *title; /* "top level", "servers" */
	const char *one;   /* "server" */
	const struct key *keys;
	size_t count;
};

extern const struct section sections[SECTION_COUNT];

/* Keys by number: the index in their section. */
enum {
	FILE_INTERVAL,
	FILE_RETRY_INTERVAL,
	FILE_TIMEOUT,
	FILE_CONFIRM,
	FILE_NAMES_INTERVAL,
	FILE_EHLO_NAME,
	FILE_CA_FILE,
	FILE_CA_PATH,
	FILE_CLIENT_CERT,
	FILE_CLIENT_KEY,
	FILE_TLS_MIN,
	FILE_TLS_OBSOLETE_INTERVAL,
	FILE_CERTIFICATE,
	FILE_POLICY,
	FILE_ACCOUNTS,
	FILE_SERVICES,
	FILE_SERVERS,
	FILE_TARGET_FILES,
	FILE_INCLUDE,
	FILE_RESOLVERS,
	FILE_TRUST_AD,
	FILE_SOURCE_ADDRESS,
	FILE_THREADS,
	FILE_IN_FLIGHT_MAX,
	FILE_PER_ADDRESS_MAX,
	FILE_CAPABILITIES_SETTLE,
	FILE_TRANSCRIPTS,
	FILE_HISTOGRAM_BUCKETS,
	FILE_PROBE,
	FILE_PASSIVE,
};
enum { CERTIFICATE_WARNING, CERTIFICATE_CRITICAL, CERTIFICATE_OVERLAP };
enum {
	ACCOUNT_NAME,
	ACCOUNT_USER,
	ACCOUNT_PASSWORD_FILE,
	ACCOUNT_TOKEN_FILE,
	ACCOUNT_MECHANISM,
};
enum {
	SERVICE_NAME,
	SERVICE_PROTOCOL,
	SERVICE_PORT,
	SERVICE_TLS,
	SERVICE_TLS_MIN,
	SERVICE_LOGIN
};
enum {
	SERVER_NAME,
	SERVER_HOST,
	SERVER_SERVICES,
	SERVER_ACCOUNT,
	SERVER_LABELS,
	SERVER_TLS_NAME,
	SERVER_PIN,
	SERVER_TLS_MIN,
	SERVER_TLS_OBSOLETE_INTERVAL,
	SERVER_INTERVAL,
	SERVER_RETRY_INTERVAL,
	SERVER_TIMEOUT,
	SERVER_CONFIRM,
	SERVER_ADDRESSES,
	SERVER_ADDRESS_STATE,
	SERVER_DANE,
	SERVER_PLAINTEXT_LOGIN,
	SERVER_UNVERIFIED_LOGIN,
	SERVER_HISTOGRAM,
	SERVER_POLICY,
	SERVER_NAMES_FILE,
	SERVER_NAMES_INTERVAL,
	SERVER_NAMES_SERVICES,
};
enum { POLICY_FAULT, POLICY_PHASE, POLICY_SERVICE, POLICY_STATE };
enum { PROBE_NAMES, PROBE_NETWORKS, PROBE_PORTS, PROBE_AT_ONCE, PROBE_TIMEOUT_OFFSET };
enum { PASSIVE_NAGIOS, PASSIVE_ICINGA2 };
enum { NAGIOS_SPOOL, NAGIOS_HOST, NAGIOS_SERVICE };
enum {
	ICINGA2_URL,
	ICINGA2_USER,
	ICINGA2_PASSWORD_FILE,
	ICINGA2_CA_FILE,
	ICINGA2_TLS_NAME,
	ICINGA2_HOST,
	ICINGA2_SERVICE,
};
enum { KEYS_MAX = 40, LABELS_MAX = 32, TEXTS_MAX = 1000 };

struct text {
	const char *text;
	struct place place;
};

struct texts {
	struct text *list;
	size_t count;
};

/* Sorted by name. */
struct labels {
	size_t count;
	struct label list[LABELS_MAX];
};

/* The head of every draft: where it and its keys stand. A line of 0: not given. */
struct draft {
	struct place place;
	struct place keys[KEYS_MAX];
};

struct certificate_draft {
	struct draft head;
	struct expiry_limit warning, critical;
	struct span overlap;
};

struct nagios_draft {
	struct draft head;
	const char *spool, *host, *service;
};

struct icinga2_draft {
	struct draft head;
	const char *url, *user, *password_file, *ca_file, *tls_name, *host, *service;
};

struct probe_draft {
	struct draft head;
	struct texts names, networks, ports;
	unsigned at_once;
	struct span timeout_offset;
};

struct passive_draft {
	struct draft head;
	struct nagios_draft nagios;
	struct icinga2_draft icinga2;
};

struct file_draft {
	struct draft head;
	struct span interval, retry_interval, timeout, names_interval, capabilities_settle,
	    tls_obsolete_interval;
	const char *ehlo_name, *ca_file, *ca_path, *client_cert, *client_key;
	unsigned tls_min; /* enum tls_version */
	struct certificate_draft certificate;
	struct texts target_files, include, resolvers, source_address, histogram_buckets;
	unsigned confirm, threads, in_flight_max, per_address_max;
	unsigned transcripts; /* enum transcripts */
	struct probe_draft probe;
	struct passive_draft passive;
	bool trust_ad;
};

struct account_draft {
	struct draft head;
	const char *name, *user, *password_file, *token_file;
	unsigned mechanism; /* enum mechanism */
};

struct service_draft {
	struct draft head;
	const char *name;
	const struct protocol *protocol;
	unsigned port;
	unsigned tls;     /* enum tls_mode */
	unsigned tls_min; /* enum tls_version */
	bool login;
};

struct server_draft {
	struct draft head;
	const char *name, *host, *tls_name, *account, *names_file;
	struct texts services, pin, names_services;
	struct labels labels;
	struct span interval, retry_interval, timeout, names_interval,
	    tls_obsolete_interval;
	unsigned confirm;
	unsigned addresses;     /* enum address_mode */
	unsigned address_state; /* enum state */
	unsigned tls_min;       /* enum tls_version */
	unsigned dane;          /* in the order of dane_wishes */
	bool plaintext_login, unverified_login, histogram;
};

struct policy_draft {
	struct draft head;
	unsigned fault, phase, state; /* enum fault, enum phase, enum state */
	const char *service;
};

/* NULL for an unknown name; exact, as libconfig's names are. */
const struct key *schema_find(const struct section *, struct view name);

/* One error about a name that is no key of the section, with the best hint there is. */
void schema_unknown(const struct section *, struct view name, struct place,
		    struct errors *);

/* True when the file gave the key (a number of its section). */
bool draft_has(const struct draft *, unsigned key);
/* Where it gave it, or where the draft stands. */
struct place draft_place(const struct draft *, unsigned key);

#endif
