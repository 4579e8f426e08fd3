/* value.c - one value of a file into its field of a draft. */
#include "value.h"

#include "host_name.h"
#include "path.h"
#include "text_rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void *value_field_of(const struct key *key, void *draft)
{
	return (char *)draft + key->field;
}

static bool value_refuse(struct loader *l, const struct key *key, struct view text,
			 struct place place, const char *fault, const char *hint)
{
	errors_add(&l->errors, place, hint, "%s %s %s", key->name, QUOTE(text), fault);
	return false;
}

/* --- words ---------------------------------------------------------------------------------- */

const char *value_kind_words(const struct key *key)
{
	static const char *const words[] = {
		[KIND_SPAN] = "duration",
		[KIND_LIMIT] = "duration or share",
		[KIND_COUNT] = "number",
		[KIND_BOOL] = "true or false",
		[KIND_TEXT] = "text",
		[KIND_IDENTIFIER] = "name",
		[KIND_HOST] = "host",
		[KIND_EHLO] = "host",
		[KIND_PATH] = "path",
		[KIND_WORD] = "word",
		[KIND_PROTOCOL] = "word",
		[KIND_TEXTS] = "list of texts",
		[KIND_LABELS] = "group of texts",
		[KIND_GROUP] = "group",
		[KIND_GROUPS] = "list of groups",
	};

	return words[key->kind];
}

/* The largest unit that leaves no rest: 1d, 90s, 100ms. */
static void value_put_span(char *dst, size_t cap, uint64_t ms)
{
	static const struct {
		const char *name;
		uint64_t ms;
	} units[] = { { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 } };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (ms % units[i].ms == 0) {
			snprintf(dst, cap, "%" PRIu64 "%s", ms / units[i].ms,
				 units[i].name);
			return;
		}
	snprintf(dst, cap, "%" PRIu64 "ms", ms);
}

const char *value_span_text(struct span span, char dst[VALUE_SPAN_MAX])
{
	value_put_span(dst, VALUE_SPAN_MAX, span_ms(span));
	return dst;
}

static void value_put_words(char *dst, size_t cap, const char *const *words,
			    size_t value_own_count)
{
	size_t n = 0;

	dst[0] = '\0';
	for (size_t i = 0; i < value_own_count && n < cap; i++)
		n +=
		    (size_t)snprintf(dst + n, cap - n, "%s%s", i > 0 ? ", " : "", words[i]);
}

/* The words of a key of KIND_WORD or KIND_PROTOCOL. */
static const char *const *value_words_of(const struct key *key, size_t *ret_count)
{
	size_t n = 0;

	if (key->kind == KIND_PROTOCOL)
		return protocol_names(ret_count);
	while (key->words[n] != NULL)
		n++;
	*ret_count = n;
	return key->words;
}

const char *value_range_words(const struct key *key, char dst[VALUE_RANGE_MAX])
{
	const char *const *words;
	char least[32], most[32];
	size_t value_own_count;

	dst[0] = '\0';
	switch (key->kind) {
	case KIND_SPAN:
		value_put_span(least, sizeof(least), key->least);
		value_put_span(most, sizeof(most), key->most);
		snprintf(dst, VALUE_RANGE_MAX, "%s to %s%s", least, most,
			 key->flags & KEY_OFF ? ", or off" : "");
		break;
	case KIND_COUNT:
		snprintf(dst, VALUE_RANGE_MAX, "%" PRIu64 " to %" PRIu64, key->least,
			 key->most);
		break;
	case KIND_TEXTS:
	case KIND_LABELS:
		if (key->least > 0)
			snprintf(dst, VALUE_RANGE_MAX, "%" PRIu64 " to %" PRIu64,
				 key->least, key->most);
		else
			snprintf(dst, VALUE_RANGE_MAX, "up to %" PRIu64, key->most);
		break;
	case KIND_WORD:
	case KIND_PROTOCOL:
		words = value_words_of(key, &value_own_count);
		value_put_words(dst, VALUE_RANGE_MAX, words, value_own_count);
		break;
	default:
		break;
	}
	return dst;
}

