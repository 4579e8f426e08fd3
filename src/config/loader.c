/* loader.c - the order in which a configuration is read. */
#include "loader.h"

#include "accounts.h"
#include "dump.h"
#include "name_checks.h"
#include "on_demand.h"
#include "out_of_memory.h"
#include "overrides.h"
#include "passive_section.h"
#include "servers.h"
#include "services.h"
#include "settings.h"
#include "sources.h"
#include "target_files.h"
#include "value.h"

#include <stdlib.h>

void loader_init(struct loader *l, struct watch *watch)
{
	*l = (struct loader){ .watch = watch };
	arena_init(&l->scratch);
	errors_init(&l->errors);
}

void loader_fini(struct loader *l)
{
	sources_fini(l);
	target_list_fini(&l->targets);
	name_table_fini(&l->account_names);
	name_table_fini(&l->service_names);
	name_table_fini(&l->server_names);
	name_checks_fini(l);
	free(l->account_usable);
	free(l->service_params);
	free(l->dumped_accounts.text);
	free(l->dump);
	free(l->rows.list);
	free(l->rows.places);
	errors_fini(&l->errors);
	arena_fini(&l->scratch);
	plan_release(l->plan);
}

static void check_targets(struct loader *l, const char *file)
{
	if (l->targets.count > 0 || l->errors.found.total > 0 ||
	    draft_has(&l->top.head, FILE_SERVERS) ||
	    draft_has(&l->top.head, FILE_TARGET_FILES))
		return;
	errors_add(
	    &l->errors, (struct place){ file, 0 },
	    "servers = ( { host = \"mail.example.com\"; services = [ \"imaps\" ]; } );",
	    "there is nothing to probe: neither servers nor target_files");
}

/* All were read and checked, so that each shard says the same about a file. */
static void keep_shard(struct loader *l)
{
	struct target_list *list = &l->targets;
	size_t kept = 0;

	l->plan->shard = l->shard;
	for (size_t i = 0; i < list->count; i++)
		if (shard_has(&l->shard, list->targets[i].server))
			list->targets[kept++] = list->targets[i];
	list->count = kept;
}

/* When the sources are read: NULL if anything was wrong. */
static struct plan *loader_finish(struct loader *l, const char *file)
{
	struct plan *plan = l->plan;

	settings_take(l);
	on_demand_take(l);
	passive_section_take(l);
	accounts_read(l);
	services_read(l);
	overrides_read(l);
	servers_read(l);
	target_files_read(l);
	check_targets(l, file);
	if (l->shard.total > 1)
		keep_shard(l);
	/* target_list.c keeps pairs apart, so that no target comes twice. */
	if (l->errors.found.total > 0 ||
	    plan_set_targets(plan, l->targets.targets, l->targets.count) != NULL)
		return NULL;
	plan_set_name_checks(plan, l->name_checks, l->name_check_count);
	l->dump = dump_head(l);
	if (l->dump == NULL)
		out_of_memory();
	l->plan = NULL;
	return plan;
}

static void loader_begin(struct loader *l)
{
	l->plan = plan_new();
	value_presets(l, &sections[SECTION_FILE], &l->top, (struct place){ 0 });
}

struct plan *loader_read(struct loader *l, const char *path)
{
	loader_begin(l);
	sources_read(l, path, (struct place){ path, 0 });
	return loader_finish(l, path);
}

struct plan *loader_read_text(struct loader *l, const char *shown, struct view text)
{
	loader_begin(l);
	sources_read_text(l, shown, text);
	return loader_finish(l, shown);
}
