/* exporter_query.c - address, connection, request, answer. No name is looked up that need not be:
 * the resolver costs more than all the rest.
 */
#include "exporter_query.h"

#include "plugin_text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { HOST_MAX = 256 };

struct place {
	char host[HOST_MAX]; /* without brackets; or the path of a socket */
	char port[8];
	bool local, in_brackets;
	const char *prefix; /* of the path; may be "" */
};

/* A URL fit for a sentence: on one line, and not so long that the rest has no room. */
struct shown_url {
	char text[200];
};

static const char *show_url(struct shown_url *shown, const char *url)
{
	return plugin_text_copy(shown->text, sizeof(shown->text), view_of(url));
}

static bool exporter_query_refuse(struct buffer *error, const char *url, const char *why)
{
	struct shown_url shown;

	buffer_format(error, "--url '%s': %s", show_url(&shown, url), why);
	return false;
}

static bool split_http(const char *url, struct place *ret_place, struct buffer *error)
{
	const char *rest = url + strlen("http://");
	struct view host = { rest, strcspn(rest, "/") };
	const char *colon = memrchr(host.p, ':', host.n);
	uint64_t port = 80;
	struct buffer b;

	ret_place->prefix = host.p + host.n;
	if (colon != NULL &&
	    memchr(colon, ']', (size_t)(host.p + host.n - colon)) == NULL) {
		struct view digits = view_skip(host, (size_t)(colon - host.p) + 1);

		if (!view_number(digits, 65535, &port) || port == 0)
			return exporter_query_refuse(error, url,
						     "the port is a number up to 65535");
		host.n = (size_t)(colon - host.p);
	}
	ret_place->in_brackets =
	    host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
	if (ret_place->in_brackets)
		host = (struct view){ host.p + 1, host.n - 2 };
	if (host.n == 0 || host.n >= HOST_MAX)
		return exporter_query_refuse(error, url, "there is no host in it");
	memcpy(ret_place->host, host.p, host.n);
	ret_place->host[host.n] = '\0';
	buffer_init(&b, ret_place->port, sizeof(ret_place->port));
	buffer_format(&b, "%u", (unsigned)port);
	buffer_string(&b);
	return true;
}

/* Fit for a request line or a header: nothing that ends it or splits it (RFC 3986). */
static bool is_of_url(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f)
			return false;
	return true;
}

static bool exporter_query_split(const char *url, struct place *ret_place,
				 struct buffer *error)
{
	if (!is_of_url(url) && !view_starts(view_of(url), "unix:"))
		return exporter_query_refuse(
		    error, url,
		    "a URL has no blanks, no control characters and ASCII only");
	if (view_starts(view_of(url), "http://"))
		return split_http(url, ret_place, error);
	if (view_starts(view_of(url), "https://"))
		return exporter_query_refuse(
		    error, url,
		    "TLS is not spoken here; ask through the exporter's Unix "
		    "socket, unix:PATH");
	if (!view_starts(view_of(url), "unix:"))
		return exporter_query_refuse(error, url,
					     "it is http://HOST:PORT or unix:PATH");
	url += strlen("unix:");
	if (*url == '\0' || strlen(url) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return exporter_query_refuse(error, url,
					     "a path of 1 to 107 characters is needed");
	*ret_place = (struct place){ .local = true, .prefix = "" };
	text_copy(ret_place->host, sizeof(ret_place->host), url);
	return true;
}

static int try_address(const struct sockaddr *address, socklen_t n)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), saved;

	if (fd < 0 || connect(fd, address, n) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static int connect_local(const struct place *place)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	text_copy(address.sun_path, sizeof(address.sun_path), place->host);
	return try_address((struct sockaddr *)&address, sizeof(address));
}

static int connect_by_name(const struct place *place)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
	int fd = -1;

	errno = EHOSTUNREACH;
	if (getaddrinfo(place->host, place->port, &hints, &found) != 0)
		return -1;
	for (const struct addrinfo *a = found; a != NULL && fd < 0; a = a->ai_next)
		fd = try_address(a->ai_addr, a->ai_addrlen);
	freeaddrinfo(found);
	return fd;
}

static int connect_v4(const char *host, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };

	errno = EINVAL;
	if (inet_pton(AF_INET, host, &to.sin_addr) != 1)
		return -1;
	return try_address((struct sockaddr *)&to, sizeof(to));
}

static int connect_v6(const char *host, uint16_t port)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	errno = EINVAL;
	if (inet_pton(AF_INET6, host, &to.sin6_addr) != 1)
		return -1;
	return try_address((struct sockaddr *)&to, sizeof(to));
}

static int connect_tcp(const struct place *place)
{
	bool here = view_equal(view_of(place->host), "localhost");
	uint64_t number = 0;
	uint16_t port;
	int fd;

	view_number(view_of(place->port), 65535, &number);
	port = (uint16_t)number;
	fd = connect_v4(here ? "127.0.0.1" : place->host, port);
	if (fd < 0 && (here || errno == EINVAL))
		fd = connect_v6(here ? "::1" : place->host, port);
	if (fd < 0 && errno == EINVAL)
		fd = connect_by_name(place);
	return fd;
}

