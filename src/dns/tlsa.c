/* tlsa.c - decides which TLSA records are usable, and makes the name they are published
 * under. */
#include "tlsa.h"

#include <stdio.h>
#include <string.h>

bool tlsa_usable(const struct tlsa *t)
{
	if (t->usage != TLSA_DANE_TA && t->usage != TLSA_DANE_EE)
		return false;
	if (t->selector > TLSA_KEY || t->matching > TLSA_SHA512)
		return false;
	if (t->matching == TLSA_WHOLE)
		return t->data.n > 0;
	return t->data.n == (t->matching == TLSA_SHA256 ? 32 : 64);
}

bool tlsa_name(const char *host, unsigned port, char dst[DNS_NAME_MAX])
{
	size_t n = strlen(host);

	n -= n > 0 && host[n - 1] == '.';
	return snprintf(dst, DNS_NAME_MAX, "_%u._tcp.%.*s.", port, (int)n, host) <
	       DNS_NAME_MAX;
}
