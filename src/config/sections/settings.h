/* settings.h - the top level of the configuration to the settings of a plan. */
#ifndef MAILVANE_CONFIG_SETTINGS_H
#define MAILVANE_CONFIG_SETTINGS_H

#include "loader_state.h"

/* Call it when all sources are read. */
void settings_take(struct loader *);

#endif
