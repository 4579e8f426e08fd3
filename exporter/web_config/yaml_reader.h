/* yaml_reader.h - libyaml's tree of a file, with the answers Prometheus's reader would give. */
#ifndef MAILVANE_YAML_READER_H
#define MAILVANE_YAML_READER_H

#include "arena.h"
#include "errors.h"

#include <yaml.h>

struct yaml_reader {
	yaml_document_t document; /* the first of the text */
	const char *path;
	struct errors *errors;
	struct arena *arena; /* of the texts */
	size_t depth;
};

/* False, and one error, when it is not YAML. */
bool yaml_reader_init(struct yaml_reader *, const char *path, struct view text,
		      struct errors *, struct arena *);
void yaml_reader_fini(struct yaml_reader *);

/* NULL: the file is empty. */
yaml_node_t *yaml_reader_root(struct yaml_reader *);

struct place yaml_place(const struct yaml_reader *, const yaml_node_t *);

/* Nothing is there, which leaves a default as it is: "", "~" or "null". */
bool yaml_is_null(const yaml_node_t *);

/* Each calls `each` for the parts of a node, or adds an error when it is of another kind. A key
 * given twice is an error, too; "<<" merges another mapping in. */
void yaml_each_pair(struct yaml_reader *, yaml_node_t *, const char *what,
		    void (*each)(void *, const char *key, yaml_node_t *at,
				 yaml_node_t *value),
		    void *);
void yaml_each_item(struct yaml_reader *, yaml_node_t *, const char *what,
		    void (*each)(void *, yaml_node_t *), void *);

/* Untouched, and an error, if it is of another kind. Null gives "" and leaves a boolean. */
void yaml_text(struct yaml_reader *, yaml_node_t *, const char *what,
	       const char **ret_text);
void yaml_boolean(struct yaml_reader *, yaml_node_t *, const char *what, bool *ret_value);

#endif
