/* on_demand.c - see on_demand.h. */
#include "on_demand.h"

static void take_names(struct loader *l, const struct texts *texts, struct probe_acl *a)
{
	const char **names =
	    arena_alloc(&l->plan->arena, (texts->count + 1) * sizeof(*names));

	for (size_t i = 0; i < texts->count; i++) {
		const struct text *text = &texts->list[i];
		const char *fault = probe_acl_pattern_error(view_of(text->text));

		if (fault != NULL)
			errors_add(&l->errors, text->place,
				   "such as \"mail.example.com\" or \"*.example.com\"; "
				   "addresses belong to networks",
				   "the name %s %s", QUOTE(view_of(text->text)), fault);
		names[i] = arena_text(&l->plan->arena, view_of(text->text));
	}
	a->names = names;
	a->name_count = texts->count;
}

static void take_networks(struct loader *l, const struct texts *texts, struct probe_acl *a)
{
	struct network *networks =
	    arena_alloc(&l->plan->arena, (texts->count + 1) * sizeof(*networks));

	for (size_t i = 0; i < texts->count; i++) {
		const struct text *text = &texts->list[i];

		if (!network_parse(view_of(text->text), &networks[i]))
			errors_add(&l->errors, text->place,
				   "such as \"192.0.2.0/24\", \"2001:db8::/32\" or one "
				   "address; no bit may be set behind the prefix",
				   "the network %s cannot be understood",
				   QUOTE(view_of(text->text)));
	}
	a->networks = networks;
	a->network_count = texts->count;
}

static void on_demand_take_ports(struct loader *l, const struct texts *texts,
				 struct probe_acl *a)
{
	uint64_t port = 0;
	uint16_t *ports = arena_alloc(&l->plan->arena, (texts->count + 1) * sizeof(*ports));

	for (size_t i = 0; i < texts->count; i++) {
		const struct text *text = &texts->list[i];

		if (!view_number(view_of(text->text), UINT16_MAX, &port) || port == 0)
			errors_add(&l->errors, text->place, "from \"1\" to \"65535\"",
				   "%s is not the number of a port",
				   QUOTE(view_of(text->text)));
		ports[i] = (uint16_t)port;
	}
	a->ports = ports;
	a->port_count = texts->count;
}

void on_demand_take(struct loader *l)
{
	const struct probe_draft *d = &l->top.probe;
	struct on_demand *o = &l->plan->settings.on_demand;

	take_names(l, &d->names, &o->probe_acl);
	take_networks(l, &d->networks, &o->probe_acl);
	on_demand_take_ports(l, &d->ports, &o->probe_acl);
	o->max = d->at_once;
	o->offset = d->timeout_offset;
	o->timeout = l->top.timeout;
}
