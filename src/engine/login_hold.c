/* login_hold.c - the breaker, asked and told about targets. */
#include "login_hold.h"

#include "breaker.h"

static uint64_t login_key(const struct target *t)
{
	return breaker_key(t->host, t->account->user, t->account->password);
}

static struct breaker *breaker_of(struct worker *w)
{
	return w->hooks.breaker != NULL ? w->hooks.breaker : &w->breaker;
}

bool login_is_held(struct worker *w, const struct target *t, struct instant *ret_until)
{
	return t->account != NULL &&
	       !breaker_allows(breaker_of(w), login_key(t), instant_now(), ret_until);
}

void login_note(struct worker *w, const struct target *t, const struct result *result)
{
	if (t->account == NULL)
		return;
	if (result->dialogue_fault == FAULT_AUTH_FAILED)
		breaker_failed(breaker_of(w), login_key(t), instant_now());
	else if (result->dialogue_fault == FAULT_OK || result->dialogue_phase == PHASE_QUIT)
		breaker_passed(breaker_of(w), login_key(t));
}

struct moment login_held_until(struct worker *w, const struct target *t,
			       const struct instant *known)
{
	struct instant until = { 0 };

	if (w->once && w->hooks.breaker == NULL)
		return (struct moment){ 0 };
	if (known != NULL)
		until = *known;
	else if (!login_is_held(w, t, &until))
		return (struct moment){ 0 };
	return (struct moment){ moment_now().ms +
				span_between(instant_now(), until).ns / 1000000 };
}

bool login_is_freed(struct worker *w, const struct target *before, const struct target *now)
{
	struct instant until;

	return before->account != NULL && now->account != NULL &&
	       !breaker_is_empty(breaker_of(w)) && login_is_held(w, before, &until) &&
	       !login_is_held(w, now, &until);
}
