/* confirmation.c - counts the results in a row that are worse, or better, than the announced state. */
#include "confirmation.h"

void confirmation_init(struct confirmation *c)
{
	*c = (struct confirmation){ .announced = STATE_COUNT, .next = STATE_COUNT };
}

/* Before the first announcement, results are compared with OK. */
static enum state baseline_state(const struct confirmation *c)
{
	return c->announced == STATE_COUNT ? STATE_OK : (enum state)c->announced;
}

static bool state_is_worse(enum state a, enum state b)
{
	return a != b && state_worse(a, b) == a;
}

static bool confirmation_announce(struct confirmation *c, enum state state)
{
	bool changed = c->announced != state;

	*c = (struct confirmation){ .announced = (uint8_t)state, .next = STATE_COUNT };
	return changed;
}

bool confirmation_add(struct confirmation *c, enum state state, unsigned needed)
{
	enum state from = baseline_state(c), next = (enum state)c->next;
	bool worse = state_is_worse(state, from);

	if (state == from)
		return confirmation_announce(c, state);
	if (next == STATE_COUNT || state_is_worse(next, from) != worse) {
		next = state;
		c->count = 0;
	} else if (state_is_worse(next, state) == worse) {
		next = state;
	}
	if (c->count + 1U >= needed) {
		confirmation_announce(c, next);
		/* This result is further away than what was announced: it is the first for that. */
		if (next != state)
			confirmation_add(c, state, needed);
		return true;
	}
	c->next = (uint8_t)next & 15U;
	c->count = (uint8_t)(c->count + 1U) & 15U;
	return false;
}

bool confirmation_is_awaited(const struct confirmation *c)
{
	return c->count > 0;
}