/* --- values --------------------------------------------------------------------------------- */

static bool span(struct loader *l, const struct key *key, void *draft, struct view text,
		 struct place place)
{
	struct span *field = value_field_of(key, draft), value;
	char range[VALUE_RANGE_MAX];

	if (key->flags & KEY_OFF && view_equal(text, "off")) {
		*field = (struct span){ 0 };
		return true;
	}
	if (!span_parse(text, &value))
		return value_refuse(
		    l, key, text, place, "is not a duration",
		    "a number and a unit: ms, s, m, h or d, such as \"90s\"");
	if (value.ns < (int64_t)key->least * 1000000 ||
	    value.ns > (int64_t)key->most * 1000000)
		return value_refuse(l, key, text, place, "is out of range",
				    HINT("from %s", value_range_words(key, range)));
	*field = value;
	return true;
}

static bool limit(struct loader *l, const struct key *key, void *draft, struct view text,
		  struct place place)
{
	if (!expiry_limit_parse(text, value_field_of(key, draft)))
		return value_refuse(l, key, text, place,
				    "is neither a duration nor a share",
				    "such as \"21d\" or \"25%\"");
	return true;
}

bool value_count(struct loader *l, const struct key *key, void *draft, int64_t value,
		 struct place place)
{
	unsigned *field = value_field_of(key, draft);
	char range[VALUE_RANGE_MAX];

	if (value < 0 || (uint64_t)value < key->least || (uint64_t)value > key->most) {
		errors_add(&l->errors, place,
			   HINT("from %s", value_range_words(key, range)),
			   "%s %" PRId64 " is out of range", key->name, value);
		return false;
	}
	*field = (unsigned)value;
	return true;
}

static bool value_own_count(struct loader *l, const struct key *key, void *draft,
			    struct view text, struct place place)
{
	uint64_t value;

	if (!view_number(text, INT64_MAX, &value))
		return value_refuse(l, key, text, place, "is not a number", "digits only");
	return value_count(l, key, draft, (int64_t)value, place);
}

bool value_bool(const struct key *key, void *draft, bool value)
{
	bool *field = value_field_of(key, draft);

	*field = value;
	return true;
}

static bool boolean(struct loader *l, const struct key *key, void *draft, struct view text,
		    struct place place)
{
	if (view_equal(text, "true"))
		return value_bool(key, draft, true);
	if (view_equal(text, "false"))
		return value_bool(key, draft, false);
	return value_refuse(l, key, text, place, "is neither true nor false", "");
}

static bool value_word(struct loader *l, const struct key *key, void *draft,
		       struct view text, struct place place)
{
	unsigned *field = value_field_of(key, draft), value_own_count = 0;
	char range[VALUE_RANGE_MAX];

	for (; key->words[value_own_count] != NULL; value_own_count++)
		if (view_equal(text, key->words[value_own_count])) {
			*field = value_own_count;
			return true;
		}
	return value_refuse(l, key, text, place, "is not known",
			    SIMILAR(text, key->words,
				    key->flags & KEY_NEAREST ? value_own_count : 0,
				    HINT("one of: %s", value_range_words(key, range))));
}

static bool protocol(struct loader *l, const struct key *key, void *draft, struct view text,
		     struct place place)
{
	const struct protocol **field = value_field_of(key, draft), *found;
	char range[VALUE_RANGE_MAX];

	found = protocol_from_name(text);
	if (found == NULL)
		return value_refuse(l, key, text, place, "is not known",
				    HINT("one of: %s", value_range_words(key, range)));
	*field = found;
	return true;
}

static bool path(struct loader *l, const struct key *key, void *draft, struct view text,
		 struct place place)
{
	const char **field = value_field_of(key, draft);
	const char *fault = path_fault(text);

