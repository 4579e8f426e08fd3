/* override.c - finds the row that counts. */
#include "override.h"

#include <string.h>

static bool override_service_is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* 0: the row is not for this finding; a higher number is more specific. */
static int override_fit(const struct override *o, enum fault fault, enum phase phase,
			const char *service)
{
	if (o->fault != fault || (o->phase != PHASE_COUNT && o->phase != phase) ||
	    (o->service != NULL && !override_service_is_same(o->service, service)))
		return 0;
	return 1 + (o->phase != PHASE_COUNT) + 2 * (o->service != NULL);
}

const struct override *overrides_find(const struct overrides *rows, enum fault fault,
				      enum phase phase, const char *service)
{
	const struct override *found = NULL;
	int best = 0;

	for (size_t i = 0; rows != NULL && i < rows->count; i++) {
		int exactness = override_fit(&rows->list[i], fault, phase, service);

		if (exactness <= best)
			continue;
		best = exactness;
		found = &rows->list[i];
	}
	return found;
}

bool override_same(const struct override *a, const struct override *b)
{
	return a->fault == b->fault && a->phase == b->phase &&
	       override_service_is_same(a->service, b->service);
}

bool overrides_same(const struct overrides *a, const struct overrides *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!override_same(&a->list[i], &b->list[i]) ||
		    a->list[i].state != b->list[i].state)
			return false;
	return true;
}

const char *override_mistake(const struct override *o)
{
	if (o->fault == FAULT_OK)
		return "is no fault, its state is always OK";
	if (o->phase == PHASE_COUNT || o->fault < CERT_FAULT_FIRST ||
	    o->fault > NOTICE_LAST || o->phase == fault_phase(o->fault))
		return NULL;
	switch (fault_phase(o->fault)) {
	case PHASE_CAPABILITY:
		return "is found in the phase capability only";
	case PHASE_AUTH:
		return "is found in the phase auth only";
	default:
		return "is found in the phase tls only";
	}
}
