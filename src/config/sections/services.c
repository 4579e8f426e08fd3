/* services.c - the built-in services and those of the configuration.
 *
 * A service of a built-in name changes that one: what it leaves out stays as it was.
 */
#include "services.h"

#include "memory.h"
#include "out_of_memory.h"
#include "reader.h"
#include "sources.h"
#include "value.h"

#include <stdlib.h>
#include <string.h>

/* Makes room for a service with this number. */
static void services_room(struct loader *l, size_t number)
{
	size_t cap = l->service_cap;

	l->services =
	    memory_room(l->services, number, &l->service_cap, sizeof(*l->services));
	if (l->service_cap > cap)
		l->service_params = memory_grow(l->service_params, l->service_cap,
						sizeof(*l->service_params));
}

static void take_builtin(struct loader *l)
{
	size_t number;

	for (size_t i = 0; i < builtin_service_count; i++) {
		const struct service *s = &builtin_services[i];

		name_table_add(&l->service_names, s->name, (struct place){ 0 }, &number);
		services_room(l, number);
		l->services[number] = *s;
		l->service_params[number] =
		    (struct service_params){ protocol_expects_login(s->protocol, s->port),
					     true };
	}
}

static struct service from_draft(const struct service_draft *draft, struct service s)
{
	if (draft_has(&draft->head, SERVICE_PROTOCOL))
		s.protocol = draft->protocol;
	if (draft_has(&draft->head, SERVICE_PORT))
		s.port = (uint16_t)draft->port;
	if (draft_has(&draft->head, SERVICE_TLS))
		s.tls = (enum tls_mode)draft->tls;
	if (draft_has(&draft->head, SERVICE_TLS_MIN))
		s.tls_min = (uint8_t)(draft->tls_min + 1);
	return s;
}

static void services_change(struct loader *l, size_t number,
			    const struct service_draft *draft, struct service before,
			    bool good)
{
	struct service *s = &l->services[number];
	struct service_params *params = &l->service_params[number];

	*s = from_draft(draft, before);
	params->usable = good;
	/* Of a service that is refused nothing is used. */
	params->login =
	    draft_has(&draft->head, SERVICE_LOGIN)
		? draft->login
		: s->protocol != NULL && protocol_expects_login(s->protocol, s->port);
}

static void services_take_known(struct loader *l, size_t number,
				const struct service_draft *draft, bool good)
{
	struct name *name = &l->service_names.list[number];
	struct place place = draft->head.keys[SERVICE_NAME];

	if (name->place.file != NULL) {
		errors_add(&l->errors, place, "", "the service %s exists already, at %s:%u",
			   QUOTE(view_of(name->text)), name->place.file, name->place.line);
		return;
	}
	name->place = place;
	services_change(l, number, draft, l->services[number], good);
}

static void services_take(struct loader *l, const config_setting_t *group, const char *file)
{
	const struct section *section = &sections[SECTION_SERVICE];
	struct service_draft draft;
	size_t number;
	bool good;

	value_presets(l, section, &draft, reader_place(group, file));
	good = reader_group(l, section, &draft, group, file, false);
	if (draft.name != NULL && !name_table_add(&l->service_names, draft.name,
						  draft.head.keys[SERVICE_NAME], &number)) {
		services_take_known(l, number, &draft, good);
		return;
	}
	good = reader_complete(l, section, &draft.head) && good;
	if (draft.name == NULL)
		return;
	services_room(l, number);
	services_change(l, number, &draft, (struct service){ .name = draft.name }, good);
}

/* While the list is on the heap. */
static void services_drop(void *loader)
{
	free(((struct loader *)loader)->services);
}

void services_read(struct loader *l)
{
	struct service *kept;
	size_t count;

	out_of_memory_hold(services_drop, l);
	take_builtin(l);
	sources_each_group(l, FILE_SERVICES, services_take);
	count = l->service_names.count;
	kept = arena_alloc(&l->plan->arena, count * sizeof(*kept));
	memcpy(kept, l->services, count * sizeof(*kept));
	out_of_memory_let_go();
	free(l->services);
	l->services = kept;
	l->plan->services = kept;
	l->plan->service_count = count;
}

bool services_find(struct loader *l, const char *name, struct place place,
		   size_t *ret_number)
{
	const char *meant = service_suggestion(view_of(name));
	struct hint hint;
	size_t number;

	if (!name_table_find(&l->service_names, view_of(name), &number)) {
		if (meant != NULL)
			hint_format(&hint, "did you mean '%s'?", meant);
		else
			name_table_similar(
			    &l->service_names, &hint, view_of(name),
			    "conf/reference.md lists the built-in ones; others "
			    "stand in `services`");
		errors_add(&l->errors, place, hint.text, "there is no service %s",
			   QUOTE(view_of(name)));
		return false;
	}
	*ret_number = number;
	return l->service_params[number].usable;
}

bool services_of_port(const struct loader *l, uint16_t port, size_t *ret_number)
{
	for (size_t i = 0; i < l->service_names.count; i++)
		if (l->service_params[i].usable && l->services[i].port == port) {
			*ret_number = i;
			return true;
		}
	return false;
}
