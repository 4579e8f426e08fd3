/* reader.c - a group of libconfig's tree into a draft.
 *
 * libconfig has few types: what the schema calls a duration, host or word is a string to it.
 */
#include "reader.h"

#include "value.h"

struct reading {
	struct loader *loader;
	const struct section *section;
	void *draft;
	const char *file;
};

struct place reader_place(const config_setting_t *setting, const char *file)
{
	return (struct place){ file, config_setting_source_line(setting) };
}

/* libconfig's getters take what they only read without const; elements too. */
static const config_setting_t *element(const config_setting_t *list, unsigned i)
{
	return config_setting_get_elem(list, i);
}

static unsigned length(const config_setting_t *list)
{
	return (unsigned)config_setting_length(list);
}

static bool is_string(const config_setting_t *s)
{
	return config_setting_type(s) == CONFIG_TYPE_STRING;
}

static const char *hint_of_type(const struct key *key, const config_setting_t *s,
				struct hint *h)
{
	switch (key->kind) {
	case KIND_SPAN:
		if (config_setting_type(s) == CONFIG_TYPE_INT)
			return hint_format(
			    h, "durations are quoted strings with a unit: \"%ds\"",
			    config_setting_get_int(s));
		return "durations are quoted strings with a unit: \"60s\"";
	case KIND_LIMIT:
		return "a quoted string: \"21d\" or \"25%\"";
	case KIND_COUNT:
		return "a whole number, without quotes";
	case KIND_BOOL:
		return "true or false, without quotes";
	case KIND_TEXTS:
		return hint_format(h, "%s = [ \"...\", \"...\" ];", key->name);
	case KIND_LABELS:
		return "labels = { site = \"fra1\"; };";
	case KIND_GROUP:
		return hint_format(h, "%s = { ... };", key->name);
	case KIND_GROUPS:
		return hint_format(h, "%s = ( { ... }, { ... } );", key->name);
	default:
		return "texts stand in quotes: \"...\"";
	}
}

static bool wrong_type(struct reading *r, const struct key *key, const config_setting_t *s)
{
	struct hint hint;

	errors_add(&r->loader->errors, reader_place(s, r->file),
		   hint_of_type(key, s, &hint), "%s must be a %s", key->name,
		   value_kind_words(key));
	return false;
}

static bool reader_read_number(struct reading *r, const struct key *key,
			       const config_setting_t *s)
{
	int type = config_setting_type(s);
	int64_t value = type == CONFIG_TYPE_INT64 ? config_setting_get_int64(s)
						  : config_setting_get_int(s);

	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		return wrong_type(r, key, s);
	return value_count(r->loader, key, r->draft, value, reader_place(s, r->file));
}

static bool read_bool(struct reading *r, const struct key *key, const config_setting_t *s)
{
	if (config_setting_type(s) != CONFIG_TYPE_BOOL)
		return wrong_type(r, key, s);
	return value_bool(key, r->draft, config_setting_get_bool(s) != 0);
}

static struct text reader_text_of(struct reading *r, const config_setting_t *s)
{
	return (struct text){ config_setting_get_string(s), reader_place(s, r->file) };
}

static bool read_texts(struct reading *r, const struct key *key, const config_setting_t *s)
{
	bool many = config_setting_is_array(s) || config_setting_is_list(s);
	size_t count = many ? length(s) : 1;
	struct text *list;
	bool good = true;

	if (!many && !is_string(s))
		return wrong_type(r, key, s);
	list = arena_alloc(&r->loader->scratch, (count + 1) * sizeof(*list));
	if (!many)
		list[0] = reader_text_of(r, s);
	for (unsigned i = 0; many && i < count; i++) {
		if (is_string(element(s, i)))
			list[i] = reader_text_of(r, element(s, i));
		else
			good = wrong_type(r, key, element(s, i));
	}
	return good && value_add_texts(r->loader, key, r->draft, list, count,
				       reader_place(s, r->file));
}

