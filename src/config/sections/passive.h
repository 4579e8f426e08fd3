/* passive.h - `passive`: schedulers that are told results. */
#ifndef MAILVANE_CONFIG_PASSIVE_H
#define MAILVANE_CONFIG_PASSIVE_H

#include "loader_state.h"

/* From the top-level draft to the loader's `passive`. Call it when all sources are read. */
void passive_take(struct loader *);

#endif
