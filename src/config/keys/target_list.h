/* target_list.h - targets as they are found, each pair of server and service once. */
#ifndef MAILVANE_CONFIG_TARGET_LIST_H
#define MAILVANE_CONFIG_TARGET_LIST_H

#include "errors.h"
#include "plan.h"

/* Zeroed is empty. */
struct target_list {
	struct target *targets;
	struct place *places; /* of each */
	size_t count, cap;
	size_t *table; /* hashed by server and service; number + 1, 0: free */
	size_t table_size;
	bool full; /* told */
};

void target_list_fini(struct target_list *);

/* False, and one error, when the pair is there already or there are CONFIG_TARGETS_MAX. The
 * texts are not copied. */
bool target_list_add(struct target_list *, const struct target *, struct place,
		     struct errors *);

#endif
