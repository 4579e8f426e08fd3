/* login_hold.c - finds the breaker and the key of a target's login. */
#include "login_hold.h"

#include "breaker.h"

static uint64_t login_key(const struct target *t)
{
	return breaker_key(t->host, t->account->user, t->account->password);
}

static struct breaker *breaker_of(struct task_context *c)
{
	return c->hooks.breaker != NULL ? c->hooks.breaker : &c->breaker;
}

bool login_is_held(struct task_context *c, const struct target *t,
		   struct instant *ret_until)
{
	return t->account != NULL &&
	       !breaker_allows(breaker_of(c), login_key(t), instant_now(), ret_until);
}

void login_record_result(struct task_context *c, const struct target *t,
			 const struct result *result)
{
	if (t->account == NULL)
		return;
	if (result->dialogue_fault == FAULT_AUTH_FAILED)
		breaker_failed(breaker_of(c), login_key(t), instant_now());
	else if (result->dialogue_fault == FAULT_OK || result->dialogue_phase == PHASE_QUIT)
		breaker_passed(breaker_of(c), login_key(t));
}

struct moment login_held_until(struct task_context *c, const struct target *t,
			       const struct instant *known)
{
	struct instant until = { 0 };

	if (c->once && c->hooks.breaker == NULL)
		return (struct moment){ 0 };
	if (known != NULL)
		until = *known;
	else if (!login_is_held(c, t, &until))
		return (struct moment){ 0 };
	return (struct moment){ moment_now().ms +
				span_between(instant_now(), until).ns / 1000000 };
}

bool login_is_freed(struct task_context *c, const struct target *before,
		    const struct target *now)
{
	struct instant until;

	return before->account != NULL && now->account != NULL &&
	       !breaker_is_empty(breaker_of(c)) && login_is_held(c, before, &until) &&
	       !login_is_held(c, now, &until);
}
