/* config.c - a configuration and the files it came from. */
#include "config.h"

#include "loader.h"
#include "memory.h"

#include <stdlib.h>

/* What a struct config is part of. */
struct loaded {
	struct config shown; /* first, so that one is the other */
	struct watch watch;
	const char **files;
};

static struct config *loaded_new(struct plan *plan, const struct passive_settings *passive,
				 char *dump, struct watch *watch)
{
	struct loaded *l = memory_grow(NULL, 1, sizeof(*l));

	watch_close(watch);
	*l = (struct loaded){ .watch = *watch };
	l->files = memory_grow(NULL, watch->file_count + 1, sizeof(*l->files));
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

struct config *config_load_shard(const char *path, const struct shard *shard,
				 struct config_errors *ret_errors)
{
	struct config *config = NULL;
	struct loader loader;
	struct watch watch;
	struct passive_settings passive;
	struct plan *plan;
	char *dump;

	watch_init(&watch);
	loader_init(&loader, &watch);
	loader.shard = *shard;
	plan = loader_read(&loader, path);
	passive = loader.passive;
	dump = loader.dump;
	loader.dump = NULL;
	errors_take(&loader.errors, ret_errors);
	loader_fini(&loader);
	if (plan != NULL)
		config = loaded_new(plan, &passive, dump, &watch);
	else
		watch_fini(&watch);
	return config;
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
