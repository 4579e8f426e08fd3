/* host_argument.c - a mistyped host is the fault of who typed it, never of a server. */
#include "host_argument.h"

#include "address.h"
#include "buffer.h"

#include <string.h>

/* The host of "scheme://user@host:port/path". */
static struct view host_of_url(const char *url)
{
	const char *rest = strstr(url, "://") + 3;
	const char *at = memchr(rest, '@', strcspn(rest, "/"));

	if (at != NULL)
		rest = at + 1;
	if (*rest == '[')
		return (struct view){ rest + 1, strcspn(rest + 1, "]/") };
	return (struct view){ rest, strcspn(rest, ":/") };
}

static bool refuse_with(char error[REFUSAL_MAX], const char *option, const char *host,
			const char *before, struct view word, const char *behind)
{
	char remedy[140];
	struct buffer b;

	buffer_init(&b, remedy, sizeof(remedy));
	buffer_format(&b, "%s%.*s%s", before, (int)(word.n < 80 ? word.n : 80), word.p,
		      behind);
	return refusal(error, option, host, buffer_string(&b));
}

/* "host:25", "[2001:db8::1]:25" */
static bool has_port(const char *host, struct view *ret_host, struct view *ret_port)
{
	const char *last = strrchr(host, ':');
	size_t digits = last != NULL ? strspn(last + 1, "0123456789") : 0;

	if (digits == 0 || last[1 + digits] != '\0' || last == host ||
	    (last[-1] != ']' && strchr(host, ':') != last))
		return false;
	*ret_host = (struct view){ host, (size_t)(last - host) };
	*ret_port = (struct view){ last + 1, digits };
	return true;
}

static bool has_character_of_none(const char *host)
{
	for (; *host != '\0'; host++)
		if ((unsigned char)*host <= ' ' || *host == 0x7f ||
		    strchr("'\"<>|&;()\\^`{}!?*=#$", *host) != NULL)
			return true;
	return false;
}

bool host_argument_usable(const char *option, const char *host, char error[REFUSAL_MAX])
{
	struct address address;
	struct view name, port;

	if (address_parse(view_of(host), 0, &address))
		return true;
	if (strstr(host, "://") != NULL)
		return refuse_with(error, option, host, "a host is needed, not a URL: -H ",
				   host_of_url(host), "");
	if (strchr(host, '/') != NULL)
		return refusal(error, option, host,
			       "a host name or an IP address is needed, not a path");
	if (strchr(host, '@') != NULL)
		return refuse_with(error, option, host,
				   "a host is needed, without a user: -H ",
				   view_of(strrchr(host, '@') + 1), "");
	if (has_port(host, &name, &port)) {
		char remedy[40];
		struct buffer b;

		buffer_init(&b, remedy, sizeof(remedy));
		buffer_format(&b, " -p %.*s", (int)(port.n < 8 ? port.n : 8), port.p);
		return refuse_with(error, option, host, "the port has its own option: -H ",
				   name, buffer_string(&b));
	}
	if (strchr(host, ',') != NULL)
		return refusal(error, option, host, "one host is needed, not several");
	if (has_character_of_none(host))
		return refusal(error, option, host,
			       "no host name or IP address has such characters");
	return strchr(host, ':') == NULL ||
	       refusal(error, option, host,
		       "it is no IPv6 address, and a port has its own option: -p PORT");
}
