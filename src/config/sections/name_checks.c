/* name_checks.c - from names_file, names_interval and names_services to the wishes for a plan. */
#include "name_checks.h"

#include "memory.h"
#include "name_list.h"
#include "out_of_memory.h"
#include "path.h"
#include "servers.h"

#include <stdlib.h>
#include <string.h>

/* --- files -------------------------------------------------------------------------------- */

/* NULL, and errors: it cannot be read, or has something in it that is no name. */
static struct name_set *name_set_of(struct loader *l, const char *path, struct place place)
{
	struct name_list list;
	struct name_set *name_set = NULL;
	struct file file;

	if (!file_read(path, CONFIG_TARGET_FILE_MAX, 0, &l->errors, place, &file))
		return NULL;
	watch_file(l->watch, path, &file.stamp);
	if (name_list_parse((struct view){ file.text, file.size }, path, &l->scratch,
			    &l->errors, &list)) {
		name_set = name_set_new(list.names, list.count);
		if (name_set == NULL)
			out_of_memory();
	}
	file_fini(&file);
	return name_set;
}

/* Many servers of a target file may name one. */
static struct name_set *read_once(struct loader *l, const char *path, struct place place)
{
	size_t number;

	if (name_table_add(&l->name_set_names, path, place, &number)) {
		l->name_sets = memory_room(l->name_sets, number, &l->name_set_cap,
					   sizeof(*l->name_sets));
		l->name_sets[number] = NULL;
		l->name_set_count = number + 1;
		l->name_sets[number] = name_set_of(l, path, place);
	}
	return l->name_sets[number];
}

/* --- servers ------------------------------------------------------------------------------ */

/* Words about names that there are none of. */
static bool check_idle(struct loader *l, const struct server_draft *d)
{
	static const unsigned keys[] = { SERVER_NAMES_INTERVAL, SERVER_NAMES_SERVICES };
	bool good = true;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!draft_has(&d->head, keys[i]))
			continue;
		errors_add(&l->errors, d->head.keys[keys[i]],
			   "names_file = \"customers.txt\";", "%s without a names_file",
			   sections[SECTION_SERVER].keys[keys[i]].name);
		good = false;
	}
	return good;
}

bool name_checks_resolve(struct loader *l, const struct server_draft *d,
			 struct server_names *ret_names)
{
	struct server_names n = {
		.file = d->names_file,
		.place = draft_place(&d->head, SERVER_NAMES_FILE),
		.services = d->names_services,
		.interval = draft_has(&d->head, SERVER_NAMES_INTERVAL)
				? d->names_interval
				: l->top.names_interval,
	};

	*ret_names = n;
	if (n.file == NULL)
		return check_idle(l, d);
	if (l->no_files)
		return true;
	n.file = path_absolute(&l->plan->arena, n.file);
	n.name_set = read_once(l, d->names_file, n.place);
	*ret_names = n;
	return n.name_set != NULL;
}

static const struct service *name_check_service(const struct loader *l,
						const struct server *s, const char *name)
{
	for (size_t i = 0; i < s->service_count; i++)
		if (strcmp(l->services[s->services[i]].name, name) == 0)
			return &l->services[s->services[i]];
	return NULL;
}

static void wish(struct loader *l, const struct server_names *n, const char *server,
		 const struct service *service)
{
	l->name_checks = memory_room(l->name_checks, l->name_check_count,
				     &l->name_check_cap, sizeof(*l->name_checks));
	l->name_checks[l->name_check_count++] = (struct name_check_options){
		.server = server,
		.service = service->name,
		.name_set = n->name_set,
		.file = n->file,
		.interval = n->interval,
	};
}

/* Those that were named, each with TLS and each once. */
static bool wish_named(struct loader *l, const struct server *s, const char *name)
{
	const struct server_names *n = &s->names;
	bool good = true;

	for (size_t i = 0; i < n->services.count; i++) {
		const struct text *text = &n->services.list[i];
		const struct service *service = name_check_service(l, s, text->text);
		const char *fault = NULL;

		for (size_t k = 0; k < i; k++)
			if (strcmp(n->services.list[k].text, text->text) == 0)
				fault = "stands here twice";
		if (service == NULL)
			fault = "is not among the services of this server";
		else if (service->tls == TLS_MODE_NONE)
			fault = "has no TLS, so no name can be asked for";
		if (fault == NULL) {
			wish(l, n, name, service);
			continue;
		}
		errors_add(&l->errors, text->place, "", "names_services: %s %s",
			   QUOTE(view_of(text->text)), fault);
		good = false;
	}
	return good;
}

static bool wish_all(struct loader *l, const struct server *s, const char *name)
{
	size_t before = l->name_check_count;

	for (size_t i = 0; i < s->service_count; i++)
		if (l->services[s->services[i]].tls != TLS_MODE_NONE)
			wish(l, &s->names, name, &l->services[s->services[i]]);
	if (l->name_check_count > before)
		return true;
	errors_add(&l->errors, s->names.place, "names are asked for by SNI, a part of TLS",
		   "names_file: no service of this server has TLS");
	return false;
}

bool name_checks_add(struct loader *l, const struct server *s, const char *name)
{
	if (s->names.name_set == NULL)
		return true;
	return s->names.services.count > 0 ? wish_named(l, s, name) : wish_all(l, s, name);
}

void name_checks_fini(struct loader *l)
{
	for (size_t i = 0; i < l->name_set_count; i++)
		name_set_release(l->name_sets[i]);
	free(l->name_sets);
	free(l->name_checks);
	name_table_fini(&l->name_set_names);
}
