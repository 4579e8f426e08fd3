/* request_check.c - RFC 3986 section 2.1 for targets; RFC 6454 and Fetch Metadata for origins. */
#include "request_check.h"

#include "web.h"

#include <string.h>

/* --- the target ------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at;

	c = ascii_lower(c);
	at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

static bool is_control(int byte)
{
	return byte < 0x20 || byte == 0x7f;
}

bool request_check_target(const char *target)
{
	if (!target)
		return false;
	for (const char *p = target; *p; p++) {
		int high, low;

		if (is_control((unsigned char)*p))
			return false;
		if (*p != '%')
			continue;
		high = hex_digit(p[1]);
		low = high < 0 ? -1 : hex_digit(p[2]);
		if (low < 0 || is_control(high * 16 + low))
			return false;
		p += 2;
	}
	return true;
}

/* libmicrohttpd passes strings, so a NUL byte ends the target early. The version lies
 * one byte behind the target in its buffer; if it does not, as in another release of
 * libmicrohttpd, nothing can be checked. */
bool request_check_whole(const struct request *request, const char *version)
{
	uintptr_t begin = (uintptr_t)request->target, end = (uintptr_t)version;

	if (!begin || end <= begin || end - begin > WEB_CONNECTION_MEMORY_MAX)
		return true;
	return end - begin == request->target_n + 1;
}

struct http_reply request_check_refuse_target(void)
{
	return http_reply_text(
	    MHD_HTTP_BAD_REQUEST,
	    "the address has a control character or a '%' that two hexadecimal "
	    "digits do not follow\n");
}

/* --- the origin ------------------------------------------------------------------------------- */

/* The authority of "https://HOST[:PORT][/PATH]"; empty: not such a URL. */
static struct view authority_of(const char *url)
{
	const char *host = strstr(url, "://");

	if (!host)
		return (struct view){ url, 0 };
	host += 3;
	return (struct view){ host, strcspn(host, "/") };
}

static bool same_authority(struct view one, struct view other)
{
	return one.n > 0 && one.n == other.n && strncasecmp(one.p, other.p, one.n) == 0;
}

static bool origin_is_ours(const struct request *request, const char *origin)
{
	const char *host = request_header(request, MHD_HTTP_HEADER_HOST);
	struct view from = authority_of(origin);

	return (host && same_authority(from, view_of(host))) ||
	       same_authority(from, authority_of(request->site->home));
}

bool request_check_origin(const struct request *request, struct http_reply *ret_refusal)
{
	const char *origin = request_header(request, MHD_HTTP_HEADER_ORIGIN);
	const char *site = request_header(request, "Sec-Fetch-Site");
	bool ours = !origin || origin_is_ours(request, origin);

	/* scripts cannot set this header, and proxies do not change it */
	if (site)
		ours = view_equal(view_of(site), "same-origin") ||
		       view_equal(view_of(site), "none");
	if (ours)
		return true;
	*ret_refusal = http_reply_text(
	    MHD_HTTP_FORBIDDEN,
	    "this request comes from a page of another site (see its headers Origin and "
	    "Sec-Fetch-Site). Send it from a page of this exporter or with a program such "
	    "as "
	    "curl; behind a proxy, start the exporter with --web.external-url=URL, the "
	    "address "
	    "that browsers use\n");
	return false;
}
