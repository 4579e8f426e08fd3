/* config.c - a configuration and the files it came from. */
#include "config.h"

#include "dump.h"
#include "loader.h"
#include "out_of_memory.h"

#include <stdlib.h>

/* What a struct config is part of. */
struct loaded {
	struct config shown; /* first, so that one is the other */
	struct watch watch;
	const char **files;
};

/* NULL: out of memory, and nothing is taken. */
static struct config *loaded_new(struct plan *plan, const struct passive_settings *passive,
				 char *dump, struct watch *watch)
{
	struct loaded *l = calloc(1, sizeof(*l));
	const char **files = calloc(watch->file_count + 1, sizeof(*files));

	if (l == NULL || files == NULL) {
		free(l);
		free(files);
		return NULL;
	}
	watch_close(watch);
	l->watch = *watch;
	l->files = files;
	for (size_t i = 0; i < watch->file_count; i++)
		l->files[i] = watch->files[i].path;
	l->shown = (struct config){
		.plan = plan,
		.files = l->files,
		.file_count = watch->file_count,
		.patterns = l->watch.patterns,
		.pattern_count = watch->pattern_count,
		.passive = *passive,
		.dump = dump,
	};
	return &l->shown;
}

struct config *config_load(const char *path, struct config_errors *ret_errors)
{
	return config_load_shard(path, &(struct shard){ 0, 1 }, ret_errors);
}

/* A load, which is given up as a whole when memory runs out. */
struct load {
	const char *path;
	struct watch watch;
	struct loader loader;
	struct plan *plan; /* NULL: there were errors */
	struct config *config;
};

static void config_load_run(void *user)
{
	struct load *load = user;
	struct loader *l = &load->loader;

	load->plan = loader_read(l, load->path);
	if (load->plan == NULL)
		return;
	load->config = loaded_new(load->plan, &l->passive, l->dump, &load->watch);
	if (load->config == NULL)
		out_of_memory();
	l->dump = NULL;
}

struct config *config_load_shard(const char *path, const struct shard *shard,
				 struct config_errors *ret_errors)
{
	struct load load = { .path = path };

	watch_init(&load.watch);
	loader_init(&load.loader, &load.watch);
	load.loader.shard = *shard;
	if (!out_of_memory_guard(config_load_run, &load))
		errors_out_of_memory(&load.loader.errors);
	errors_take(&load.loader.errors, ret_errors);
	loader_fini(&load.loader);
	if (load.config == NULL) {
		plan_release(load.plan);
		watch_fini(&load.watch);
	}
	return load.config;
}

void config_free(struct config *config)
{
	struct loaded *l = (struct loaded *)config;

	if (l == NULL)
		return;
	plan_release(l->shown.plan);
	watch_fini(&l->watch);
	free(l->files);
	free(l->shown.dump);
	free(l);
}

bool config_changed(const struct config *config)
{
	return watch_changed(&((const struct loaded *)config)->watch);
}

char *config_dump_server(const struct plan *plan, size_t *at)
{
	return dump_server(plan, at);
}