	if (fault != NULL)
		return value_refuse(l, key, text, place, fault, "");
	*field = path_beside(&l->plan->arena, place.file, text);
	return true;
}

/* Without the brackets of an IPv6 literal. */
static struct view value_unbracketed(struct view host)
{
	if (host.n > 2 && host.p[0] == '[')
		return (struct view){ host.p + 1, host.n - 2 };
	return host;
}

static bool text(struct loader *l, const struct key *key, void *draft, struct view value,
		 struct place place)
{
	const char **field = value_field_of(key, draft);
	const char *fault = key->kind == KIND_HOST         ? host_fault(value)
			    : key->kind == KIND_EHLO       ? ehlo_fault(value)
			    : key->kind == KIND_IDENTIFIER ? identifier_fault(value)
							   : text_fault(value);

	if (fault != NULL)
		return value_refuse(l, key, value, place, fault, "");
	if (key->kind == KIND_HOST)
		value = value_unbracketed(value);
	*field = arena_text(&l->plan->arena, value);
	return true;
}

bool value_add_texts(struct loader *l, const struct key *key, void *draft,
		     const struct text *more, size_t more_count, struct place place)
{
	struct texts *field = value_field_of(key, draft);
	size_t all = field->count + more_count;
	char range[VALUE_RANGE_MAX];
	struct text *list;

	if (all > key->most || all < key->least) {
		errors_add(&l->errors, place, HINT("%s", value_range_words(key, range)),
			   all > key->most ? "%s has too many texts" : "%s is empty",
			   key->name);
		return false;
	}
	list = arena_alloc(&l->scratch, (all + 1) * sizeof(*list));
	if (field->count > 0)
		memcpy(list, field->list, field->count * sizeof(*list));
	if (more_count > 0)
		memcpy(list + field->count, more, more_count * sizeof(*list));
	*field = (struct texts){ list, all };
	return true;
}

static bool next_part(struct view *rest, const char *separators, struct view *ret_part)
{
	size_t n = 0;

	while (rest->n > 0 && strchr(separators, rest->p[0]) != NULL)
		*rest = view_skip(*rest, 1);
	while (n < rest->n && strchr(separators, rest->p[n]) == NULL)
		n++;
	*ret_part = (struct view){ rest->p, n };
	*rest = view_skip(*rest, n);
	return n > 0;
}

/* "imaps pop3s", "imaps;pop3s", "imaps, pop3s" */
static bool texts(struct loader *l, const struct key *key, void *draft, struct view value,
		  struct place place)
{
	struct text list[101];
	struct view part;
	size_t n = 0;

	while (n < ARRAY_SIZE(list) && next_part(&value, " \t;,", &part))
		list[n++] = (struct text){ arena_text(&l->scratch, part), place };
	return value_add_texts(l, key, draft, list, n, place);
}

/* Where the label is, or would be, in the order of names. */
static size_t label_seat(const struct labels *labels, struct view name, bool *ret_taken)
{
	size_t i = 0;
	int order = 1;

	for (; i < labels->count; i++) {
		const char *other = labels->list[i].name;
		size_t n = strlen(other);

		order = memcmp(other, name.p, n < name.n ? n : name.n);
		if (order == 0)
			order = (n > name.n) - (n < name.n);
		if (order >= 0)
			break;
	}
	*ret_taken = i < labels->count && order == 0;
	return i;
}

bool value_add_label(struct loader *l, const struct key *key, void *draft, struct view name,
		     struct view value, struct place place)
{
	struct labels *field = value_field_of(key, draft);
	const char *fault = label_name_fault(name);
	bool taken;
	size_t i;

