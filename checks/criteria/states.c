/* states.c - one --state to one row. */
#include "states.h"

#include "printable.h"

#include <string.h>

static const char *states_shown(struct view word, char dst[60])
{
	printable_copy(dst, 60, word);
	return dst;
}

static bool take_words(struct view what, struct override *row, char error[REFUSAL_MAX])
{
	const char *slash = what.n > 0 ? memchr(what.p, '/', what.n) : NULL;
	struct view fault = { what.p, slash != NULL ? (size_t)(slash - what.p) : what.n };
	struct view phase = view_skip(what, fault.n + 1);
	char typed[60];

	if (!fault_from_name(fault, &row->fault))
		return usage_error_of_word(error, "--state: fault",
					   states_shown(fault, typed), fault_names,
					   FAULT_COUNT);
	row->phase = PHASE_COUNT;
	return slash == NULL || phase_from_name(phase, &row->phase) ||
	       usage_error_of_word(error, "--state: phase", states_shown(phase, typed),
				   phase_names, PHASE_COUNT);
}

bool states_add(struct states *s, const char *text, char error[REFUSAL_MAX])
{
	const char *equals = strchr(text, '='), *fault;
	struct override row = { .fault = FAULT_OK };

	if (equals == NULL)
		return refusal(
		    error, "--state", text,
		    "FAULT=STATE or FAULT/PHASE=STATE is needed, as tempfail=ok");
	if (!take_words((struct view){ text, (size_t)(equals - text) }, &row, error))
		return false;
	if (!state_from_name(view_of(equals + 1), &row.state))
		return usage_error_of_word(error, "--state: state", equals + 1, state_names,
					   STATE_COUNT);
	fault = override_mistake(&row);
	if (fault != NULL)
		return refusal(error, "--state", text, fault);
	for (size_t i = 0; i < s->count; i++)
		if (override_same(&s->rows[i], &row))
			return refusal(error, "--state", text,
				       "this fault and phase are given twice");
	if (s->count == STATES_MAX)
		return refusal(error, "--state", text, "too many of them");
	s->rows[s->count++] = row;
	return true;
}
