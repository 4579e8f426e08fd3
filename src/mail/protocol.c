/* protocol.c - the list of protocols, and what others ask of one. */
#include "driver.h"

#define PROTOCOL_POINTER(name) &name##_protocol,
static const struct protocol *const protocols[] = { PROTOCOLS(PROTOCOL_POINTER) };

#define PROTOCOL_NAME(name) #name,
static const char *const names[] = { PROTOCOLS(PROTOCOL_NAME) };

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

bool protocol_offers_login(const struct protocol *p, const char *offered)
{
	return p->offers_login(view_of(offered));
}

bool protocol_uses_tlsa(const struct protocol *p)
{
	return p->uses_tlsa;
}

bool protocol_expects_login(const struct protocol *p, uint16_t port)
{
	return !p->no_login && (p->no_login_port == 0 || p->no_login_port != port);
}

const struct protocol *protocol_local_variant(const struct protocol *p)
{
	return p->local_variant != NULL ? p->local_variant : p;
}
