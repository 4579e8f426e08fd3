/* server_health.c - sums up the records of a server. */
#include "server_health.h"

#include <string.h>

/* Returns true if the confirmed state is bad, too. A fault of our own says nothing about
 * the server. */
static bool figures_are_unreachable(const struct record_figures *r)
{
	return state_is_bad((enum state)r->state) && r->announced != STATE_COUNT &&
	       state_is_bad((enum state)r->announced) &&
	       !fault_is_ours((enum fault)r->fault) &&
	       (r->phase == PHASE_DNS || r->phase == PHASE_CONNECT);
}

bool server_health_ends(const struct server_health *s, const struct target *next)
{
	return s->first == NULL || strcmp(s->first->server, next->server) != 0;
}

void server_health_begin(struct server_health *s, const struct target *first)
{
	*s = (struct server_health){ first, true };
}

void server_health_add(struct server_health *s, const struct record_figures *records,
		       size_t count)
{
	if (count == 0)
		s->unreachable = false;
	for (size_t i = 0; i < count; i++)
		s->unreachable = s->unreachable && figures_are_unreachable(&records[i]);
}
