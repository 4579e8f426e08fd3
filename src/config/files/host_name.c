/* host_name.c - names and addresses of hosts as configuration files give them. */
#include "host_name.h"

#include <string.h>

enum { NAME_MAX_BYTES = 253, LABEL_MAX_BYTES = 63 };

static bool host_name_is_alphanumeric(char c)
{
	return ascii_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const char *label_fault(struct view label)
{
	if (label.n == 0)
		return "has an empty part between two dots";
	if (label.n > LABEL_MAX_BYTES)
		return "has a part of more than 63 characters";
	if (label.p[0] == '-' || label.p[label.n - 1] == '-')
		return "has a part that begins or ends with '-'";
	for (size_t i = 0; i < label.n; i++) {
		if ((unsigned char)label.p[i] >= 0x80)
			return "is not ASCII: write the name as it stands in the DNS "
			       "(xn--...)";
		if (label.p[i] == ':')
			return "is not a host name or an IP address; a port stands in a "
			       "service";
		if (!host_name_is_alphanumeric(label.p[i]) && label.p[i] != '-')
			return "is not a host name: letters, digits, '-' and '.' only";
	}
	return NULL;
}

static struct view first_label(struct view name)
{
	const char *dot = name.n > 0 ? memchr(name.p, '.', name.n) : NULL;

	return (struct view){ name.p, dot != NULL ? (size_t)(dot - name.p) : name.n };
}

static const char *name_fault(struct view name)
{
	const char *fault;

	if (name.n == 0)
		return "is empty";
	if (name.n > NAME_MAX_BYTES)
		return "is longer than 253 characters";
	if (name.p[name.n - 1] == '.')
		return "ends with a dot: leave it out";
	for (;;) {
		struct view label = first_label(name);
		size_t i = 0;

		fault = label_fault(label);
		if (fault != NULL)
			return fault;
		name = view_skip(name, label.n + 1);
		if (name.n > 0)
			continue;
		/* Or else it would be taken for an address (RFC 1123 section 2.1). */
		while (i < label.n && ascii_is_digit(label.p[i]))
			i++;
		return i < label.n ? NULL : "is neither an IP address nor a host name";
	}
}

const char *host_fault(struct view text)
{
	struct address address;

	if (address_parse(text, 0, &address))
		return NULL;
	return name_fault(text);
}

const char *ehlo_fault(struct view text)
{
	struct address address;
	const char *fault;

	if (text.n > 2 && text.p[0] == '[' && text.p[text.n - 1] == ']') {
		struct view inside = { text.p + 1, text.n - 2 };
		bool v6 = view_starts(inside, "IPv6:");

		inside = view_skip(inside, v6 ? 5 : 0);
		if (inside.n > 0 && inside.p[0] != '[' &&
		    address_parse(inside, 0, &address) &&
		    address.any.sa_family == (v6 ? AF_INET6 : AF_INET))
			return NULL;
		return "is not an address literal: [192.0.2.1] or [IPv6:2001:db8::1]";
	}
	if (address_parse(text, 0, &address))
		return "is an address without brackets: [192.0.2.1] or [IPv6:2001:db8::1]";
	fault = name_fault(text);
	if (fault == NULL && first_label(text).n == text.n)
		return "is not a full name: many servers refuse a name without a dot";
	return fault;
}

bool host_and_port(struct view text, struct view *ret_host, uint16_t *ret_port)
{
	const char *first = text.n > 0 ? memchr(text.p, ':', text.n) : NULL;
	const char *last = text.n > 0 ? memrchr(text.p, ':', text.n) : NULL;
	const char *bracket = text.n > 0 ? memrchr(text.p, ']', text.n) : NULL;
	struct view host = text;
	uint64_t port = 0;

	/* Two colons without brackets: an IPv6 address alone. */
	if (last != NULL && (bracket != NULL ? last > bracket : last == first)) {
		host.n = (size_t)(last - text.p);
		if (!view_number(view_skip(text, host.n + 1), UINT16_MAX, &port) ||
		    port == 0)
			return false;
	}
	*ret_host = host;
	*ret_port = (uint16_t)port;
	return true;
}
