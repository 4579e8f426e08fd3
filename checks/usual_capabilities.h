/* usual_capabilities.h - --state-dir: what each server usually offers (drift.h), kept from run to run.
 *
 * One file for each (host, service, address, port).
 */
#ifndef MAILVANE_USUAL_CAPABILITIES_H
#define MAILVANE_USUAL_CAPABILITIES_H

#include "findings.h"
#include "plan.h"

/* False, with a sentence, when the folder cannot be used. */
bool usual_capabilities_ready(const char *folder, char error[REFUSAL_MAX]);

/* Reads what was usual, notes in the findings what is worse now, judges them again and writes what
 * has changed. A file that cannot be read, is not ours or makes no sense is no file. False, with a
 * sentence, when something could not be read or kept. */
bool usual_capabilities_compare(const char *folder, const struct plan *, struct findings *,
				char error[REFUSAL_MAX]);

#endif
