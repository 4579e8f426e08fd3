/* state.c - the names of the four states and their order. */
#include "state.h"

const char *const state_names[STATE_COUNT + 1] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

const char *state_name(enum state s)
{
	return (unsigned)s < STATE_COUNT ? state_names[s] : "UNKNOWN";
}

bool state_from_name(struct view word, enum state *ret_state)
{
	for (unsigned i = 0; i < STATE_COUNT; i++) {
		if (!view_equal(word, state_names[i]))
			continue;
		*ret_state = (enum state)i;
		return true;
	}
	return false;
}

enum state state_worse(enum state a, enum state b)
{
	static const int badness[STATE_COUNT] = { 0, 2, 3, 1 };

	return badness[b] > badness[a] ? b : a;
}

bool state_is_bad(enum state s)
{
	return s != STATE_OK && s != STATE_WARNING;
}
