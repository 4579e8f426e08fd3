/* yaml_reader.h - libyaml's tree of a file, with the same values as in Prometheus's YAML
 * reader. */
#ifndef MAILVANE_YAML_READER_H
#define MAILVANE_YAML_READER_H

#include "arena.h"
#include "errors.h"

#include <yaml.h>

struct yaml_reader {
	yaml_document_t document; /* first document of the text */
	const char *path;
	struct errors *errors;
	struct arena *arena; /* owns the texts */
	size_t depth;
};

/* False: the file is not YAML; one error is added. */
bool yaml_reader_init(struct yaml_reader *, const char *path, struct view text,
		      struct errors *, struct arena *);
void yaml_reader_fini(struct yaml_reader *);

/* The root. NULL: the file is empty. */
yaml_node_t *yaml_reader_root(struct yaml_reader *);

struct place yaml_place(const struct yaml_reader *, const yaml_node_t *);

/* True for "", "~" and "null", which leave a default as it is. */
bool yaml_is_null(const yaml_node_t *);

/* Call `each` for the parts of a node, or add an error if the node is of another kind. A
 * key that is given twice is an error; "<<" merges another mapping. */
void yaml_each_pair(struct yaml_reader *, yaml_node_t *, const char *what,
		    void (*each)(void *, const char *key, yaml_node_t *at,
				 yaml_node_t *value),
		    void *);
void yaml_each_item(struct yaml_reader *, yaml_node_t *, const char *what,
		    void (*each)(void *, yaml_node_t *), void *);

/* Read a value. If the node is of another kind an error is added and the value stays.
 * Null gives "" and leaves a boolean. */
void yaml_text(struct yaml_reader *, yaml_node_t *, const char *what,
	       const char **ret_text);
void yaml_boolean(struct yaml_reader *, yaml_node_t *, const char *what, bool *ret_value);

#endif
