/* certificate.c - the count of holders; what is held is made in x509_facts.c. */
#include "certificate_made.h"

#include <stdlib.h>

static struct certificate_made *made(struct certificate *c)
{
	return (struct certificate_made *)((char *)c -
					   offsetof(struct certificate_made, facts));
}

struct certificate *certificate_hold(struct certificate *c)
{
	if (c != NULL)
		atomic_fetch_add_explicit(&made(c)->holders, 1, memory_order_relaxed);
	return c;
}

void certificate_release(struct certificate *c)
{
	if (c == NULL)
		return;
	if (atomic_fetch_sub_explicit(&made(c)->holders, 1, memory_order_acq_rel) == 1)
		free(made(c));
}
