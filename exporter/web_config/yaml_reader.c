/* yaml_reader.c - reads mappings, sequences and single values of libyaml's tree. */
#include "yaml_reader.h"

#include "out_of_memory.h"

#include <string.h>

/* Depth of merged mappings: an anchor can refer to the mapping that contains it. */
enum { DEPTH_MAX = 8 };

static const char *or_unknown(const char *text)
{
	return text ? text : "it cannot be understood";
}

static const char *hint_for(const char *problem)
{
	return problem && strstr(problem, "token")
		   ? "indentation is made of spaces, never of tabs"
		   : "";
}

static void yaml_reader_skip(void *reader)
{
	yaml_document_delete(&((struct yaml_reader *)reader)->document);
}

bool yaml_reader_init(struct yaml_reader *r, const char *path, struct view text,
		      struct errors *errors, struct arena *arena)
{
	yaml_parser_t parser;
	struct place place = { path, 0 };
	int loaded;

	*r = (struct yaml_reader){ .path = path, .errors = errors, .arena = arena };
	if (!yaml_parser_initialize(&parser)) {
		errors_out_of_memory(errors);
		return false;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.n);
	loaded = yaml_parser_load(&parser, &r->document);
	if (!loaded && parser.error == YAML_MEMORY_ERROR) {
		errors_out_of_memory(errors);
	} else if (!loaded) {
		place.line = (unsigned)parser.problem_mark.line + 1;
		errors_add(errors, place, hint_for(parser.problem), "this is not YAML: %s",
			   or_unknown(parser.problem));
	}
	yaml_parser_delete(&parser);
	if (loaded)
		out_of_memory_hold(yaml_reader_skip, r);
	return loaded;
}

void yaml_reader_fini(struct yaml_reader *r)
{
	out_of_memory_let_go();
	yaml_document_delete(&r->document);
}

yaml_node_t *yaml_reader_root(struct yaml_reader *r)
{
	return yaml_document_get_root_node(&r->document);
}

struct place yaml_place(const struct yaml_reader *r, const yaml_node_t *node)
{
	return (struct place){ r->path, (unsigned)node->start_mark.line + 1 };
}

static struct view scalar(const yaml_node_t *node)
{
	return (struct view){ (const char *)node->data.scalar.value,
			      node->data.scalar.length };
}

static bool is_one_of(struct view text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text.n == strlen(words[i]) && memcmp(text.p, words[i], text.n) == 0)
			return true;
	return false;
}

