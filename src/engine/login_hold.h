/* login_hold.h - the login of a target, and the breaker that may hold it. */
#ifndef MAILVANE_LOGIN_HOLD_H
#define MAILVANE_LOGIN_HOLD_H

#include "task_context.h"

/* False: log in, or there is none. */
bool login_is_held(struct task_context *, const struct target *, struct instant *ret_until);

/* What came of a login that was tried. */
void login_note(struct task_context *, const struct target *, const struct result *);

/* Until when no login is tried; ms 0: it is not held, or the breaker ends with this run. `known`:
 * the probe was begun with its login held until then; NULL: it was not. */
struct moment login_held_until(struct task_context *, const struct target *,
			       const struct instant *known);

/* The breaker holds the login of the target as it was and not as it is now: a changed password
 * need not wait for the target's turn. */
bool login_is_freed(struct task_context *, const struct target *before,
		    const struct target *now);

#endif
