/* servers.c - from a server as a file gives it to its targets. */
#include "servers.h"

#include "accounts.h"
#include "overrides.h"
#include "reader.h"
#include "services.h"
#include "sources.h"
#include "value.h"

#include <string.h>

/* --- time ----------------------------------------------------------------------------------- */

static bool longer(struct loader *l, struct place place, const char *key, struct span value,
		   struct span interval, const char *hint)
{
	char a[SPAN_TEXT_MAX], b[SPAN_TEXT_MAX];

	if (value.ns <= interval.ns)
		return false;
	errors_add(&l->errors, place, hint, "%s (%s) is longer than the interval (%s)", key,
		   span_text(value, a), span_text(interval, b));
	return true;
}

static struct span servers_least(struct span a, struct span b)
{
	return a.ns < b.ns ? a : b;
}

/* What is inherited gives way to the interval, unless somebody wrote both down. */
static bool resolve_times(struct loader *l, const struct server_draft *d, struct target *t)
{
	const struct draft *top = &l->top.head;
	bool own_interval = draft_has(&d->head, SERVER_INTERVAL);
	bool good = true;

	t->interval = own_interval ? d->interval : l->top.interval;
	if (draft_has(&d->head, SERVER_RETRY_INTERVAL)) {
		t->retry_interval = d->retry_interval;
		good = !longer(l, d->head.keys[SERVER_RETRY_INTERVAL], "retry_interval",
			       t->retry_interval, t->interval, "");
	} else {
		t->retry_interval = servers_least(l->top.retry_interval, t->interval);
	}
	if (draft_has(&d->head, SERVER_TIMEOUT)) {
		t->timeout = d->timeout;
		good =
		    !longer(l, d->head.keys[SERVER_TIMEOUT], "timeout", t->timeout,
			    t->interval, "a probe must end before the next one begins") &&
		    good;
	} else if (own_interval && draft_has(top, FILE_TIMEOUT)) {
		t->timeout = l->top.timeout;
		good = !longer(l, d->head.keys[SERVER_INTERVAL],
			       "the timeout of the top level", t->timeout, t->interval,
			       "give this server a timeout of its own") &&
		       good;
	} else {
		t->timeout = servers_least(l->top.timeout, t->interval);
	}
	return good;
}

/* --- what it refers to ---------------------------------------------------------------------- */

static bool repeated(const struct server *s, size_t number)
{
	for (size_t i = 0; i < s->service_count; i++)
		if (s->services[i] == number)
			return true;
	return false;
}

static bool resolve_services(struct loader *l, const struct server_draft *d,
			     struct server *s)
{
	bool good = true;

	s->services = arena_alloc(&l->scratch, (d->services.count + 1) * sizeof(size_t));
	for (size_t i = 0; i < d->services.count; i++) {
		const struct text *text = &d->services.list[i];
		size_t number;

		if (!services_find(l, text->text, text->place, &number)) {
			good = false;
		} else if (repeated(s, number)) {
			errors_add(&l->errors, text->place, "",
				   "the service %s stands here twice",
				   QUOTE(view_of(text->text)));
			good = false;
		} else {
			s->services[s->service_count++] = number;
		}
	}
	return good;
}

static bool check_sent(struct loader *l, const struct server *s,
		       const struct service *service)
{
	if (service->tls != TLS_MODE_NONE || (s->common.flags & TARGET_PLAINTEXT_LOGIN))
		return true;
	errors_add(&l->errors, s->account_place,
		   HINT("give %s TLS, or set  allow_plaintext_login = true", service->name),
		   "the login would never be sent: the service '%s' has no TLS",
		   service->name);
	return false;
}

/* A login that no service takes, or that would never be sent, is a mistake. */
bool server_check_login(struct loader *l, const struct server *s)
{
	bool used = false, good = true;

	for (size_t i = 0; i < s->service_count; i++) {
		if (!l->service_params[s->services[i]].login)
			continue;
		used = true;
		good = check_sent(l, s, &l->services[s->services[i]]) && good;
	}
	if (used)
		return good;
	errors_add(
	    &l->errors, s->account_place,
	    "leave the account out, or set  login = true  for a service in `services`",
	    "nobody would log in: none of the services of this server takes a login");
	return false;
}

static bool resolve_account(struct loader *l, const struct server_draft *d,
			    struct server *s, bool services_known)
{
	if (d->account == NULL)
		return true;
	s->account_place = d->head.keys[SERVER_ACCOUNT];
	s->account = accounts_find(l, d->account, s->account_place);
	if (services_known && s->service_count > 0 && !server_check_login(l, s))
		return false;
	return s->account != NULL;
}