	if (fault != NULL) {
		errors_add(&l->errors, place, "", "label %s %s", QUOTE(name), fault);
		return false;
	}
	if (value.n == 0)
		return true;
	fault = text_fault(value);
	if (fault != NULL) {
		errors_add(&l->errors, place, "", "label %s: the value %s %s", QUOTE(name),
			   QUOTE(value), fault);
		return false;
	}
	i = label_seat(field, name, &taken);
	if (taken || field->count == LABELS_MAX) {
		errors_add(&l->errors, place, "",
			   taken ? "label %s is given twice" : "label %s is one too many",
			   QUOTE(name));
		return false;
	}
	memmove(&field->list[i + 1], &field->list[i],
		(field->count - i) * sizeof(*field->list));
	field->list[i] = (struct label){ arena_text(&l->plan->arena, name),
					 arena_text(&l->plan->arena, value) };
	field->count++;
	return true;
}

/* "site=fra1;tier=gold" */
static bool labels(struct loader *l, const struct key *key, void *draft, struct view value,
		   struct place place)
{
	struct view part;
	bool good = true;

	while (next_part(&value, ";", &part)) {
		struct view label = view_trim(part);
		const char *equals = label.n > 0 ? memchr(label.p, '=', label.n) : NULL;
		size_t n = equals != NULL ? (size_t)(equals - label.p) : 0;

		if (label.n == 0)
			continue;
		if (equals == NULL)
			good = value_refuse(l, key, label, place, "has no '='",
					    "labels are written name=value;name=value");
		else if (!value_add_label(l, key, draft,
					  view_trim((struct view){ label.p, n }),
					  view_trim(view_skip(label, n + 1)), place))
			good = false;
	}
	return good;
}

/* Groups have no form in one cell or label. */
static bool group(struct loader *l, const struct key *key, void *draft, struct view value,
		  struct place place)
{
	(void)draft;
	return value_refuse(l, key, value, place, "cannot be given here",
			    HINT("a configuration file can: %s = ( { ... } );", key->name));
}

bool value_text(struct loader *l, const struct key *key, void *draft, struct view value,
		struct place place)
{
	static bool (*const readers[])(struct loader *, const struct key *, void *,
				       struct view, struct place) = {
		[KIND_SPAN] = span,
		[KIND_LIMIT] = limit,
		[KIND_COUNT] = value_own_count,
		[KIND_BOOL] = boolean,
		[KIND_TEXT] = text,
		[KIND_IDENTIFIER] = text,
		[KIND_HOST] = text,
		[KIND_EHLO] = text,
		[KIND_PATH] = path,
		[KIND_WORD] = value_word,
		[KIND_PROTOCOL] = protocol,
		[KIND_TEXTS] = texts,
		[KIND_LABELS] = labels,
		[KIND_GROUP] = group,
		[KIND_GROUPS] = group,
	};

	return readers[key->kind](l, key, draft, value, place);
}

static size_t draft_size(const struct section *s)
{
	static const size_t sizes[SECTION_COUNT] = {
		[SECTION_FILE] = sizeof(struct file_draft),
		[SECTION_PROBE] = sizeof(struct probe_draft),
		[SECTION_CERTIFICATE] = sizeof(struct certificate_draft),
		[SECTION_ACCOUNT] = sizeof(struct account_draft),
		[SECTION_SERVICE] = sizeof(struct service_draft),
		[SECTION_SERVER] = sizeof(struct server_draft),
		[SECTION_POLICY] = sizeof(struct policy_draft),
		[SECTION_PASSIVE] = sizeof(struct passive_draft),
		[SECTION_NAGIOS] = sizeof(struct nagios_draft),
		[SECTION_ICINGA2] = sizeof(struct icinga2_draft),
	};

	return sizes[s - sections];
}

void value_presets(struct loader *l, const struct section *s, void *draft,
		   struct place place)
{
	memset(draft, 0, draft_size(s));
	((struct draft *)draft)->place = place;
	for (size_t i = 0; i < s->count; i++) {
		const struct key *key = &s->keys[i];

		if (key->preset != NULL)
			value_text(l, key, draft, view_of(key->preset), place);
		if (key->kind == KIND_GROUP)
			value_presets(l, &sections[key->section],
				      (char *)draft + key->field, (struct place){ 0 });
	}
}
