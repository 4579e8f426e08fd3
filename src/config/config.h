/* config.h - configuration files to a plan, with every error named.
 *
 * A configuration is taken whole or not at all. One table of keys (config_keys) drives the
 * reading, unknown-key hints, defaults and the printed reference.
 */
#ifndef MAILVANE_CONFIG_H
#define MAILVANE_CONFIG_H

#include "plan.h"

/* Errors kept; more are counted only. Files larger are refused. Targets beyond are refused. */
enum {
	CONFIG_ERRORS_MAX = 100,
	CONFIG_FILE_MAX = 16 * 1024 * 1024,
	CONFIG_TARGET_FILE_MAX = 256 * 1024 * 1024,
	CONFIG_TARGETS_MAX = 1000000,
	CONFIG_INCLUDE_DEPTH_MAX = 8,
};

/* Schedulers that are told each result as a passive check. What a target is called there has
 * {server}, {service} and {host} in it: name_template.h. */
struct passive_names {
	const char *host, *service;
};

struct passive_nagios {
	const char *spool; /* NULL: off */
	struct passive_names names;
};

struct passive_icinga2 {
	const char *url; /* "https://HOST[:PORT]"; NULL: off */
	const char *user, *password;
	const char *ca_file;  /* NULL: the system's store */
	const char *tls_name; /* NULL: the host of the url */
	struct passive_names names;
};

struct passive_settings {
	struct passive_nagios nagios;
	struct passive_icinga2 icinga2;
};

struct config_error {
	char *where; /* "mailvane.conf:12" or "targets.d/a.csv:3" */
	char *what;  /* "unknown key 'intervall'" */
	char *hint;  /* "did you mean 'interval'?"; "" if there is none */
};

struct config_errors {
	struct config_error *list;
	size_t count; /* in list */
	size_t total; /* found */
};

/* The exporter's share of the file, beside the plan. */
struct config {
	struct plan *plan; /* one holder: the config */
	/* Read, absolute: the file, its includes, secrets, target files, roots of trust. */
	const char *const *files;
	size_t file_count;
	const char *const *patterns; /* of include and target_files, absolute */
	size_t pattern_count;
	struct passive_settings passive; /* texts are the plan's */
	char *dump; /* all but the servers, as text: see config_dump_server */
};

/* NULL, with ret_errors filled (finish it), when anything is wrong. Relative paths in a file
 * are relative to that file. */
struct config *config_load(const char *path, struct config_errors *ret_errors);
/* Only the servers of one shard, also those of target files; errors are told of all. The plan
 * knows its shard. */
struct config *config_load_shard(const char *path, const struct shard *,
				 struct config_errors *ret_errors);
/* NULL does nothing. */
void config_free(struct config *);
void config_errors_fini(struct config_errors *);

/* True when a file was changed, added or removed since config_load read it (by inode, size
 * and mtime). Costs one stat per file. */
bool config_changed(const struct config *);

/* The configuration in use as one that can be read again, with every default filled in:
 * config->dump, then "servers = (", each server, a comma between them, ");". On the heap, NULL
 * behind the last; *at is its first target and moves on to the next server's. Out of memory it is
 * NULL, too, and *at stays. */
char *config_dump_server(const struct plan *, size_t *at);

/* The reference of all keys with type, range, default and help, as Markdown, into a heap
 * string the caller frees; NULL: out of memory. */
char *config_reference(void);

/* The table of verdicts, likewise. */
char *config_verdicts(void);

#endif
