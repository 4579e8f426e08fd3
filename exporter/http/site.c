/* site.c - --web.external-url, --web.route-prefix and --web.telemetry-path. */
#include "site.h"

#include "printable.h"

#include <string.h>

static bool site_refuse(struct buffer *error, const char *option, const char *value,
			const char *why)
{
	char shown[PRINTABLE_MAX];

	printable_copy(shown, sizeof(shown), view_of(value));
	buffer_format(error, "%s=%s: %s", option, shown, why);
	return false;
}

/* True if the path has only characters that need no escape (RFC 3986 section 3.3),
 * because libmicrohttpd has decoded escapes. */
static bool plain(const char *path)
{
	static const char marks[] = "/-._~!$&'()*+,;=:@";

	for (; *path; path++) {
		char c = ascii_lower(*path);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !strchr(marks, c))
			return false;
	}
	return true;
}

static const char *scheme_end(const char *url)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
		if (view_starts(view_of(url), schemes[i]))
			return url + strlen(schemes[i]);
	return NULL;
}

/* Returns where the path begins in "http://HOST[:PORT][/PATH]" or "/PATH". NULL: the
 * text is neither. */
static const char *site_path_of(const char *url)
{
	const char *host = scheme_end(url), *path;

	if (!host)
		return *url == '/' && url[1] != '/' ? url : NULL;
	path = strchrnul(host, '/');
	for (const char *p = host; p < path; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr("?#\"\\<>@", *p))
			return NULL;
	return path > host ? path : NULL;
}

static size_t without_slashes(const char *text)
{
	size_t n = strlen(text);

	while (n > 0 && text[n - 1] == '/')
		n--;
	return n;
}

static bool set_home(struct site *site, const char *url, struct buffer *error)
{
	static const char option[] = "--web.external-url";
	const char *path = url ? site_path_of(url) : "";
	struct buffer home;

	if (!path || !plain(path))
		return site_refuse(error, option, url,
				   "it is the address of the page, as in "
				   "http://monitor.example.com/mailvane/");
	buffer_init(&home, site->home, sizeof(site->home));
	buffer_format(&home, "%.*s/", url ? (int)without_slashes(url) : 0, url ? url : "");
	return !home.full || site_refuse(error, option, url, "it is too long");
}

static bool set_prefix(struct site *site, const char *prefix, struct buffer *error)
{
	struct buffer storage;

	while (*prefix == '/')
		prefix++;
	buffer_init(&storage, site->prefix, sizeof(site->prefix));
	buffer_format(&storage, "%s%.*s", *prefix ? "/" : "", (int)without_slashes(prefix),
		      prefix);
	if (storage.full || !plain(prefix))
		return site_refuse(error, "--web.route-prefix", prefix,
				   "it is a path, as in /mailvane");
	return true;
}

bool site_init(struct site *site, const char *external_url, const char *prefix,
	       const char *metrics, struct buffer *error)
{
	const char *path = metrics ? metrics : "/metrics";

	*site = (struct site){ 0 };
	if (*path != '/' || !plain(path) || strlen(path) >= sizeof(site->metrics) ||
	    (strlen(path) > 1 && path[strlen(path) - 1] == '/'))
		return site_refuse(error, "--web.telemetry-path", path,
				   "it is a path, as in /metrics");
	text_copy(site->metrics, sizeof(site->metrics), path);
	if (!set_home(site, external_url, error))
		return false;
	if (!set_prefix(site,
			prefix         ? prefix
			: external_url ? site_path_of(external_url)
				       : "",
			error))
		return false;
	if (!external_url) {
		struct buffer home;

		buffer_init(&home, site->home, sizeof(site->home));
		buffer_format(&home, "%s/", site->prefix);
	}
	return true;
}

const char *site_path(const struct site *site, const char *url)
{
	size_t n = strlen(site->prefix);

	return strncmp(url, site->prefix, n) == 0 && url[n] == '/' ? url + n : NULL;
}

bool site_redirects(const struct site *site, const char *url)
{
	return *site->prefix && (strcmp(url, "/") == 0 || strcmp(url, site->prefix) == 0);
}
