/* loader_state.h - what the parts of a load share; inside src/config only.
 *
 * Errors gather all the way; what depends on something faulty is left out silently, so that one
 * slip is one error. loader.h reads a whole configuration into it.
 */
#ifndef MAILVANE_LOADER_STATE_H
#define MAILVANE_LOADER_STATE_H

#include "file.h"
#include "listing.h"
#include "name_table.h"
#include "passive_settings.h"
#include "plan.h"
#include "schema.h"
#include "target_list.h"
#include "watch.h"

#include <libconfig.h>

/* One configuration file that was read. */
struct source {
	const char *file; /* as shown */
	struct stamp stamp;
	config_t tree;
};

/* What targets know of a service beside struct service. */
struct service_params {
	bool login;
	bool usable;
};

/* Rows of one `policy` while it is read. */
struct override_rows {
	struct override *list;
	struct place *places; /* of each */
	size_t count, cap;
};

struct loader {
	struct plan *plan;    /* texts that stay go to its arena */
	struct arena scratch; /* gone when the load is over */
	struct errors errors;
	struct watch *watch; /* files and patterns that were read */
	bool no_files;       /* other files are not opened: for fuzzing */
	struct shard shard;  /* whose servers are kept; {0}: all */

	struct source **sources;
	size_t source_count, source_cap;

	struct file_draft top;
	struct passive_settings passive;
	/* By the numbers `account_names` and `service_names` give. */
	struct account *accounts; /* the plan's, once all are read */
	bool *account_usable;
	size_t account_cap;
	struct name_table account_names;
	struct service *services; /* the plan's, once all are read */
	struct service_params *service_params;
	size_t service_cap;
	struct name_table service_names;

	struct override_rows rows;
	struct name_table server_names;
	/* Files of names, each read once; by the numbers `name_set_names` gives. */
	struct name_set **name_sets; /* NULL: it could not be read */
	size_t name_set_count, name_set_cap;
	struct name_table name_set_names;
	struct name_check_options *name_checks;
	size_t name_check_count, name_check_cap;
	struct listing dumped_accounts; /* dump.c's */
	char *dump;                     /* of a good configuration; who takes it frees it */
	struct target_list targets;
};

#endif
