/* value.h - one value of a file into its field of a draft, by its row of the schema. */
#ifndef MAILVANE_CONFIG_VALUE_H
#define MAILVANE_CONFIG_VALUE_H

#include "loader_state.h"

/* From text: how CSV and JSON give everything, and libconfig most. False, and one error, when
 * it is not acceptable; then the field stays as it is. */
bool value_text(struct loader *, const struct key *, void *draft, struct view,
		struct place);
bool value_count(struct loader *, const struct key *, void *draft, int64_t, struct place);
bool value_bool(const struct key *, void *draft, bool);

/* Adds to a field of KIND_TEXTS. False when there are too many. */
bool value_add_texts(struct loader *, const struct key *, void *draft, const struct text *,
		     size_t count, struct place);
/* Adds to a field of KIND_LABELS; a label without a value is none (as Prometheus has it). */
bool value_add_label(struct loader *, const struct key *, void *draft, struct view name,
		     struct view value, struct place);

/* Sets the defaults of a section and of the groups in it, and forgets what a draft held before. */
void value_presets(struct loader *, const struct section *, void *draft, struct place);

/* As a file gives it, in the largest unit that leaves no rest: "1d", "90s", "100ms". */
enum { VALUE_SPAN_MAX = 32 };
const char *value_span_text(struct span, char dst[VALUE_SPAN_MAX]);

/* Kind and range in words: "duration", "1s to 1d". */
const char *value_kind_words(const struct key *);
enum { VALUE_RANGE_MAX = 2048 };
const char *value_range_words(const struct key *, char dst[VALUE_RANGE_MAX]);

#endif
