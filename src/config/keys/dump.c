/* dump.c - a draft's values as a file would give them. */
#include "dump.h"

#include "memory.h"
#include "path.h"
#include "value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the lines of a group go. */
struct dump {
	struct listing *out;
	const char *indent;
	struct arena *arena; /* of paths */
};

static void dump_put_group(const struct dump *, const struct section *, const void *draft);

static const void *dump_field_of(const struct key *key, const void *draft)
{
	return (const char *)draft + key->field;
}

/* As libconfig reads it back. */
static void dump_put_quoted(struct listing *out, const char *text)
{
	char one[8];

	listing_put(out, "\"");
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			snprintf(one, sizeof(one), "\\%c", c);
		else if (c < ' ')
			snprintf(one, sizeof(one), "\\x%02x", c);
		else
			snprintf(one, sizeof(one), "%c", c);
		listing_put(out, one);
	}
	listing_put(out, "\"");
}

static void dump_put_number(struct listing *out, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	listing_put(out, text);
}

static bool dump_put_span(struct listing *out, struct span span)
{
	char text[VALUE_SPAN_MAX];

	if (span.ns <= 0)
		return false;
	dump_put_quoted(out, value_span_text(span, text));
	return true;
}

static bool put_limit(struct listing *out, const struct expiry_limit *limit)
{
	char text[32];

	if (limit->left.ns > 0)
		return dump_put_span(out, limit->left);
	if (limit->share <= 0)
		return false;
	snprintf(text, sizeof(text), "%.10g%%", limit->share * 100);
	dump_put_quoted(out, text);
	return true;
}

static bool dump_put_text(struct listing *out, const char *text)
{
	if (text == NULL)
		return false;
	dump_put_quoted(out, text);
	return true;
}

static bool dump_put_texts(struct listing *out, const struct texts *texts)
{
	if (texts->count == 0)
		return false;
	for (size_t i = 0; i < texts->count; i++) {
		listing_put(out, i > 0 ? ", " : "[ ");
		dump_put_quoted(out, texts->list[i].text);
	}
	listing_put(out, " ]");
	return true;
}

static bool dump_put_labels(struct listing *out, const struct labels *labels)
{
	if (labels->count == 0)
		return false;
	listing_put(out, "{ ");
	for (size_t i = 0; i < labels->count; i++) {
		LISTING_PUT(out, labels->list[i].name, " = ");
		dump_put_quoted(out, labels->list[i].value);
		listing_put(out, "; ");
	}
	listing_put(out, "}");
	return true;
}

/* False: there is none. */
static bool dump_put_value(const struct dump *d, const struct key *key, const void *draft)
{
	const void *field = dump_field_of(key, draft);
	const char *text;

	switch (key->kind) {
	case KIND_SPAN:
		if (key->flags & KEY_OFF && ((const struct span *)field)->ns == 0)
			return dump_put_text(d->out, "off");
		return dump_put_span(d->out, *(const struct span *)field);
	case KIND_LIMIT:
		return put_limit(d->out, field);
	case KIND_COUNT:
		dump_put_number(d->out, *(const unsigned *)field);
		return true;
	case KIND_BOOL:
		listing_put(d->out, *(const bool *)field ? "true" : "false");
		return true;
	case KIND_PATH:
		text = *(const char *const *)field;
		return dump_put_text(d->out,
				     text != NULL ? path_absolute(d->arena, text) : NULL);
	case KIND_WORD:
		return dump_put_text(d->out, key->words[*(const unsigned *)field]);
	case KIND_PROTOCOL:
		return dump_put_text(d->out,
				     protocol_name(*(const struct protocol *const *)field));
	case KIND_TEXTS:
		return dump_put_texts(d->out, field);
	case KIND_LABELS:
		return dump_put_labels(d->out, field);
	case KIND_GROUPS:
		return false;
	default:
		return dump_put_text(d->out, *(const char *const *)field);
	}
}

/* A group that was not given can be written if it needs nothing. */
static bool can_stand(const struct section *s, const struct draft *draft)
{
	for (size_t i = 0; draft->place.line == 0 && i < s->count; i++)
		if (s->keys[i].flags & KEY_REQUIRED)
			return false;
	return true;
}

/* The path of what a group is: its own draft begins with its place, which is set when the file
 * gives the group. */
static void put_inner(const struct dump *d, const struct key *key, const void *draft)
{
	const struct section *s = &sections[key->section];
	const struct draft *inner = dump_field_of(key, draft);
	char indent[32];

	if (!can_stand(s, inner)) {
		LISTING_PUT(d->out, d->indent, "# ", key->name, ": not set\n");
		return;
	}
	snprintf(indent, sizeof(indent), "%s  ", d->indent);
	LISTING_PUT(d->out, d->indent, key->name, " = {\n");
	dump_put_group(&(struct dump){ d->out, indent, d->arena }, s, inner);
	LISTING_PUT(d->out, d->indent, "};\n");
}

