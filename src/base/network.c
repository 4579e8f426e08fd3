/* network.c - prefixes compared bit by bit. */
#include "network.h"

#include <string.h>

struct octets {
	const uint8_t *p;
	unsigned bits; /* 32 or 128; 0: neither */
};

static struct octets octets_of(const struct address *a)
{
	const struct in6_addr *v6 = &a->v6.sin6_addr;

	if (a->any.sa_family == AF_INET)
		return (struct octets){ (const uint8_t *)&a->v4.sin_addr, 32 };
	if (a->any.sa_family != AF_INET6)
		return (struct octets){ NULL, 0 };
	if (IN6_IS_ADDR_V4MAPPED(v6))
		return (struct octets){ v6->s6_addr + 12, 32 };
	return (struct octets){ v6->s6_addr, 128 };
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(a, b, whole) == 0 &&
	       (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

static bool ends_in_zeros(struct octets o, unsigned from)
{
	for (unsigned i = from; i < o.bits; i++)
		if (o.p[i / 8] & 0x80 >> i % 8)
			return false;
	return true;
}

bool network_parse(struct view v, struct network *ret_network)
{
	const char *slash = v.n > 0 ? memchr(v.p, '/', v.n) : NULL;
	struct view host = slash != NULL ? (struct view){ v.p, (size_t)(slash - v.p) } : v;
	struct network n;
	struct octets o;
	uint64_t bits;

	if (!address_parse(host, 0, &n.base))
		return false;
	o = octets_of(&n.base);
	bits = o.bits;
	if (slash != NULL && !view_number(view_skip(v, host.n + 1), o.bits, &bits))
		return false;
	n.bits = (unsigned)bits;
	if (!ends_in_zeros(o, n.bits))
		return false;
	*ret_network = n;
	return true;
}

bool network_has(const struct network *n, const struct address *a)
{
	struct octets mine = octets_of(&n->base), theirs = octets_of(a);

	return theirs.bits > 0 && mine.bits == theirs.bits &&
	       same_prefix(mine.p, theirs.p, n->bits);
}

/* Unspecified, loopback, link-local, multicast and reserved (RFC 6890). */
bool network_is_near(const struct address *a)
{
	struct octets o = octets_of(a);

	if (o.bits == 32)
		return o.p[0] == 0 || o.p[0] == 127 || o.p[0] >= 224 ||
		       (o.p[0] == 169 && o.p[1] == 254);
	if (o.bits == 0)
		return true;
	return IN6_IS_ADDR_UNSPECIFIED(&a->v6.sin6_addr) ||
	       IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr) ||
	       IN6_IS_ADDR_LINKLOCAL(&a->v6.sin6_addr) ||
	       IN6_IS_ADDR_MULTICAST(&a->v6.sin6_addr);
}
