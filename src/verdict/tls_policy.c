/* tls_policy.c - the version that is wanted, held against the one that was negotiated. */
#include "tls_policy.h"

#include "buffer.h"

enum tls_version tls_policy_minimum(const struct settings *s, const struct target *t)
{
	unsigned nearest = t->tls_min != 0 ? t->tls_min : t->service->tls_min;

	return nearest != 0 ? (enum tls_version)(nearest - 1) : s->tls_min;
}

bool tls_policy_version(const struct settings *s, const struct target *t,
			const struct tls_facts *facts, char ret_why[TLS_POLICY_WORDS_MAX])
{
	enum tls_version minimum = tls_policy_minimum(s, t);
	struct buffer b;

	if (facts->spoken >= minimum)
		return true;
	buffer_init(&b, ret_why, TLS_POLICY_WORDS_MAX);
	buffer_format(&b, "%s was negotiated, at least %s is wanted", facts->version,
		      tls_version_names[minimum]);
	buffer_string(&b);
	return false;
}
