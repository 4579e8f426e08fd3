/* floor.c - the least a probe can cost: one thread, epoll, OpenSSL as it comes, nothing kept.
 *
 * It walks the same dialogue as mailvane with chain and host verified, and judges nothing
 * beyond that. `floor probe` measures CPU per probe, `floor hold` memory per connection.
 */
#include "usage.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HOSTS = 50, REPLY_MAX = 2048, EVENTS = 256 };

enum kind { LINE, SMTP, TAGGED, DOT };

/* How a reply ends, and what is said when it has. NULL: a handshake. */
struct step {
	enum kind reply;
	const char *say;
};

/* clang-format off */
static const struct step smtp_plain[] = {
	{ SMTP, "EHLO probe.demo.test\r\n" }, { SMTP, "QUIT\r\n" }, { SMTP, "" },
};
static const struct step smtp_starttls[] = {
	{ SMTP, "EHLO probe.demo.test\r\n" }, { SMTP, "STARTTLS\r\n" }, { SMTP, NULL },
	{ LINE, "EHLO probe.demo.test\r\n" }, { SMTP, "QUIT\r\n" }, { SMTP, "" },
};
static const struct step imap_plain[] = {
	{ LINE, "a LOGOUT\r\n" }, { TAGGED, "" },
};
static const struct step pop3_plain[] = {
	{ LINE, "CAPA\r\n" }, { DOT, "QUIT\r\n" }, { LINE, "" },
};
static const struct {
	const char *name;
	const struct step *steps;
	bool implicit;
} dialogues[] = {
	{ "smtp", smtp_plain, false }, { "submission", smtp_starttls, false },
	{ "submissions", smtp_plain, true }, { "imaps", imap_plain, true },
	{ "pop3s", pop3_plain, true },
};
/* clang-format on */

struct conn {
	int fd;
	SSL *ssl;
	const struct step *step;
	bool shaking;
	size_t n;
	char reply[REPLY_MAX];
};

static struct {
	int epoll;
	SSL_CTX *context;
	const struct step *steps;
	bool implicit;
	uint16_t port;
	unsigned long started, ended, good, wanted;
	const char *name;
} f;

static void conn_open(struct conn *c)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(f.port) };
	struct epoll_event event = { .events = EPOLLOUT, .data.ptr = c };
	int on = 1;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(f.started++ % HOSTS));
	c->step = f.steps;
	c->ssl = NULL;
	c->shaking = false;
	c->n = 0;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(c->fd, (struct sockaddr *)&at, sizeof(at)) != 0 &&
	    errno != EINPROGRESS) {
		perror("floor: connect");
		exit(1);
	}
	epoll_ctl(f.epoll, EPOLL_CTL_ADD, c->fd, &event);
}

static void conn_end(struct conn *c, bool good)
{
	if (c->ssl != NULL)
		SSL_shutdown(c->ssl);
	SSL_free(c->ssl);
	close(c->fd);
	c->fd = -1;
	f.ended++;
	f.good += good;
	if (f.started < f.wanted)
		conn_open(c);
}

static bool conn_say(struct conn *c, const char *text)
{
	size_t n = strlen(text);

	if (c->ssl != NULL)
		return SSL_write(c->ssl, text, (int)n) == (int)n;
	return send(c->fd, text, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static bool whole(enum kind kind, const char *p, size_t n)
{
	const char *last;

	if (n < 2 || p[n - 1] != '\n')
		return false;
	last = memrchr(p, '\n', n - 1);
	last = last == NULL ? p : last + 1;
	if (kind == SMTP)
		return p + n - last > 4 && last[3] == ' ';
	if (kind == TAGGED)
		return last[0] == 'a';
	if (kind == DOT)
		return strncmp(last, ".\r\n", 3) == 0;
	return true;
}

static void shake(struct conn *c)
{
	int n;

	if (c->ssl == NULL) {
		c->ssl = SSL_new(f.context);
		SSL_set_fd(c->ssl, c->fd);
		SSL_set_tlsext_host_name(c->ssl, f.name);
		SSL_set1_host(c->ssl, f.name);
	}
	c->shaking = true;
	n = SSL_connect(c->ssl);
	if (n != 1) {
		if (SSL_get_error(c->ssl, n) != SSL_ERROR_WANT_READ)
			conn_end(c, false);
		return;
	}
	c->shaking = false;
	/* Behind STARTTLS it is our turn. */
	if (c->step != f.steps && !conn_say(c, c->step++->say))
		conn_end(c, false);
}

static ssize_t conn_read(struct conn *c, char *p, size_t n)
{
	ssize_t got = c->ssl != NULL ? SSL_read(c->ssl, p, (int)n) : recv(c->fd, p, n, 0);

	if (got > 0)
		return got;
	if (c->ssl != NULL)
		return SSL_get_error(c->ssl, (int)got) == SSL_ERROR_WANT_READ ? -1 : 0;
	return got < 0 && errno == EAGAIN ? -1 : 0;
}

/* A whole reply is there: the next word, a handshake, or the end. */
static bool turn(struct conn *c)
{
	const struct step *step = c->step++;

	if (step->say == NULL) {
		shake(c);
		return false;
	}
	if (step->say[0] != '\0' && conn_say(c, step->say))
		return true;
	conn_end(c, step->say[0] == '\0');
	return false;
}

static void hear(struct conn *c)
{
	for (;;) {
		ssize_t got = conn_read(c, c->reply + c->n, sizeof(c->reply) - c->n);

		if (got < 0)
			return;
		if (got == 0) {
			conn_end(c, false);
			return;
		}
		c->n += (size_t)got;
		if (!whole(c->step->reply, c->reply, c->n))
			continue;
		c->n = 0;
		if (!turn(c))
			return;
	}
}

static void on_event(struct conn *c, uint32_t events)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };

	if (events & EPOLLOUT) {
		epoll_ctl(f.epoll, EPOLL_CTL_MOD, c->fd, &event);
		if (f.implicit)
			shake(c);
		return;
	}
	if (c->shaking)
		shake(c);
	else
		hear(c);
}

