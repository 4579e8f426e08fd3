/* reader.h - a group of libconfig's tree into a draft, by the section's rows. */
#ifndef MAILVANE_CONFIG_READER_H
#define MAILVANE_CONFIG_READER_H

#include "loader_state.h"

/* Reads all keys, tells every fault, and tells what is missing where `complete` (a service
 * that changes a built-in one, and a file, need not be). False when a fault was told. The
 * draft must have its presets. Groups in lists (KIND_GROUPS) are only checked to be some. */
bool reader_group(struct loader *, const struct section *, void *draft,
		  const config_setting_t *group, const char *file, bool complete);

/* Faults of what a complete draft lacks. */
bool reader_complete(struct loader *, const struct section *, const struct draft *);

struct place reader_place(const config_setting_t *, const char *file);

#endif
