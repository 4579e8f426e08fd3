/* paths.c - see paths.h. */
#include "paths.h"

#include <string.h>

const struct path *path_find(const struct paths *paths, const struct site *site,
			     const char *url)
{
	for (size_t i = 0; i < paths->count; i++) {
		const struct path *path = &paths->list[i];

		if (strcmp(path->path ? path->path : site->metrics, url) == 0)
			return path;
	}
	return NULL;
}

bool paths_fit(const struct paths *paths, const struct site *site)
{
	for (size_t i = 0; i < paths->count; i++) {
		const char *path = paths->list[i].path;

		if (path && strcmp(path, "/") != 0 && strcmp(path, site->metrics) == 0)
			return false;
	}
	return true;
}

static const struct {
	unsigned bit;
	const char *word;
} words[] = {
	{ PATH_GET, MHD_HTTP_METHOD_GET },
	{ PATH_GET, MHD_HTTP_METHOD_HEAD },
	{ PATH_POST, MHD_HTTP_METHOD_POST },
	{ PATH_PUT, MHD_HTTP_METHOD_PUT },
};

bool path_only_reads(const char *method)
{
	return strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
	       strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
}

/* The methods of RFC 9110 section 9.1, and PATCH. CONNECT names no path, so no path
 * could refuse it. */
bool path_knows(const char *method)
{
	static const char *const known[] = {
		MHD_HTTP_METHOD_GET,   MHD_HTTP_METHOD_HEAD,    MHD_HTTP_METHOD_POST,
		MHD_HTTP_METHOD_PUT,   MHD_HTTP_METHOD_DELETE,  MHD_HTTP_METHOD_PATCH,
		MHD_HTTP_METHOD_TRACE, MHD_HTTP_METHOD_OPTIONS,
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strcmp(known[i], method) == 0)
			return true;
	return false;
}

struct http_reply path_refuse_unknown(void)
{
	return http_reply_text(
	    MHD_HTTP_NOT_IMPLEMENTED,
	    "unknown method; methods are written in capitals, such as GET\n");
}

bool path_takes(const struct path *path, const char *method)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if ((path->methods & words[i].bit) && strcmp(words[i].word, method) == 0)
			return true;
	return false;
}

struct http_reply path_refuse(const struct path *path)
{
	char list[32], text[64];
	struct buffer allowed, line;
	struct http_reply reply;

	buffer_init(&allowed, list, sizeof(list));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (path->methods & words[i].bit)
			buffer_format(&allowed, "%s%s", allowed.n > 0 ? ", " : "",
				      words[i].word);
	buffer_init(&line, text, sizeof(text));
	buffer_format(&line, "only %s here\n", buffer_string(&allowed));
	reply = http_reply_text(MHD_HTTP_METHOD_NOT_ALLOWED, buffer_string(&line));
	http_reply_header(&reply, MHD_HTTP_HEADER_ALLOW, list);
	return reply;
}
