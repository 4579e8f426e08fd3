/* plan_check.h - what must hold for every plan and every error, whatever was read. */
#ifndef MAILVANE_TESTS_PLAN_CHECK_H
#define MAILVANE_TESTS_PLAN_CHECK_H

#include "loader.h"

void must(bool holds);

/* All but what plan_set_targets makes. */
void must_be_sound(const struct loader *, const struct target *, size_t count);

/* Printable, with a place in `file` no further than a text of so many lines goes. */
void must_be_clear(const struct config_errors *, const char *file, struct view text);

#endif
