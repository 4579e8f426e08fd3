/* target_json.c - Prometheus file_sd: [ { "targets": [ "host:port" ], "labels": { } } ]
 *
 * A target is a host with or without a port. The labels service (or services), account, name
 * (or server) are ours, and so is "__param_KEY" for every key of a server and for `service`
 * and `module`; other labels that begin with "__" are dropped, as Prometheus does after
 * relabelling; all the rest become labels. A port alone chooses the service that has it; a
 * port and one service is that service on that port.
 */
#include "host_name.h"
#include "json_lines.h"
#include "out_of_memory.h"
#include "reader.h"
#include "services.h"
#include "target_files.h"
#include "value.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct section *section = &sections[SECTION_SERVER];

/* One group at a time. */
struct reading {
	struct loader *loader;
	const char *file;
	struct json_lines lines;
	struct server_draft draft;
	struct server server;
};

static struct place group_place(const struct reading *r)
{
	return (struct place){ r->file, r->lines.group };
}

static struct place target_place(const struct reading *r, size_t i)
{
	return (struct place){ r->file, json_lines_at(&r->lines, &r->lines.targets, i) };
}

static struct place label_place(const struct reading *r, size_t i)
{
	return (struct place){ r->file, json_lines_at(&r->lines, &r->lines.labels, i) };
}

/* --- labels --------------------------------------------------------------------------------- */

/* The key of a server a label stands for; NULL: none. */
static const struct key *key_of(struct view name)
{
	static const struct {
		const char *label;
		unsigned key;
	} ours[] = {
		{ "service", SERVER_SERVICES }, { "services", SERVER_SERVICES },
		{ "account", SERVER_ACCOUNT },	{ "name", SERVER_NAME },
		{ "server", SERVER_NAME },
	}, parameters[] = {
		{ "module", SERVER_SERVICES }, { "service", SERVER_SERVICES },
		{ "server", SERVER_NAME },
	};
	const struct key *key;

	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		if (view_equal(name, ours[i].label))
			return &section->keys[ours[i].key];
	if (!view_starts(name, "__param_"))
		return NULL;
	name = view_skip(name, strlen("__param_"));
	for (size_t i = 0; i < ARRAY_SIZE(parameters); i++)
		if (view_equal(name, parameters[i].label))
			return &section->keys[parameters[i].key];
	key = schema_find(section, name);
	return key == &section->keys[SERVER_HOST] ? NULL : key;
}

static bool take_label(struct reading *r, const char *name, const json_t *value,
		       struct place place)
{
	const struct key *key = key_of(view_of(name));
	struct view text = { json_string_value(value), json_string_length(value) };
	struct place *given;

	if (!json_is_string(value)) {
		errors_add(&r->loader->errors, place, "label values are strings",
			   "the label %s is not a string", QUOTE(view_of(name)));
		return false;
	}
	if (key == NULL && view_starts(view_of(name), "__"))
		return true;
	if (key == NULL)
		return value_add_label(r->loader, &section->keys[SERVER_LABELS], &r->draft,
				       view_of(name), text, place);
	if (text.n == 0)
		return true;
	given = &r->draft.head.keys[key - section->keys];
	if (given->line > 0) {
		errors_add(&r->loader->errors, place, "", "%s is given twice in this group",
			   key->name);
		return false;
	}
	*given = place;
	return value_text(r->loader, key, &r->draft, text, place);
}

static bool take_labels(struct reading *r, json_t *labels)
{
	const char *name;
	bool good = true;
	json_t *value;
	size_t i = 0;

	if (labels == NULL)
		return true;
	if (!json_is_object(labels)) {
		errors_add(&r->loader->errors, group_place(r),
			   "\"labels\": { \"service\": \"imaps\" }",
			   "labels must be an object");
		return false;
	}
	json_object_foreach(labels, name, value) good =
	    take_label(r, name, value, label_place(r, i++)) && good;
	return good;
}

/* --- targets -------------------------------------------------------------------------------- */

static bool target_json_refuse(struct reading *r, struct place place, struct view target,
			       const char *fault, const char *hint)
{
	errors_add(&r->loader->errors, place, hint, "the target %s %s", QUOTE(target),
		   fault);
	return false;
}

/* What the port of a target says about the service. */
static bool target_json_choose_service(struct reading *r, struct server *s,
				       struct view target, uint16_t port,
				       struct place place)
{
	if (s->service_count == 0 && port == 0)
		return target_json_refuse(r, place, target,
					  "has neither a service nor a port",
					  "give the group a label \"service\": \"imaps\"");
	if (s->service_count > 1 && port != 0)
		return target_json_refuse(r, place, target,
					  "has a port but several services",
					  "leave out the port, or give one service");
	if (s->service_count > 0)
		return true;
	s->services = arena_alloc(&r->loader->scratch, sizeof(*s->services));
	if (!services_of_port(r->loader, port, &s->services[0]))
		return target_json_refuse(r, place, target,
					  "has a port that no service has",
					  "give the group a label \"service\": \"imaps\"");
	s->service_count = 1;
	return s->account == NULL || server_check_login(r->loader, s);
}

static struct view target_json_unbracketed(struct view host)
{
	if (host.n > 2 && host.p[0] == '[')
		return (struct view){ host.p + 1, host.n - 2 };
	return host;
}

