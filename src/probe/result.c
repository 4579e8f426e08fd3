/* result.c - the life of a result. */
#include "result.h"

#include <string.h>

void result_init(struct result *r, struct moment at)
{
	memset(r, 0, sizeof(*r));
	r->at = at;
	r->phase = PHASE_QUIT;
	r->dialogue_phase = PHASE_QUIT;
	r->messages = -1;
	for (size_t i = 0; i < PHASE_COUNT; i++)
		r->phases[i].ns = -1;
}

void result_fini(struct result *r)
{
	certificate_release(r->certificate);
	r->certificate = NULL;
}

void result_copy(struct result *to, const struct result *from)
{
	*to = *from;
	certificate_hold(to->certificate);
}
