/* passive_section.h - `passive`: schedulers that are told results. */
#ifndef MAILVANE_PASSIVE_SECTION_H
#define MAILVANE_PASSIVE_SECTION_H

#include "loader_state.h"

/* From the top-level draft to the loader's `passive`. Call it when all sources are read. */
void passive_section_take(struct loader *);

#endif