/* A target on a port of its own is named with it, so that the same service may be on two. */
static const char *default_name(struct reading *r, const struct server *s,
				struct view target, const char *host, uint16_t port)
{
	if (port == 0 || r->loader->services[s->services[0]].port == port)
		return host;
	return arena_text(&r->loader->plan->arena, target);
}

static bool take_target(struct reading *r, const json_t *value, struct place place)
{
	struct view target = { json_string_value(value), json_string_length(value) }, host;
	struct server server = r->server;
	const char *text, *fault;
	uint16_t port;

	if (!json_is_string(value)) {
		errors_add(&r->loader->errors, place, "targets are strings: \"host:port\"",
			   "a target is not a string");
		return false;
	}
	if (!host_and_port(target, &host, &port))
		return target_json_refuse(r, place, target,
					  "has no port number behind its colon",
					  "from 1 to 65535");
	fault = host_fault(host);
	if (fault != NULL)
		return target_json_refuse(r, place, target, fault, "");
	if (!server.good || !target_json_choose_service(r, &server, target, port, place))
		return false;
	text = arena_text(&r->loader->plan->arena, target_json_unbracketed(host));
	return server_add(r->loader, &server,
			  r->draft.name != NULL
			      ? r->draft.name
			      : default_name(r, &server, target, text, port),
			  text, port, place);
}

/* Checks them all, and adds them if their group is good. */
static void take_targets(struct reading *r, json_t *targets)
{
	struct loader *l = r->loader;
	json_t *target;
	size_t i;

	if (!json_is_array(targets)) {
		errors_add(&l->errors, group_place(r),
			   "\"targets\": [ \"mx1.example.com:993\" ]",
			   targets == NULL ? "targets is missing in this group"
					   : "targets must be a list");
		return;
	}
	if (r->draft.name != NULL && json_array_size(targets) > 1) {
		errors_add(&l->errors, group_place(r), "give each a group of its own",
			   "several targets have the same name");
		return;
	}
	json_array_foreach(targets, i, target) take_target(r, target, target_place(r, i));
}

static void take_unknown(struct reading *r, json_t *group)
{
	const char *name;
	json_t *value;

	json_object_foreach(group, name, value) if (strcmp(name, "targets") != 0 &&
						    strcmp(name, "labels") != 0)
	    errors_add(&r->loader->errors, group_place(r),
		       "a group has \"targets\" and \"labels\"",
		       "unknown key %s in this group", QUOTE(view_of(name)));
}

static void take_group(struct reading *r, json_t *group)
{
	struct loader *l = r->loader;
	bool good;

	if (!json_is_object(group)) {
		errors_add(&l->errors, group_place(r),
			   "{ \"targets\": [ ... ], \"labels\": { ... } }",
			   "a group must be an object");
		return;
	}
	take_unknown(r, group);
	value_presets(l, section, &r->draft, group_place(r));
	good = take_labels(r, json_object_get(group, "labels"));
	server_resolve(l, &r->draft, &r->server);
	r->server.good = r->server.good && good;
	take_targets(r, json_object_get(group, "targets"));
}

/* The library speaks of its own options where a NUL character is meant, and it quotes the
 * file behind "near". */
static void refuse_syntax(struct errors *e, const char *file, const json_error_t *error)
{
	const char *near = strstr(error->text, " near ");
	size_t n = near != NULL ? (size_t)(near - error->text) : strlen(error->text);
	struct hint what;

	if (json_error_code(error) == json_error_null_character)
		hint_format(&what, "a NUL character stands in a string");
	else if (near != NULL)
		hint_format(&what, "%.*s near %s", (int)n, error->text,
			    CONTENT(view_of(near + strlen(" near "))));
	else
		hint_format(&what, "%s", error->text);
	errors_add_at(e, (struct place){ file, (unsigned)error->line },
		      (unsigned)error->column, "it must be valid JSON", what.text);
}

/* The library takes a failed allocation for a broken text. */
static _Thread_local bool tree_short;

static void *tree_take(size_t size)
{
	void *p = malloc(size);

	tree_short = tree_short || p == NULL;
	return p;
}

static void tree_drop(void *root)
{
	json_decref(root);
}

static void lines_drop(void *lines)
{
	json_lines_fini(lines);
}

static void take_groups(struct loader *l, const char *file, struct view text, json_t *root)
{
	struct reading *r = arena_alloc(&l->scratch, sizeof(*r));
	json_t *group;
	size_t i;

	r->loader = l;
	r->file = file;
	json_lines_init(&r->lines, text);
	out_of_memory_hold(lines_drop, &r->lines);
	json_array_foreach(root, i, group)
	{
		json_lines_next(&r->lines);
		if (!l->targets.full)
			take_group(r, group);
	}
	out_of_memory_let_go();
	json_lines_fini(&r->lines);
}

void target_json_read(struct loader *l, const char *file, struct view text)
{
	json_error_t error;
	json_t *root;

	tree_short = false;
	json_set_alloc_funcs(tree_take, free);
	root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &error);
	if (tree_short) {
		json_decref(root);
		out_of_memory();
	}
	if (root == NULL) {
		refuse_syntax(&l->errors, file, &error);
		return;
	}
	if (!json_is_array(root)) {
		errors_add(&l->errors, (struct place){ file, 1 },
			   "[ { \"targets\": [ ... ], \"labels\": { ... } } ]",
			   "the file must be a list of groups");
		json_decref(root);
		return;
	}
	out_of_memory_hold(tree_drop, root);
	take_groups(l, file, text, root);
	out_of_memory_let_go();
	json_decref(root);
}
