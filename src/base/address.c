/* address.c - literals in and out; a name is not an address. */
#include "address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

/* RFC 4007 section 11: the zone is the name of an interface or its number. */
static bool parse_zone(const char *zone, uint32_t *ret_scope)
{
	uint64_t number;

	*ret_scope = if_nametoindex(zone);
	if (*ret_scope != 0)
		return true;
	if (!view_number(view_of(zone), UINT32_MAX, &number) || number == 0)
		return false;
	*ret_scope = (uint32_t)number;
	return true;
}

static bool parse_v6(char *text, uint16_t port, struct address *ret_address)
{
	struct address a = { .v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) } };
	char *zone = strchr(text, '%');

	if (zone != NULL) {
		*zone++ = '\0';
		if (!parse_zone(zone, &a.v6.sin6_scope_id))
			return false;
	}
	if (inet_pton(AF_INET6, text, &a.v6.sin6_addr) != 1)
		return false;
	*ret_address = a;
	return true;
}

bool address_parse(struct view v, uint16_t port, struct address *ret_address)
{
	struct address a = { .v4 = { .sin_family = AF_INET, .sin_port = htons(port) } };
	bool bracketed = v.n > 2 && v.p[0] == '[' && v.p[v.n - 1] == ']';
	char text[ADDRESS_TEXT_MAX];

	if (bracketed)
		v = (struct view){ v.p + 1, v.n - 2 };
	if (v.n == 0 || v.n >= sizeof(text) || memchr(v.p, '\0', v.n) != NULL)
		return false;
	memcpy(text, v.p, v.n);
	text[v.n] = '\0';
	if (!bracketed && inet_pton(AF_INET, text, &a.v4.sin_addr) == 1) {
		*ret_address = a;
		return true;
	}
	return parse_v6(text, port, ret_address);
}

void address_set_port(struct address *a, uint16_t port)
{
	if (a->any.sa_family == AF_INET)
		a->v4.sin_port = htons(port);
	else if (a->any.sa_family == AF_INET6)
		a->v6.sin6_port = htons(port);
}

uint16_t address_port(const struct address *a)
{
	if (a->any.sa_family == AF_INET)
		return ntohs(a->v4.sin_port);
	return a->any.sa_family == AF_INET6 ? ntohs(a->v6.sin6_port) : 0;
}

socklen_t address_length(const struct address *a)
{
	if (a->any.sa_family == AF_INET)
		return sizeof(a->v4);
	return a->any.sa_family == AF_INET6 ? sizeof(a->v6) : 0;
}

bool address_same_host(const struct address *a, const struct address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET)
		return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
	if (a->any.sa_family == AF_INET6)
		return a->v6.sin6_scope_id == b->v6.sin6_scope_id &&
		       memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr,
			      sizeof(a->v6.sin6_addr)) == 0;
	return true;
}

uint64_t address_host_hash(const struct address *a)
{
	if (a->any.sa_family == AF_INET)
		return view_hash(
		    (struct view){ (const char *)&a->v4.sin_addr, sizeof(a->v4.sin_addr) });
	if (a->any.sa_family == AF_INET6)
		return view_hash((struct view){ (const char *)&a->v6.sin6_addr,
						sizeof(a->v6.sin6_addr) }) ^
		       a->v6.sin6_scope_id;
	return 0;
}

static void append_zone(uint32_t scope, char dst[ADDRESS_TEXT_MAX])
{
	char name[IF_NAMESIZE];
	size_t n = strlen(dst);

	if (if_indextoname(scope, name) != NULL)
		snprintf(dst + n, ADDRESS_TEXT_MAX - n, "%%%s", name);
	else
		snprintf(dst + n, ADDRESS_TEXT_MAX - n, "%%%u", (unsigned)scope);
}

const char *address_text(const struct address *a, char dst[ADDRESS_TEXT_MAX])
{
	dst[0] = '\0';
	if (a->any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &a->v4.sin_addr, dst, ADDRESS_TEXT_MAX);
	} else if (a->any.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &a->v6.sin6_addr, dst, ADDRESS_TEXT_MAX);
		if (a->v6.sin6_scope_id != 0)
			append_zone(a->v6.sin6_scope_id, dst);
	}
	return dst;
}