static void dump_put_key(const struct dump *d, const struct key *key, const void *draft)
{
	size_t before = d->out->n;

	if (key->kind == KIND_GROUP) {
		put_inner(d, key, draft);
		return;
	}
	/* What they name is part of this already. */
	LISTING_PUT(d->out, d->indent, key->flags & KEY_GATHERS ? "# " : "", key->name,
		    " = ");
	if (dump_put_value(d, key, draft)) {
		listing_put(d->out, ";\n");
		return;
	}
	listing_cut(d->out, before);
	if (key->note != NULL)
		LISTING_PUT(d->out, d->indent, "# ", key->name, ": ", key->note, "\n");
}

static void dump_put_group(const struct dump *d, const struct section *s, const void *draft)
{
	for (size_t i = 0; i < s->count; i++)
		dump_put_key(d, &s->keys[i], draft);
}

static void put_element(struct loader *l, struct listing *out, enum section_id id,
			const void *draft)
{
	const struct dump dump = { out, "    ", &l->scratch };

	listing_put(out, out->n > 0 ? ",\n  {\n" : "  {\n");
	dump_put_group(&dump, &sections[id], draft);
	listing_put(out, "  }");
}

void dump_account(struct loader *l, const struct account_draft *draft)
{
	put_element(l, &l->dumped_accounts, SECTION_ACCOUNT, draft);
}

static void put_overrides(struct listing *out, const char *indent,
			  const struct overrides *all)
{
	const char *const row = "\n  ";

	if (all == NULL || all->count == 0)
		return;
	LISTING_PUT(out, indent, "policy = (");
	for (size_t i = 0; i < all->count; i++) {
		const struct override *o = &all->list[i];

		LISTING_PUT(out, i > 0 ? "," : "", row, indent, "{ fault = \"",
			    fault_name(o->fault), "\"; ");
		if (o->phase < PHASE_COUNT)
			LISTING_PUT(out, "phase = \"", phase_name(o->phase), "\"; ");
		if (o->service != NULL)
			LISTING_PUT(out, "service = \"", o->service, "\"; ");
		LISTING_PUT(out, "state = \"", state_name(o->state), "\"; }");
	}
	LISTING_PUT(out, "\n", indent, ");\n");
}

/* Behind the last word where nobody has set it. */
static unsigned tls_min_word(unsigned set)
{
	return set != 0 ? set - 1 : TLS_VERSION_COUNT;
}

static void dump_put_services(struct loader *l, struct listing *out)
{
	struct listing list = { 0 };

	for (size_t i = 0; i < l->service_names.count; i++) {
		const struct service *s = &l->services[i];
		const struct service_draft draft = {
			.name = s->name,
			.protocol = s->protocol,
			.port = s->port,
			.tls = (unsigned)s->tls,
			.tls_min = tls_min_word(s->tls_min),
			.login = l->service_params[i].login,
		};

		put_element(l, &list, SECTION_SERVICE, &draft);
	}
	out->failed = out->failed || list.failed;
	if (!list.failed)
		LISTING_PUT(out, "services = (\n", list.text, "\n);\n");
	free(list.text);
}

/* As servers.c has it for what nobody wrote down. */
static void give_way(const struct draft *d, unsigned key, struct span *span,
		     struct span interval)
{
	if (!draft_has(d, key) && span->ns > interval.ns)
		*span = interval;
}

char *dump_head(struct loader *l)
{
	struct listing out = { 0 };
	const struct dump dump = { &out, "", &l->scratch };

	l->top.ehlo_name = l->plan->settings.ehlo_name;
	give_way(&l->top.head, FILE_RETRY_INTERVAL, &l->top.retry_interval,
		 l->top.interval);
	give_way(&l->top.head, FILE_TIMEOUT, &l->top.timeout, l->top.interval);
	listing_put(&out, "# The configuration in use, every default filled in.\n");
	dump_put_group(&dump, &sections[SECTION_FILE], &l->top);
	out.failed = l->dumped_accounts.failed;
	if (l->dumped_accounts.n > 0)
		LISTING_PUT(&out, "accounts = (\n", l->dumped_accounts.text, "\n);\n");
	dump_put_services(l, &out);
	put_overrides(&out, "", &l->plan->settings.policy.overrides);
	return listing_take(&out);
}

/* --- servers, from the plan -------------------------------------------------------------------- */

static void take_services(struct server_draft *draft, struct text *names,
			  const struct target *targets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		names[i] = (struct text){ .text = targets[i].service->name };
		if (targets[i].account != NULL)
			draft->account = targets[i].account->name;
	}
	draft->services = (struct texts){ names, count };
}

static void put_moved(struct listing *out, const struct plan *plan, const struct target *t)
{
	const struct service *s =
	    service_find(plan->services, plan->service_count, view_of(t->service->name));

	if (s == NULL || s->port == t->service->port)
		return;
	LISTING_PUT(out, "    # ", s->name, " on port ");
	dump_put_number(out, t->service->port);
	listing_put(out, ", as a target file says\n");
}

