/* login_hold.h - applies the circuit breaker (breaker.h) to the logins of targets. */
#ifndef MAILVANE_LOGIN_HOLD_H
#define MAILVANE_LOGIN_HOLD_H

#include "task_context.h"

/* True: the login of the target must not be tried before *ret_until. False: it may be tried, or the
 * target has no account. */
bool login_is_held(struct task_context *, const struct target *, struct instant *ret_until);

/* Records in the breaker whether the login of this result failed or succeeded. */
void login_record_result(struct task_context *, const struct target *,
			 const struct result *);

/* The time until which no login is tried; ms 0: it is not held, or the breaker ends with this run.
 * `known`: the probe began with its login held until then; NULL: it did not. */
struct moment login_held_until(struct task_context *, const struct target *,
			       const struct instant *known);

/* Whether the breaker holds the login of the target as it was before, but not as it is now: a
 * corrected password need not wait for the target's next regular time. */
bool login_is_freed(struct task_context *, const struct target *before,
		    const struct target *now);

#endif
