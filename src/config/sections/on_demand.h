/* on_demand.h - `probe`: what may be probed when somebody asks for it. */
#ifndef MAILVANE_CONFIG_ON_DEMAND_H
#define MAILVANE_CONFIG_ON_DEMAND_H

#include "loader_state.h"

/* From the top-level draft to the plan's settings. Call it when all sources are read. */
void on_demand_take(struct loader *);

#endif
