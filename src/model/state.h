/* state.h - the four states of a check, with the exit codes of Nagios plugins. */
#ifndef MAILVANE_STATE_H
#define MAILVANE_STATE_H

#include "view.h"

enum state { STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN, STATE_COUNT };

/* "OK", "WARNING", "CRITICAL", "UNKNOWN"; ended by NULL. */
extern const char *const state_names[STATE_COUNT + 1];

const char *state_name(enum state);
/* False: the word is no state. */
bool state_from_name(struct view, enum state *ret_state);

/* The worse of both: CRITICAL, then WARNING, then UNKNOWN, then OK. */
enum state state_worse(enum state, enum state);

/* CRITICAL or UNKNOWN. */
bool state_is_bad(enum state);

#endif