static bool exporter_query_send_all(int fd, struct view request)
{
	while (request.n > 0) {
		ssize_t n = send(fd, request.p, request.n, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		request = view_skip(request, (size_t)n);
	}
	return true;
}

/* Whoever begins otherwise may wait for us as we would for it. */
static bool may_be_http(struct view begun)
{
	static const char version[] = "HTTP/1.";
	size_t n = begun.n < strlen(version) ? begun.n : strlen(version);

	return memcmp(begun.p, version, n) == 0;
}

/* Until the other side ends, or is none of ours. False: an error, or more than fits. */
static bool receive_all(int fd, char *storage, size_t cap, size_t *ret_n)
{
	size_t n = 0;

	while (n < cap) {
		ssize_t got = recv(fd, storage + n, cap - n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		n += (size_t)got;
		if (got == 0 || !may_be_http((struct view){ storage, n })) {
			*ret_n = n;
			return true;
		}
	}
	errno = EMSGSIZE;
	return false;
}

/* RFC 9110 section 7.2: as in the URL, with its port, and an IPv6 address in its brackets but
 * without a zone, which has a meaning on this machine only (RFC 6874 section 4). */
static void put_host(struct buffer *b, const struct place *place)
{
	size_t n = place->in_brackets ? strcspn(place->host, "%") : strlen(place->host);

	if (place->local)
		buffer_text(b, "localhost");
	else if (place->in_brackets)
		buffer_format(b, "[%.*s]:%s", (int)n, place->host, place->port);
	else
		buffer_format(b, "%s:%s", place->host, place->port);
}

static bool exporter_query_ask(int fd, const struct place *place, const char *path,
			       char *storage, size_t *ret_n)
{
	char request[4096];
	struct buffer b;

	buffer_init(&b, request, sizeof(request));
	buffer_format(&b, "GET %s%s HTTP/1.0\r\nHost: ",
		      strcmp(place->prefix, "/") == 0 ? "" : place->prefix, path);
	put_host(&b, place);
	buffer_text(&b, "\r\nUser-Agent: check_mailvane\r\nConnection: close\r\n\r\n");
	if (b.full) {
		errno = ENAMETOOLONG;
		return false;
	}
	return exporter_query_send_all(fd, buffer_view(&b)) &&
	       receive_all(fd, storage, EXCHANGE_ANSWER_MAX, ret_n);
}

/* Takes a line, without its end, off the front. False: there is no whole one. */
static bool exporter_query_next_line(struct view *rest, struct view *ret_line)
{
	const char *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
	struct view line;

	if (end == NULL)
		return false;
	line = (struct view){ rest->p, (size_t)(end - rest->p) };
	*rest = view_skip(*rest, line.n + 1);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	*ret_line = line;
	return true;
}

bool exchange_read(struct view answer, unsigned *ret_status, struct view *ret_body)
{
	static const char length_header[] = "Content-Length:";
	uint64_t status, length = UINT64_MAX;
	struct view line, word;

	if (!exporter_query_next_line(&answer, &line) || !view_starts(line, "HTTP/1.") ||
	    !view_next_word(&line, &word) || !view_next_word(&line, &word) ||
	    !view_number(word, 599, &status))
		return false;
	do {
		if (!exporter_query_next_line(&answer, &line))
			return false;
		if (view_starts(line, length_header) &&
		    !view_number(view_trim(view_skip(line, strlen(length_header))),
				 EXCHANGE_ANSWER_MAX, &length))
			return false;
	} while (line.n > 0);
	if (length != UINT64_MAX && length != answer.n)
		return false;
	*ret_status = (unsigned)status;
	*ret_body = answer;
	return true;
}

bool exchange_get(const char *url, const char *path, char storage[EXCHANGE_ANSWER_MAX],
		  struct view *ret_answer, struct buffer *error)
{
	struct place place = { 0 };
	struct shown_url shown;
	size_t n = 0;
	bool whole;
	int fd;

	if (!exporter_query_split(url, &place, error))
		return false;
	fd = place.local ? connect_local(&place) : connect_tcp(&place);
	if (fd < 0) {
		buffer_format(error, "cannot reach the exporter at %s: %s",
			      show_url(&shown, url), strerror(errno));
		return false;
	}
	whole = exporter_query_ask(fd, &place, path, storage, &n);
	if (!whole)
		buffer_format(error, "no answer from the exporter at %s: %s",
			      show_url(&shown, url), strerror(errno));
	close(fd);
	*ret_answer = (struct view){ storage, n };
	return whole;
}

void exchange_encode(struct buffer *b, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			     (c >= 'A' && c <= 'Z') || strchr("-._~", c) != NULL;

		buffer_format(b, plain ? "%c" : "%%%02X", c);
	}
}
