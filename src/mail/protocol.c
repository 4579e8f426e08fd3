/* protocol.c - the list of protocols; a new one is a line here. */
#include "driver.h"

static const struct protocol *const protocols[] = {
	&smtp_protocol, &lmtp_protocol, &imap_protocol, &pop3_protocol, &sieve_protocol,
};

static const char *const names[] = { "smtp", "lmtp", "imap", "pop3", "sieve" };
_Static_assert(ARRAY_SIZE(names) == ARRAY_SIZE(protocols), "a name for each");

const char *protocol_name(const struct protocol *p)
{
	return p->name;
}

const struct protocol *protocol_from_name(struct view name)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (view_equal(name, protocols[i]->name))
			return protocols[i];
	return NULL;
}

const char *const *protocol_names(size_t *ret_count)
{
	*ret_count = ARRAY_SIZE(names);
	return names;
}
