/* request_check.c - RFC 3986 section 2.1 for targets; RFC 9112 for heads; RFC 6454 and Fetch Metadata for origins. */
#include "request_check.h"

#include "web.h"

#include <arpa/inet.h>
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

struct http_reply request_check_refuse_target(void)
{
	return http_reply_text(
	    MHD_HTTP_BAD_REQUEST,
	    "the address has a control character or a '%' that two hexadecimal "
	    "digits do not follow\n");
}

/* --- the head --------------------------------------------------------------------------------- */

/* RFC 9112, sections 3.2, 6.1 and 6.3, for the first three; the others decide who may do what. */
static const char *const request_headers_once[] = {
	MHD_HTTP_HEADER_HOST,
	MHD_HTTP_HEADER_CONTENT_LENGTH,
	MHD_HTTP_HEADER_TRANSFER_ENCODING,
	MHD_HTTP_HEADER_AUTHORIZATION,
	MHD_HTTP_HEADER_ORIGIN,
	"Sec-Fetch-Site",
};

/* libmicrohttpd hands over strings, whose bytes it leaves where they were received: each begins behind
 * the end of the one before it and what parts them. A NUL byte within one leaves a larger gap. That
 * holds for the release this was built and tested with; of another one nothing can be said. */
struct request_head {
	unsigned count[ARRAY_SIZE(request_headers_once)];
	const char *behind; /* the end of the last string */
	bool whole;
};

static bool request_layout_is_known(void)
{
	char built_with[32];
	struct buffer text;

	buffer_init(&text, built_with, sizeof(built_with));
	buffer_format(&text, "%x.%x.%x", MHD_VERSION >> 24, MHD_VERSION >> 16 & 0xff,
		      MHD_VERSION >> 8 & 0xff);
	return strcmp(MHD_get_version(), buffer_string(&text)) == 0;
}

/* The next string, with one to `most` bytes in front of it. */
static void request_head_part(struct request_head *head, const char *part, size_t most)
{
	uintptr_t from = (uintptr_t)head->behind, to = (uintptr_t)part;

	if (to <= from || to - from > most)
		head->whole = false;
	head->behind = part + strlen(part);
}

static enum MHD_Result request_head_line(void *cls, enum MHD_ValueKind kind,
					 const char *name, const char *value)
{
	enum {
		LINE_END = 2,
		BLANKS = 64
	}; /* CR and LF; a colon and what stands behind it */
	struct request_head *head = cls;

	(void)kind;
	request_head_part(head, name, LINE_END);
	if (value)
		request_head_part(head, value, BLANKS);
	for (size_t i = 0; i < ARRAY_SIZE(request_headers_once); i++)
		if (strcasecmp(name, request_headers_once[i]) == 0)
			head->count[i]++;
	return MHD_YES;
}

/* Where the last line ends, the empty one follows. */
static bool request_ends_there(const struct request *request, const char *behind)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    request->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	size_t n = (size_t)((uintptr_t)behind - (uintptr_t)request->method);

	return info && info->header_size >= n + 2 && info->header_size <= n + 4;
}

static bool request_has_one_length(const struct request *request)
{
	const char *coding = request_header(request, MHD_HTTP_HEADER_TRANSFER_ENCODING);

	return !coding || (strcasecmp(coding, "chunked") == 0 &&
			   !request_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH));
}

bool request_check_head(const struct request *request, const char *version)
{
	struct request_head head = {
		.whole = true,
		.behind = request->method + strlen(request->method),
	};

	request_head_part(&head, request->target, 1);
	head.behind = request->target + request->target_n; /* it is cut at its '?' by now */
	request_head_part(&head, version, 1);
	MHD_get_connection_values(request->connection, MHD_HEADER_KIND, request_head_line,
				  &head);
	for (size_t i = 0; i < ARRAY_SIZE(request_headers_once); i++)
		if (head.count[i] > 1)
			return false;
	if (request_layout_is_known() &&
	    !(head.whole && request_ends_there(request, head.behind)))
		return false;
	return request_has_one_length(request);
}

struct http_reply request_check_refuse_head(void)
{
	struct http_reply reply = http_reply_text(
	    MHD_HTTP_BAD_REQUEST,
	    "the head of this request can be read in two ways: it has a NUL byte, a header "
	    "twice "
	    "that must stand once (as Host), or more than one length of the body\n");

	http_reply_header(&reply, MHD_HTTP_HEADER_CONNECTION, "close");
	return reply;
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

/* True for an IP address, with or without a port, and for localhost. Nobody else can make one of
 * these lead to this exporter; any other name may be an attacker's, who has let it point here
 * after the page was loaded (DNS rebinding), so that the page counts as one of this exporter. */
static bool authority_cannot_be_rebound(struct view authority)
{
	char host[INET6_ADDRSTRLEN + 3];
	unsigned char bytes[sizeof(struct in6_addr)];
	char *end;

	if (authority.n == 0 || authority.n >= sizeof(host))
		return false;
	text_copy(host, authority.n + 1, authority.p);
	end = host[0] == '[' ? strchr(host, ']') : strrchr(host, ':');
	if (end)
		*end = '\0';
	if (host[0] == '[')
		return end != NULL && inet_pton(AF_INET6, host + 1, bytes) == 1;
	return strcasecmp(host, "localhost") == 0 || inet_pton(AF_INET, host, bytes) == 1;
}

/* The page that sent the request is one of this exporter, by a name that is surely its own. */
static bool page_is_ours(const struct request *request, const char *origin,
			 const char *site)
{
	const char *host = request_header(request, MHD_HTTP_HEADER_HOST);
	struct view from = origin ? authority_of(origin) : view_of(host ? host : "");

	/* scripts cannot set this header, and proxies do not change it */
	if (site && !view_equal(view_of(site), "same-origin"))
		return view_equal(view_of(site), "none");
	if (same_authority(from, authority_of(request->site->home)))
		return true;
	return (site || (host && same_authority(from, view_of(host)))) &&
	       authority_cannot_be_rebound(from);
}

bool request_check_origin(const struct request *request, struct http_reply *ret_refusal)
{
	const char *origin = request_header(request, MHD_HTTP_HEADER_ORIGIN);
	const char *site = request_header(request, "Sec-Fetch-Site");

	if ((!origin && !site) || page_is_ours(request, origin, site))
		return true;
	*ret_refusal = http_reply_text(
	    MHD_HTTP_FORBIDDEN,
	    "this request may come from a page of another site (see its headers Origin and "
	    "Sec-Fetch-Site). Send it with a program such as curl, or start the exporter "
	    "with --web.external-url=URL, the address that browsers use for it\n");
	return false;
}
