/* certificate.c - the count of holders, and what a certificate is called; its facts are made in
 * x509_facts.c. */
#include "certificate_made.h"

#include "container_of.h"

#include <stdlib.h>
#include <string.h>

static struct certificate_made *made(struct certificate *c)
{
	return container_of(c, struct certificate_made, facts);
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

/* In RFC 2253 text a comma or plus sign inside a value has a backslash before it. */
static bool subject_has_cn(const char *subject)
{
	bool at_begin = true;

	for (const char *p = subject; *p != '\0'; p++) {
		if (at_begin && strncmp(p, "CN=", 3) == 0)
			return true;
		at_begin = *p == ',' || *p == '+';
		if (*p == '\\' && p[1] != '\0')
			p++;
	}
	return false;
}

struct certificate_label certificate_label(const struct certificate *c)
{
	if (subject_has_cn(c->subject))
		return (struct certificate_label){ "subject", c->subject };
	if (c->name_count > 0)
		return (struct certificate_label){ "name", c->names[0] };
	if (c->subject[0] != '\0')
		return (struct certificate_label){ "subject", c->subject };
	return (struct certificate_label){ "serial", c->serial };
}

const char *certificate_place(const struct certificate *c)
{
	return strcmp(c->subject, c->issuer) == 0 ? "root" : "intermediate";
}
