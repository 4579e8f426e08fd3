/* overrides.h - `policy`: rows that go before the table of verdicts. */
#ifndef MAILVANE_CONFIG_OVERRIDES_H
#define MAILVANE_CONFIG_OVERRIDES_H

#include "loader_state.h"

/* Those of the top level, into the settings of the plan. After the services. */
void overrides_read(struct loader *);

/* Those in the group of a server; NULL when it has none. */
const struct overrides *overrides_of_server(struct loader *, const config_setting_t *group,
					    const char *file);

#endif
