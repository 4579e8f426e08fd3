/* client.c - a blocking client with a deadline on everything. */
#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000, HEARD_MAX = 64 * 1024 };

struct client {
	int fd;
	SSL *ssl;
	SSL_CTX *context;
	char error[256];
	char heard[HEARD_MAX + 1];
};

__attribute__((noreturn)) static void give_up(const char *what)
{
	fprintf(stderr, "client: %s: %s\n", what, strerror(errno));
	exit(99);
}

struct client *client_connect(const char *host, uint16_t port)
{
	struct client *c = calloc(1, sizeof(*c));
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	bool six = inet_pton(AF_INET6, host, &v6.sin6_addr) == 1;
	struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };
	int on = 1;

	if (c == NULL || (!six && inet_pton(AF_INET, host, &v4.sin_addr) != 1))
		give_up(host);
	c->fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	/* So that a handshake cannot hang. */
	setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(c->fd, six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
		    six ? sizeof(v6) : sizeof(v4)) != 0)
		give_up(host);
	return c;
}

void client_close(struct client *c)
{
	SSL_free(c->ssl);
	SSL_CTX_free(c->context);
	close(c->fd);
	free(c);
}

void client_leave(struct client *c)
{
	ERR_clear_error();
	if (c->ssl != NULL)
		SSL_shutdown(c->ssl);
	client_close(c);
}

void client_say(struct client *c, const char *text)
{
	size_t n = strlen(text);

	/* To send nothing would take an error away from the next read. */
	if (n == 0)
		return;
	ERR_clear_error();
	if (c->ssl != NULL)
		SSL_write(c->ssl, text, (int)n);
	else if (send(c->fd, text, n, MSG_NOSIGNAL) < 0)
		snprintf(c->error, sizeof(c->error), "%s", strerror(errno));
}

/* Bytes, 0 at the end of the stream, -1 for an error, -2 when nothing came for `ms`. */
static ssize_t receive(struct client *c, char *p, size_t n, int ms)
{
	struct pollfd ready = { .fd = c->fd, .events = POLLIN };

	if (c->ssl == NULL || SSL_pending(c->ssl) == 0)
		if (poll(&ready, 1, ms) == 0)
			return -2;
	errno = 0;
	ERR_clear_error();
	return c->ssl != NULL ? SSL_read(c->ssl, p, (int)n) : recv(c->fd, p, n, 0);
}

const char *client_read(struct client *c, size_t count)
{
	size_t n = 0;
	ssize_t got;

	while (n < count && n < HEARD_MAX) {
		got = receive(c, c->heard + n, count - n, PATIENCE_MS);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	c->heard[n] = '\0';
	return c->heard;
}

const char *client_line(struct client *c)
{
	size_t n = 0;

	while (n < HEARD_MAX && (n == 0 || c->heard[n - 1] != '\n'))
		if (receive(c, c->heard + n++, 1, PATIENCE_MS) <= 0) {
			n--;
			break;
		}
	c->heard[n] = '\0';
	return c->heard;
}

const char *client_hear(struct client *c, const char *expected)
{
	return client_read(c, strlen(expected));
}

char *client_read_all(struct client *c)
{
	char *text = NULL, some[4096];
	size_t size;
	FILE *to = open_memstream(&text, &size);
	ssize_t n;

	if (to == NULL)
		give_up("memory");
	while ((n = receive(c, some, sizeof(some), PATIENCE_MS)) > 0)
		fwrite(some, 1, (size_t)n, to);
	fclose(to);
	return text;
}

static const char *tls_ending(struct client *c, ssize_t n)
{
	int error = SSL_get_error(c->ssl, (int)n);

	if (error == SSL_ERROR_ZERO_RETURN)
		return "close_notify";
	if (error == SSL_ERROR_SYSCALL)
		return errno == ECONNRESET ? "reset" : "end";
	return ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING
		   ? "end"
		   : "tls error";
}

const char *client_ending(struct client *c, int ms)
{
	char byte;
	ssize_t n = receive(c, &byte, 1, ms);

	if (n == -2)
		return "nothing";
	if (n > 0)
		return "bytes";
	if (c->ssl != NULL)
		return tls_ending(c, n);
	return n == 0 ? "end" : "reset";
}

static SSL_CTX *context_new(const struct client_tls *tls)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (context == NULL)
		give_up("SSL_CTX_new");
	/* At level 1 old keys and signatures are for the verification to judge. */
	SSL_CTX_set_security_level(context, tls->max_version != 0 ? 0 : 1);
	SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(context, tls->max_version);
	if (tls->ca_file != NULL && SSL_CTX_load_verify_file(context, tls->ca_file) != 1)
		give_up(tls->ca_file);
	return context;
}

bool client_secure(struct client *c, const struct client_tls *tls)
{
	c->context = context_new(tls);
	c->ssl = SSL_new(c->context);
	SSL_set_fd(c->ssl, c->fd);
	if (tls->name != NULL) {
		SSL_set_tlsext_host_name(c->ssl, tls->name);
		SSL_set1_host(c->ssl, tls->name);
	}
	ERR_clear_error();
	errno = 0;
	if (SSL_connect(c->ssl) == 1)
		return true;
	if (ERR_peek_last_error() != 0)
		ERR_error_string_n(ERR_peek_last_error(), c->error, sizeof(c->error));
	else
		snprintf(c->error, sizeof(c->error), "%s",
			 errno == 0 ? "end of stream" : strerror(errno));
	return false;
}

long client_verdict(const struct client *c)
{
	return SSL_get_verify_result(c->ssl);
}

SSL *client_ssl(struct client *c)
{
	return c->ssl;
}

const char *client_error(const struct client *c)
{
	return c->error;
}