static bool yaml_reader_is_plain(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE &&
	       node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

bool yaml_is_null(const yaml_node_t *node)
{
	static const char *const words[] = { "", "~", "null", "Null", "NULL" };

	return yaml_reader_is_plain(node) &&
	       is_one_of(scalar(node), words, ARRAY_SIZE(words));
}

static void yaml_reader_refuse(struct yaml_reader *r, const yaml_node_t *node,
			       const char *what, const char *wanted)
{
	static const char *const kinds[] = {
		[YAML_NO_NODE] = "nothing",
		[YAML_SCALAR_NODE] = "a single value",
		[YAML_SEQUENCE_NODE] = "a list",
		[YAML_MAPPING_NODE] = "keys with values",
	};

	errors_add(r->errors, yaml_place(r, node), "", "%s must be %s, and this is %s",
		   QUOTE_NAME(view_of(what)), wanted, kinds[node->type]);
}

/* --- mappings and sequences ------------------------------------------------------------------ */

static yaml_node_t *node_of(struct yaml_reader *r, int index)
{
	return yaml_document_get_node(&r->document, index);
}

static bool given_before(struct yaml_reader *r, const yaml_node_t *mapping,
			 const yaml_node_pair_t *at)
{
	struct view key = scalar(node_of(r, at->key));

	for (yaml_node_pair_t *p = mapping->data.mapping.pairs.start; p < at; p++) {
		const yaml_node_t *other = node_of(r, p->key);

		if (other->type == YAML_SCALAR_NODE && scalar(other).n == key.n &&
		    memcmp(scalar(other).p, key.p, key.n) == 0) {
			errors_add(
			    r->errors, yaml_place(r, node_of(r, at->key)),
			    HINT("the first is in line %u", yaml_place(r, other).line),
			    "%s is given twice", QUOTE(key));
			return true;
		}
	}
	return false;
}

static void merge(struct yaml_reader *r, yaml_node_t *value,
		  void (*each)(void *, const char *, yaml_node_t *, yaml_node_t *),
		  void *user)
{
	if (value->type != YAML_MAPPING_NODE || r->depth == DEPTH_MAX) {
		yaml_reader_refuse(r, value, "<<", "keys with values that are not its own");
		return;
	}
	r->depth++;
	yaml_each_pair(r, value, "<<", each, user);
	r->depth--;
}

void yaml_each_pair(struct yaml_reader *r, yaml_node_t *node, const char *what,
		    void (*each)(void *, const char *, yaml_node_t *, yaml_node_t *),
		    void *user)
{
	if (yaml_is_null(node))
		return;
	if (node->type != YAML_MAPPING_NODE) {
		yaml_reader_refuse(r, node, what, "keys with values");
		return;
	}
	for (yaml_node_pair_t *p = node->data.mapping.pairs.start;
	     p < node->data.mapping.pairs.top; p++) {
		yaml_node_t *key = node_of(r, p->key), *value = node_of(r, p->value);

		if (key->type != YAML_SCALAR_NODE)
			yaml_reader_refuse(r, key, what,
					   "keys with values: a key is a single value");
		else if (given_before(r, node, p))
			continue;
		else if (yaml_reader_is_plain(key) && view_equal(scalar(key), "<<"))
			merge(r, value, each, user);
		else if (memchr(scalar(key).p, '\0', scalar(key).n))
			errors_add(r->errors, yaml_place(r, key), "",
				   "a key with a NUL in it");
		else
			each(user, arena_text(r->arena, scalar(key)), key, value);
	}
}

void yaml_each_item(struct yaml_reader *r, yaml_node_t *node, const char *what,
		    void (*each)(void *, yaml_node_t *), void *user)
{
	if (yaml_is_null(node))
		return;
	if (node->type != YAML_SEQUENCE_NODE) {
		yaml_reader_refuse(r, node, what, "a list, as in [ a, b ]");
		return;
	}
	for (yaml_node_item_t *i = node->data.sequence.items.start;
	     i < node->data.sequence.items.top; i++)
		each(user, node_of(r, *i));
}

/* --- values ---------------------------------------------------------------------------------- */

void yaml_text(struct yaml_reader *r, yaml_node_t *node, const char *what,
	       const char **ret_text)
{
	if (node->type != YAML_SCALAR_NODE) {
		yaml_reader_refuse(r, node, what, "a text");
		return;
	}
	if (memchr(scalar(node).p, '\0', scalar(node).n)) {
		errors_add(r->errors, yaml_place(r, node), "", "%s has a NUL in it",
			   QUOTE_NAME(view_of(what)));
		return;
	}
	*ret_text = yaml_is_null(node) ? "" : arena_text(r->arena, scalar(node));
}

void yaml_boolean(struct yaml_reader *r, yaml_node_t *node, const char *what,
		  bool *ret_value)
{
	/* The words of YAML 1.1, as in Prometheus's reader. */
	static const char *const yes[] = { "y",    "Y",    "yes", "Yes", "YES", "true",
					   "True", "TRUE", "on",  "On",  "ON" };
	static const char *const no[] = { "n",     "N",     "no",  "No",  "NO", "false",
					  "False", "FALSE", "off", "Off", "OFF" };

	if (yaml_is_null(node))
		return;
	if (yaml_reader_is_plain(node) && is_one_of(scalar(node), yes, ARRAY_SIZE(yes)))
		*ret_value = true;
	else if (yaml_reader_is_plain(node) && is_one_of(scalar(node), no, ARRAY_SIZE(no)))
		*ret_value = false;
	else
		yaml_reader_refuse(r, node, what, "true or false, without quotes");
}
