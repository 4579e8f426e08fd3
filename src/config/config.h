/* config.h - configuration files to a plan, with every error named.
 *
 * A configuration is taken whole or not at all. One table of keys (config_keys) drives the
 * reading, unknown-key hints, defaults and the printed reference.
 */
#ifndef MAILVANE_CONFIG_H
#define MAILVANE_CONFIG_H

#include "config_errors.h"
#include "passive_settings.h"
#include "plan.h"

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
