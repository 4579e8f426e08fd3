/* probe_acl.c - compares with each entry in turn: the lists are short. */
#include "probe_acl.h"

#include <string.h>

const char *probe_acl_pattern_error(struct view pattern)
{
	struct address literal;

	if (pattern.n == 1 && pattern.p[0] == '*')
		return NULL;
	if (address_parse(pattern, 0, &literal))
		return "is an address";
	if (view_starts(pattern, "*."))
		pattern = view_skip(pattern, 2);
	if (pattern.n == 0)
		return "is empty";
	for (size_t i = 0; i < pattern.n; i++) {
		char c = ascii_lower(pattern.p[i]);

		if (c == '*')
			return "has a '*' that is not a label of its own at the front";
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
		      c == '_' || c == '.'))
			return "is no host name";
	}
	return NULL;
}

static bool pattern_matches(const char *pattern, struct view name)
{
	size_t n = strlen(pattern + 1);

	if (pattern[0] != '*')
		return view_equal(name, pattern);
	return name.n > n && view_equal(view_skip(name, name.n - n), pattern + 1);
}

bool probe_acl_host(const struct probe_acl *a, struct view host)
{
	struct address literal;

	if (address_parse(host, 0, &literal))
		return a->network_count > 0 && probe_acl_address(a, &literal);
	if (host.n > 0 && host.p[host.n - 1] == '.')
		host.n--;
	for (size_t i = 0; i < a->name_count; i++)
		if (pattern_matches(a->names[i], host))
			return true;
	return a->name_count == 0 && a->network_count > 0;
}

bool probe_acl_address(const struct probe_acl *a, const struct address *address)
{
	for (size_t i = 0; i < a->network_count; i++)
		if (network_has(&a->networks[i], address))
			return true;
	return a->network_count == 0 && !network_is_near(address);
}

bool probe_acl_port(const struct probe_acl *a, uint16_t port)
{
	for (size_t i = 0; i < a->port_count; i++)
		if (a->ports[i] == port)
			return true;
	return false;
}