static bool read_labels(struct reading *r, const struct key *key, const config_setting_t *s)
{
	bool good = true;

	if (!config_setting_is_group(s))
		return wrong_type(r, key, s);
	for (unsigned i = 0; i < length(s); i++) {
		const config_setting_t *label = element(s, i);
		struct place place = reader_place(label, r->file);
		struct view name = view_of(config_setting_name(label));

		if (!is_string(label)) {
			errors_add(&r->loader->errors, place,
				   "texts stand in quotes: \"...\"",
				   "label %s must be a text", QUOTE(name));
			good = false;
		} else if (!value_add_label(r->loader, key, r->draft, name,
					    view_of(config_setting_get_string(label)),
					    place)) {
			good = false;
		}
	}
	return good;
}

static bool read_group(struct reading *r, const struct key *key, const config_setting_t *s)
{
	const struct section *section = &sections[key->section];
	struct draft *draft = (struct draft *)((char *)r->draft + key->field);

	if (!config_setting_is_group(s))
		return wrong_type(r, key, s);
	value_presets(r->loader, section, draft, reader_place(s, r->file));
	return reader_group(r->loader, section, draft, s, r->file, true);
}

static bool read_groups(struct reading *r, const struct key *key, const config_setting_t *s)
{
	bool good = true;

	if (!config_setting_is_list(s) &&
	    !(config_setting_is_array(s) && config_setting_length(s) == 0))
		return wrong_type(r, key, s);
	for (unsigned i = 0; i < length(s); i++)
		if (!config_setting_is_group(element(s, i)))
			good = wrong_type(r, key, element(s, i));
	return good;
}

static bool read_string(struct reading *r, const struct key *key, const config_setting_t *s)
{
	if (!is_string(s))
		return wrong_type(r, key, s);
	return value_text(r->loader, key, r->draft, view_of(config_setting_get_string(s)),
			  reader_place(s, r->file));
}

static bool read_setting(struct reading *r, const struct key *key,
			 const config_setting_t *s)
{
	switch (key->kind) {
	case KIND_COUNT:
		return reader_read_number(r, key, s);
	case KIND_BOOL:
		return read_bool(r, key, s);
	case KIND_TEXTS:
		return read_texts(r, key, s);
	case KIND_LABELS:
		return read_labels(r, key, s);
	case KIND_GROUP:
		return read_group(r, key, s);
	case KIND_GROUPS:
		return read_groups(r, key, s);
	default:
		return read_string(r, key, s);
	}
}

/* A key may stand once in a file (syntax.h sees to it) and, unless it gathers, in one file. */
static bool claim(struct reading *r, const struct key *key, struct place place)
{
	struct place *mine = &((struct draft *)r->draft)->keys[key - r->section->keys];

	if (mine->line > 0 && !(key->flags & KEY_GATHERS)) {
		errors_add(&r->loader->errors, place, "delete one of both",
			   "%s is set already, at %s:%u", key->name, mine->file,
			   mine->line);
		return false;
	}
	*mine = place;
	return true;
}

static bool read_member(struct reading *r, const config_setting_t *s)
{
	struct view name = view_of(config_setting_name(s));
	const struct key *key = schema_find(r->section, name);
	struct place place = reader_place(s, r->file);

	if (key == NULL) {
		schema_unknown(r->section, name, place, &r->loader->errors);
		return false;
	}
	return claim(r, key, place) && read_setting(r, key, s);
}

bool reader_complete(struct loader *l, const struct section *section, const struct draft *d)
{
	bool complete = true;

	for (unsigned i = 0; i < section->count; i++) {
		const struct key *key = &section->keys[i];

		if (!(key->flags & KEY_REQUIRED) || draft_has(d, i))
			continue;
		errors_add(&l->errors, d->place, HINT("%s: %s", key->name, key->help),
			   "%s is missing in this %s", key->name, section->one);
		complete = false;
	}
	return complete;
}

bool reader_group(struct loader *l, const struct section *section, void *draft,
		  const config_setting_t *group, const char *file, bool complete)
{
	struct reading r = { l, section, draft, file };
	bool good = true;

	for (unsigned i = 0; i < length(group); i++)
		good = read_member(&r, element(group, i)) && good;
	return (!complete || reader_complete(l, section, draft)) && good;
}