static void take_pins(struct server_draft *draft, struct text list[PINS_MAX],
		      char shown[PINS_MAX][PIN_TEXT_MAX], const struct pins *pins)
{
	size_t count = pins != NULL ? pins->count : 0;

	for (size_t i = 0; i < count; i++)
		list[i] = (struct text){ .text = pin_text(&pins->list[i], shown[i]) };
	draft->pin = (struct texts){ list, count };
}

/* At which of these targets names are asked for. */
static void take_name_checks(struct server_draft *draft, struct text *names,
			     const struct plan *plan, const struct target *targets,
			     size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct name_check *h = plan_find_name_check(plan, &targets[i]);

		if (h == NULL)
			continue;
		names[n++] = (struct text){ .text = targets[i].service->name };
		draft->names_file = h->file;
		draft->names_interval = h->interval;
	}
	draft->names_services = (struct texts){ names, n };
}

static void dump_put_server(struct listing *out, const struct plan *plan,
			    const struct target *targets, size_t count)
{
	struct text *names = calloc(2 * count, sizeof(*names));
	const struct target *t = &targets[0];
	char shown[PINS_MAX][PIN_TEXT_MAX];
	struct text pins[PINS_MAX];
	struct server_draft draft = {
		.name = t->server,
		.host = t->host,
		.tls_name = t->tls_name,
		.interval = t->interval,
		.retry_interval = t->retry_interval,
		.timeout = t->timeout,
		.confirm = t->confirm,
		.addresses = (unsigned)t->addresses,
		.address_state = target_some_bad(t),
		.dane = t->flags & TARGET_DANE_OFF        ? 1
			: t->flags & TARGET_DANE_REQUIRED ? 2
							  : 0,
		.tls_min = tls_min_word(t->tls_min),
		.tls_obsolete_interval = span_of_ms(t->legacy_tls_minutes * INT64_C(60000)),
		.plaintext_login = t->flags & TARGET_PLAINTEXT_LOGIN,
		.unverified_login = t->flags & TARGET_UNVERIFIED_LOGIN,
		.histogram = t->flags & TARGET_HISTOGRAM,
	};

	if (names == NULL) {
		out->failed = true;
		return;
	}
	take_pins(&draft, pins, shown, t->pins);
	take_services(&draft, names, targets, count);
	take_name_checks(&draft, names + count, plan, targets, count);
	for (size_t i = 0; i < t->label_count && i < LABELS_MAX; i++)
		draft.labels.list[draft.labels.count++] = t->labels[i];
	listing_put(out, "  {\n");
	for (size_t i = 0; i < count; i++)
		put_moved(out, plan, &targets[i]);
	dump_put_group(&(struct dump){ out, "    ", NULL }, &sections[SECTION_SERVER],
		       &draft);
	put_overrides(out, "    ", t->overrides);
	listing_put(out, "  }");
	free(names);
}

static bool same_labels(const struct target *a, const struct target *b)
{
	if (a->label_count != b->label_count)
		return false;
	for (size_t i = 0; i < a->label_count; i++)
		if (strcmp(a->labels[i].name, b->labels[i].name) != 0 ||
		    strcmp(a->labels[i].value, b->labels[i].value) != 0)
			return false;
	return true;
}

/* Could one group of `servers` say both? */
static bool one_server(const struct target *a, const struct target *b)
{
	return strcmp(a->server, b->server) == 0 && strcmp(a->host, b->host) == 0 &&
	       strcmp(a->tls_name, b->tls_name) == 0 && pins_same(a->pins, b->pins) &&
	       a->addresses == b->addresses && a->confirm == b->confirm &&
	       a->flags == b->flags && a->tls_min == b->tls_min &&
	       a->legacy_tls_minutes == b->legacy_tls_minutes &&
	       a->interval.ns == b->interval.ns &&
	       a->retry_interval.ns == b->retry_interval.ns &&
	       a->timeout.ns == b->timeout.ns &&
	       overrides_same(a->overrides, b->overrides) && same_labels(a, b);
}

/* Names from one file, or none. */
static bool same_name_checks(const struct plan *plan, const struct target *a,
			     const struct target *b)
{
	const struct name_check *x = plan_find_name_check(plan, a);
	const struct name_check *y = plan_find_name_check(plan, b);

	return x == NULL || y == NULL ||
	       (x->name_set == y->name_set && x->interval.ns == y->interval.ns);
}

char *dump_server(const struct plan *plan, size_t *at)
{
	struct listing out = { 0 };
	size_t first = *at, count = 0;

	while (first + count < plan->target_count &&
	       one_server(&plan->targets[first], &plan->targets[first + count]) &&
	       same_name_checks(plan, &plan->targets[first], &plan->targets[first + count]))
		count++;
	if (count == 0)
		return NULL;
	if (first > 0 &&
	    strcmp(plan->targets[first - 1].server, plan->targets[first].server) == 0)
		listing_put(&out, "  # more of the same name, as a target file says\n");
	dump_put_server(&out, plan, &plan->targets[first], count);
	if (!out.failed)
		*at = first + count;
	return listing_take(&out);
}