static bool resolve_pins(struct loader *l, const struct server_draft *d, struct target *t)
{
	struct pins *pins;
	struct pin *list;
	bool good = true;

	if (d->pin.count == 0)
		return true;
	pins = arena_alloc(&l->plan->arena, sizeof(*pins));
	list = arena_alloc(&l->plan->arena, d->pin.count * sizeof(*list));
	for (size_t i = 0; i < d->pin.count; i++) {
		const struct text *text = &d->pin.list[i];

		if (pin_parse(view_of(text->text), &list[i]))
			continue;
		errors_add(&l->errors, text->place, pin_advice, "pin: %s is no pin",
			   QUOTE(view_of(text->text)));
		good = false;
	}
	*pins = (struct pins){ d->pin.count, list };
	t->pins = pins;
	return good;
}

static void resolve_labels(struct loader *l, const struct server_draft *d, struct target *t)
{
	size_t size = d->labels.count * sizeof(struct label);
	struct label *list;

	if (size == 0)
		return;
	list = arena_alloc(&l->plan->arena, size);
	memcpy(list, d->labels.list, size);
	t->labels = list;
	t->label_count = (uint16_t)d->labels.count;
}

/* Up to whole ones; the schema has a limit that fits. */
static uint16_t minutes_of(struct span span)
{
	return (uint16_t)((span_ms(span) + 59999) / 60000);
}

void server_resolve(struct loader *l, const struct server_draft *d,
		    struct server *ret_server)
{
	static const unsigned dane_flags[] = { 0, TARGET_DANE_OFF, TARGET_DANE_REQUIRED };
	struct server s = { .tls_name = d->tls_name };
	bool services_known;

	s.common.confirm =
	    (uint8_t)(draft_has(&d->head, SERVER_CONFIRM) ? d->confirm : l->top.confirm);
	s.common.addresses = (uint8_t)d->addresses;
	s.common.flags =
	    TARGET_FLAGS &
	    (dane_flags[d->dane] | (d->plaintext_login ? TARGET_PLAINTEXT_LOGIN : 0U) |
	     (d->unverified_login ? TARGET_UNVERIFIED_LOGIN : 0U) |
	     (d->histogram ? TARGET_HISTOGRAM : 0U) |
	     target_some_bad_flags((enum state)d->address_state));
	if (draft_has(&d->head, SERVER_TLS_MIN))
		s.common.tls_min = (d->tls_min + 1) & 7;
	s.common.legacy_tls_minutes =
	    minutes_of(draft_has(&d->head, SERVER_TLS_OBSOLETE_INTERVAL)
			   ? d->tls_obsolete_interval
			   : l->top.tls_obsolete_interval);
	s.good = resolve_times(l, d, &s.common);
	s.good = resolve_pins(l, d, &s.common) && s.good;
	services_known = resolve_services(l, d, &s);
	s.good = services_known && s.good;
	s.good = resolve_account(l, d, &s, services_known) && s.good;
	s.good = name_checks_resolve(l, d, &s.names) && s.good;
	if (s.good)
		resolve_labels(l, d, &s.common);
	*ret_server = s;
}

/* --- targets -------------------------------------------------------------------------------- */

/* The service with another port; */
static const struct service *at_port(struct loader *l, const struct service *service,
				     uint16_t port)
{
	struct service *moved;

	if (port == 0 || port == service->port)
		return service;
	moved = arena_alloc(&l->plan->arena, sizeof(*moved));
	*moved = *service;
	moved->port = port;
	return moved;
}

bool server_add(struct loader *l, const struct server *s, const char *name,
		const char *host, uint16_t port, struct place place)
{
	struct target t = s->common;
	bool good = true;

	t.server = name;
	t.host = host;
	t.tls_name = s->tls_name != NULL ? s->tls_name : host;
	for (size_t i = 0; i < s->service_count; i++) {
		size_t number = s->services[i];

		t.service = at_port(l, &l->services[number], port);
		t.account = l->service_params[number].login ? s->account : NULL;
		good = target_list_add(&l->targets, &t, place, &l->errors) && good;
	}
	return good && name_checks_add(l, s, name);
}

/* False, and one error, when another server of the configuration has the name. */
static bool claim_name(struct loader *l, const char *name, struct place place)
{
	struct place first;
	size_t number;

	if (name_table_add(&l->server_names, name, place, &number))
		return true;
	first = l->server_names.list[number].place;
	errors_add(&l->errors, place, "give one of both another name",
		   "the server %s exists already, at %s:%u", QUOTE(view_of(name)),
		   first.file, first.line);
	return false;
}

static void servers_take(struct loader *l, const config_setting_t *group, const char *file)
{
	const struct section *section = &sections[SECTION_SERVER];
	struct server_draft draft;
	struct server server;
	const char *name;
	bool good;

	value_presets(l, section, &draft, reader_place(group, file));
	good = reader_group(l, section, &draft, group, file, true);
	server_resolve(l, &draft, &server);
	server.common.overrides = overrides_of_server(l, group, file);
	name = draft_has(&draft.head, SERVER_NAME) ? draft.name : draft.host;
	if (name != NULL)
		good = claim_name(l, name, draft_place(&draft.head, SERVER_NAME)) && good;
	if (good && server.good)
		server_add(l, &server, name, draft.host, 0, draft.head.place);
}

void servers_read(struct loader *l)
{
	sources_each_group(l, FILE_SERVERS, servers_take);
}
