/* places.c - from an answer of the resolver to addresses to connect to. */
#include "places.h"

#include "buffer.h"

bool places_is_literal(const char *host)
{
	struct address address;

	return address_parse(view_of(host), 0, &address);
}

enum family places_family(enum address_mode mode)
{
	if (mode == ADDRESS_IPV4)
		return FAMILY_IPV4;
	return mode == ADDRESS_IPV6 ? FAMILY_IPV6 : FAMILY_ANY;
}

size_t places_take(const struct target *target, const struct allowance *allowance,
		   const struct resolver_answer *answer, struct address *ret_addresses)
{
	size_t n = 0;

	for (size_t i = 0; i < answer->count; i++) {
		if (allowance != NULL &&
		    !allowance_address(allowance, &answer->addresses[i]))
			continue;
		ret_addresses[n] = answer->addresses[i];
		address_set_port(&ret_addresses[n++], target->service->port);
	}
	return n;
}

enum fault places_lacking(const struct resolver_answer *answer,
			  char words[PLACES_WORDS_MAX])
{
	struct buffer b;

	text_copy(words, PLACES_WORDS_MAX, answer->missing);
	if (answer->missing[0] != '\0')
		return answer->missing_fault;
	if (answer->more == 0)
		return FAULT_OK;
	buffer_init(&b, words, PLACES_WORDS_MAX);
	buffer_format(&b, "%zu addresses, only %zu of them are probed",
		      answer->count + answer->more, answer->count);
	buffer_string(&b);
	return FAULT_LIMIT;
}

const struct address *places_source(const struct settings *s, const struct address *to)
{
	const struct address *source =
	    to->any.sa_family == AF_INET6 ? &s->source_v6 : &s->source_v4;

	return source->any.sa_family == AF_UNSPEC ? NULL : source;
}