static void run_once(int timeout_ms)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(f.epoll, events, EVENTS, timeout_ms);

	for (int i = 0; i < n; i++)
		on_event(events[i].data.ptr, events[i].events);
}

static void set_up(const char *service, uint16_t port, const char *ca_file,
		   const char *name)
{
	f.port = port;
	f.name = name;
	f.epoll = epoll_create1(EPOLL_CLOEXEC);
	for (size_t i = 0; i < sizeof(dialogues) / sizeof(*dialogues); i++)
		if (strcmp(dialogues[i].name, service) == 0) {
			f.steps = dialogues[i].steps;
			f.implicit = dialogues[i].implicit;
		}
	f.context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_verify(f.context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(f.context, SSL_MODE_RELEASE_BUFFERS);
	if (f.steps == NULL || SSL_CTX_load_verify_file(f.context, ca_file) != 1) {
		fprintf(stderr, "floor: unknown service %s or bad file %s\n", service,
			ca_file);
		exit(2);
	}
	usage_raise_limit();
}

static void probe(unsigned long count, unsigned long parallel)
{
	struct conn *conns = calloc(parallel, sizeof(*conns));
	int64_t cpu, clock;

	f.wanted = count;
	cpu = usage_cpu_us();
	clock = usage_clock_us();
	for (unsigned long i = 0; i < parallel && i < count; i++)
		conn_open(&conns[i]);
	while (f.ended < count)
		run_once(-1);
	printf("probes=%lu good=%lu cpu_us=%.2f wall_ms=%lld\n", f.ended, f.good,
	       (double)(usage_cpu_us() - cpu) / (double)count,
	       (long long)(usage_clock_us() - clock) / 1000);
	free(conns);
}

/* All are opened and held; the server never goes on. Bytes each when nothing moves any more. */
static void hold(unsigned long count)
{
	struct conn *conns = calloc(count, sizeof(*conns));
	int64_t before, end;

	before = usage_rss();
	memset(conns, 0, count * sizeof(*conns)); /* all of it counts */
	for (unsigned long i = 0; i < count; i++) {
		conn_open(&conns[i]);
		if (i % 64 == 63)
			run_once(10);
	}
	for (end = usage_clock_us() + 3000000; usage_clock_us() < end;)
		run_once(100);
	printf("held=%lu bytes=%lld\n", count - f.ended,
	       (long long)(usage_rss() - before) / (long long)count);
	f.wanted = 0;
	for (unsigned long i = 0; i < count; i++)
		if (conns[i].fd >= 0)
			conn_end(&conns[i], false);
	free(conns);
}

int main(int argc, char **argv)
{
	if (argc != 8) {
		fprintf(
		    stderr,
		    "usage: floor probe|hold SERVICE PORT CA-FILE NAME COUNT PARALLEL\n");
		return 2;
	}
	set_up(argv[2], (uint16_t)atoi(argv[3]), argv[4], argv[5]);
	if (strcmp(argv[1], "hold") == 0)
		hold(strtoul(argv[6], NULL, 10));
	else
		probe(strtoul(argv[6], NULL, 10), strtoul(argv[7], NULL, 10));
	SSL_CTX_free(f.context);
	close(f.epoll);
	return 0;
}
