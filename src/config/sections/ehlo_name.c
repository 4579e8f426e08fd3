/* ehlo_name.c - how this machine introduces itself when the configuration does not say. */
#include "ehlo_name.h"

#include "host_name.h"
#include "out_of_memory.h"

#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HOSTS_MAX = 64 * 1024 };

static bool ehlo_name_next_line(struct view *rest, struct view *ret_line)
{
	const char *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
	size_t n = end != NULL ? (size_t)(end - rest->p) : rest->n;

	if (rest->n == 0)
		return false;
	*ret_line = (struct view){ rest->p, n };
	*rest = view_skip(*rest, n + 1);
	return true;
}

static struct view without_comment(struct view line)
{
	const char *sign = line.n > 0 ? memchr(line.p, '#', line.n) : NULL;

	return (struct view){ line.p, sign != NULL ? (size_t)(sign - line.p) : line.n };
}

/* The first full name of a line; empty when the line does not name us. */
static struct view full_in_line(struct view line, struct view name)
{
	struct view word, full = { NULL, 0 };
	bool named = false;

	view_next_word(&line, &word); /* the address */
	while (view_next_word(&line, &word)) {
		named = named || (word.n == name.n && memcmp(word.p, name.p, name.n) == 0);
		if (full.n == 0 && ehlo_fault(word) == NULL && word.p[0] != '[' &&
		    !view_starts(word, "localhost."))
			full = word;
	}
	return named ? full : (struct view){ NULL, 0 };
}

struct view ehlo_name_full(struct view name, struct view hosts)
{
	struct view line, full;

	if (name.n == 0)
		return name;
	if (name.p[0] != '[' && ehlo_fault(name) == NULL)
		return name;
	while (ehlo_name_next_line(&hosts, &line)) {
		full = full_in_line(without_comment(line), name);
		if (full.n > 0)
			return full;
	}
	return (struct view){ NULL, 0 };
}

/* The caller frees it; *ret_text has what was read. */
static char *hosts_file(struct view *ret_text)
{
	char *text = malloc(HOSTS_MAX);
	int fd = open("/etc/hosts", O_RDONLY | O_CLOEXEC);
	ssize_t n = text != NULL && fd >= 0 ? read(fd, text, HOSTS_MAX) : 0;

	if (text == NULL)
		out_of_memory();
	if (fd >= 0)
		close(fd);
	*ret_text = (struct view){ text, n > 0 ? (size_t)n : 0 };
	return text;
}

/* The one packets to the world outside leave from: connecting a datagram socket sends none. The
 * addresses are of RFC 5737 and RFC 3849, where nobody is. */
static bool outward_address(const char *nowhere, struct address *ret_address)
{
	struct address there, mine = { 0 };
	socklen_t n = sizeof(mine);
	bool known;
	int fd;

	address_parse(view_of(nowhere), 9, &there);
	fd = socket(there.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	known = fd >= 0 && connect(fd, &there.any, address_length(&there)) == 0 &&
		getsockname(fd, &mine.any, &n) == 0;
	if (fd >= 0)
		close(fd);
	if (known)
		*ret_address = mine;
	return known;
}

static bool is_useful(const struct ifaddrs *i)
{
	const struct sockaddr *a = i->ifa_addr;

	if (a == NULL || !(i->ifa_flags & IFF_UP) || (i->ifa_flags & IFF_LOOPBACK))
		return false;
	if (a->sa_family == AF_INET)
		return true;
	return a->sa_family == AF_INET6 &&
	       !IN6_IS_ADDR_LINKLOCAL(
		   &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

/* Where no route leads outside: the first useful address, of IPv4 if there is one. */
static bool inward_address(struct address *ret_address)
{
	struct ifaddrs *all, *best = NULL;

	if (getifaddrs(&all) != 0)
		return false;
	for (struct ifaddrs *i = all; i != NULL; i = i->ifa_next)
		if (is_useful(i) &&
		    (best == NULL || (i->ifa_addr->sa_family == AF_INET &&
				      best->ifa_addr->sa_family != AF_INET)))
			best = i;
	if (best != NULL && best->ifa_addr->sa_family == AF_INET)
		memcpy(&ret_address->v4, best->ifa_addr, sizeof(ret_address->v4));
	else if (best != NULL)
		memcpy(&ret_address->v6, best->ifa_addr, sizeof(ret_address->v6));
	freeifaddrs(all);
	return best != NULL;
}

static const char *literal(struct arena *arena, const struct address *address)
{
	char shown[ADDRESS_TEXT_MAX], text[ADDRESS_TEXT_MAX + 8];

	snprintf(text, sizeof(text), "[%s%s]",
		 address->any.sa_family == AF_INET6 ? "IPv6:" : "",
		 address_text(address, shown));
	return arena_text(arena, view_of(text));
}

const char *ehlo_name_default(struct arena *arena, const struct address *source)
{
	char name[HOST_NAME_MAX + 1] = "";
	struct address address = *source;
	struct view full, hosts;
	char *text;

	gethostname(name, sizeof(name) - 1);
	text = hosts_file(&hosts);
	full = ehlo_name_full(view_of(name), hosts);
	if (full.n > 0)
		full = view_of(arena_text(arena, full));
	free(text);
	if (full.n > 0)
		return full.p;
	if (address.any.sa_family != AF_UNSPEC || outward_address("192.0.2.1", &address) ||
	    outward_address("2001:db8::1", &address) || inward_address(&address))
		return literal(arena, &address);
	return "[127.0.0.1]";
}
