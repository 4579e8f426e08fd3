/* confirmation.c - counts probes in a row on one side of the announced state. */
#include "confirmation.h"

void confirmation_init(struct confirmation *c)
{
	*c = (struct confirmation){ .announced = STATE_COUNT, .next = STATE_COUNT };
}

/* Before the first announcement, it is OK that is left. */
static enum state standing(const struct confirmation *c)
{
	return c->announced == STATE_COUNT ? STATE_OK : (enum state)c->announced;
}

static bool is_worse(enum state a, enum state b)
{
	return a != b && state_worse(a, b) == a;
}

static bool confirmation_settle(struct confirmation *c, enum state state)
{
	bool news = c->announced != state;

	*c = (struct confirmation){ .announced = (uint8_t)state, .next = STATE_COUNT };
	return news;
}

bool confirmation_add(struct confirmation *c, enum state state, unsigned needed)
{
	enum state from = standing(c), next = (enum state)c->next;
	bool worse = is_worse(state, from);

	if (state == from)
		return confirmation_settle(c, state);
	if (next == STATE_COUNT || is_worse(next, from) != worse) {
		next = state;
		c->count = 0;
	} else if (is_worse(next, state) == worse) {
		next = state;
	}
	if (c->count + 1U >= needed) {
		confirmation_settle(c, next);
		/* It goes further still: the first on the way to there. */
		if (next != state)
			confirmation_add(c, state, needed);
		return true;
	}
	c->next = (uint8_t)next & 15U;
	c->count = (uint8_t)(c->count + 1U) & 15U;
	return false;
}

bool confirmation_awaited(const struct confirmation *c)
{
	return c->count > 0;
}
