/* dialogue_state.h - the flags in the state of a dialogue: the runner's own. */
#ifndef MAILVANE_DIALOGUE_STATE_H
#define MAILVANE_DIALOGUE_STATE_H

#include "driver.h"

enum {
	IN_TLS = 1 << 0,
	UPGRADED = 1 << 1,
	OUTCOME_FINAL = 1 << 2,    /* the outcome is final */
	AWAIT_LAST_REPLY = 1 << 3, /* timed out; the reply still owed, then the farewell */
	CANCELLING = 1 << 4,       /* what we said was protocol->cancel */
	FAREWELL_ONLY = 1 << 5,    /* only the farewell is left */
	ANSWERED = 1 << 6, /* a command was answered, since TLS is up if it was started */
	SENDING = 1 << 7,  /* a message is not sent whole yet */
	WOKEN = 1 << 8,    /* something has happened that ends a pause */
};

#endif
