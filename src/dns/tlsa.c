/* tlsa.c - three octets and the data behind them. */
#include "tlsa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 3 };

static void take(struct tlsa *t, struct view rdata, char *bytes)
{
	struct view data = view_skip(rdata, HEAD);

	memcpy(bytes, data.p, data.n);
	t->usage = (uint8_t)rdata.p[0];
	t->selector = (uint8_t)rdata.p[1];
	t->matching = (uint8_t)rdata.p[2];
	t->data = (struct view){ bytes, data.n };
}

struct tlsa_set *tlsa_set_new(const struct dns_answer *answer)
{
	size_t count = 0, size = 0;
	struct view found[TLSA_MAX];
	struct tlsa_set *set;

	while (count < TLSA_MAX && count < answer->count) {
		found[count] = dns_answer_rdata(answer, (unsigned)count);
		if (found[count].n < HEAD)
			return NULL;
		size += found[count++].n - HEAD;
	}
	set = malloc(sizeof(*set) + size);
	if (set == NULL)
		return NULL;
	set->holders = 1;
	set->count = count;
	for (size_t i = 0, used = 0; i < count; i++) {
		take(&set->list[i], found[i], set->bytes + used);
		used += found[i].n - HEAD;
	}
	return set;
}

struct tlsa_set *tlsa_set_hold(struct tlsa_set *set)
{
	if (set != NULL)
		set->holders++;
	return set;
}

void tlsa_set_release(struct tlsa_set *set)
{
	if (set != NULL && --set->holders == 0)
		free(set);
}

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
