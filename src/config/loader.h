/* loader.h - a configuration file to a plan; inside src/config only.
 *
 * The order: sources (files, their syntax, their trees), the top-level draft, accounts, services,
 * servers and target files, targets, the plan.
 */
#ifndef MAILVANE_LOADER_H
#define MAILVANE_LOADER_H

#include "loader_state.h"

void loader_init(struct loader *, struct watch *);
/* Frees all but the errors taken and the plan given away. */
void loader_fini(struct loader *);

/* Reads a file, or the text given for it, and all it includes and names. The plan, or NULL
 * when there were errors. */
struct plan *loader_read(struct loader *, const char *path);
struct plan *loader_read_text(struct loader *, const char *shown, struct view text);

#endif
