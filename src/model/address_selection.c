/* address_selection.c - turns an answer of the resolver into addresses to connect to. */
#include "address_selection.h"

#include "buffer.h"

bool address_selection_is_literal(const char *host)
{
	struct address address;

	return address_parse(view_of(host), 0, &address);
}

enum family address_selection_family(enum address_mode mode)
{
	if (mode == ADDRESS_IPV4)
		return FAMILY_IPV4;
	return mode == ADDRESS_IPV6 ? FAMILY_IPV6 : FAMILY_ANY;
}

size_t address_selection_take(const struct target *target,
			      const struct probe_acl *probe_acl,
			      const struct resolver_answer *answer,
			      struct address *ret_addresses)
{
	size_t n = 0;

	for (size_t i = 0; i < answer->count; i++) {
		if (probe_acl != NULL &&
		    !probe_acl_address(probe_acl, &answer->addresses[i]))
			continue;
		ret_addresses[n] = answer->addresses[i];
		address_set_port(&ret_addresses[n++], target->service->port);
	}
	return n;
}

enum fault address_selection_incomplete(const struct resolver_answer *answer,
					char words[ADDRESS_SELECTION_WORDS_MAX])
{
	struct buffer b;

	text_copy(words, ADDRESS_SELECTION_WORDS_MAX, answer->missing);
	if (answer->missing[0] != '\0')
		return answer->missing_fault;
	if (answer->more == 0)
		return FAULT_OK;
	buffer_init(&b, words, ADDRESS_SELECTION_WORDS_MAX);
	buffer_format(&b, "%zu addresses, only %zu of them are probed",
		      answer->count + answer->more, answer->count);
	buffer_string(&b);
	return FAULT_LIMIT;
}

const struct address *address_selection_source(const struct settings *s,
					       const struct address *to)
{
	const struct address *source =
	    to->any.sa_family == AF_INET6 ? &s->source_v6 : &s->source_v4;

	return source->any.sa_family == AF_UNSPEC ? NULL : source;
}
