/* dns_stub.c - the least DNS that does: one question in, uncompressed records out. */
#include "dns_stub.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <cmocka.h>

enum { HEADER = 12, ANSWER_MAX = 4096, TC = 0x02 };
enum { FLOOD_MAX = 2000 };

struct answer {
	unsigned char p[ANSWER_MAX];
	size_t n;
	unsigned copies; /* each with another wrong id, if there are any */
	unsigned flags;
};

static void put16(struct answer *a, unsigned v)
{
	a->p[a->n++] = (unsigned char)(v >> 8);
	a->p[a->n++] = (unsigned char)v;
}

static void put_name(struct answer *a, const char *name)
{
	while (*name != '\0') {
		size_t n = strcspn(name, ".");

		a->p[a->n++] = (unsigned char)n;
		memcpy(a->p + a->n, name, n);
		a->n += n;
		name += n + (name[n] == '.');
	}
	a->p[a->n++] = 0;
}

static void put_record(struct answer *a, const char *question, const struct stub_record *r)
{
	size_t length;

	put_name(a, r->owner != NULL ? r->owner : question);
	put16(a, (unsigned)r->type);
	put16(a, 1);
	put16(a, r->ttl >> 16);
	put16(a, r->ttl & 0xffff);
	length = a->n;
	put16(a, 0);
	if (r->type == STUB_CNAME)
		put_name(a, r->value);
	else if (inet_pton(r->type == STUB_A ? AF_INET : AF_INET6, r->value, a->p + a->n) ==
		 1)
		a->n += r->type == STUB_A ? 4 : 16;
	a->p[length] = (unsigned char)((a->n - length - 2) >> 8);
	a->p[length + 1] = (unsigned char)(a->n - length - 2);
}

/* The name of the question as text; returns where its type stands. */
static size_t read_name(const unsigned char *p, size_t n, char dst[256])
{
	size_t at = HEADER, out = 0;

	while (at < n && p[at] != 0) {
		assert_true(at + 1 + p[at] < n && out + p[at] < 255);
		if (out > 0)
			dst[out++] = '.';
		memcpy(dst + out, p + at + 1, p[at]);
		out += p[at];
		at += 1U + p[at];
	}
	dst[out] = '\0';
	return at + 1;
}

static struct stub_rule *rule_of(struct stub *s, const char *name, int type)
{
	static struct stub_rule none = { .rcode = STUB_NXDOMAIN };

	for (struct stub_rule *r = s->rules; r->name != NULL; r++)
		if (strcasecmp(r->name, name) == 0 &&
		    (r->type == STUB_ANY || r->type == type))
			return r;
	return &none;
}

/* False: no answer. */
static bool answer_of(struct stub *s, const unsigned char *p, size_t n, bool tcp,
		      struct answer *a)
{
	char name[256];
	size_t end = read_name(p, n, name);
	struct stub_rule *r = rule_of(s, name, p[end] << 8 | p[end + 1]);
	bool first = r->asked++ == 0;
	unsigned count = 0;

	if ((r->flags & STUB_SILENT) || (first && (r->flags & STUB_DROP_FIRST)) ||
	    (tcp && (r->flags & STUB_TCP_SILENT)))
		return false;
	a->flags = r->flags;
	a->copies = !tcp && (r->flags & STUB_FLOOD) ? FLOOD_MAX : 0;
	memcpy(a->p, p, end + 4);
	a->n = end + 4;
	a->p[2] = 0x81;
	a->p[3] = (unsigned char)(0x80 | r->rcode);
	if (r->flags & STUB_AUTHENTIC)
		a->p[3] |= p[3] & 0x20;
	memset(a->p + 6, 0, 6);
	if (r->flags & STUB_WRONG_ID)
		a->p[0] ^= 0x55;
	if (!tcp && (r->flags & (STUB_TRUNCATED | STUB_TCP_FLOOD | STUB_TCP_CUT))) {
		a->p[2] |= TC;
		return true;
	}
	for (; count < STUB_RECORDS_MAX && r->records[count].type != 0; count++)
		put_record(a, name, &r->records[count]);
	if (r->flags & STUB_GARBAGE) {
		memset(a->p + a->n, 0xc0, 16);
		a->n += 16;
		count = 1;
	}
	a->p[7] = (unsigned char)count;
	return true;
}

static void alloc_udp(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct stub *s = handle->data;

	(void)size;
	*buf = uv_buf_init(s->udp_in, sizeof(s->udp_in));
}

static void on_datagram(uv_udp_t *udp, ssize_t n, const uv_buf_t *in,
			const struct sockaddr *from, unsigned flags)
{
	struct stub *s = udp->data;
	struct answer a;
	uv_buf_t out;

	(void)flags;
	if (n <= HEADER || from == NULL)
		return;
	s->ports[s->udp_questions++ % STUB_PORTS_MAX] =
	    ntohs(((const struct sockaddr_in *)from)->sin_port);
	if (!answer_of(s, (const unsigned char *)in->base, (size_t)n, false, &a))
		return;
	out = uv_buf_init((char *)a.p, (unsigned)a.n);
	for (unsigned i = 0; i < a.copies; i++) {
		a.p[0] ^= (unsigned char)(1 + i % 255);
		uv_udp_try_send(udp, &out, 1, from);
		a.p[0] ^= (unsigned char)(1 + i % 255);
	}
	if (a.copies == 0)
		assert_true(uv_udp_try_send(udp, &out, 1, from) > 0);
}

static void free_handle(uv_handle_t *handle)
{
	free(handle);
}

static void alloc_tcp(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	(void)handle;
	*buf = uv_buf_init(malloc(size), (unsigned)size);
}

static void stop_flood(struct stub *s, const uv_stream_t *stream)
{
	if (s->flooded != stream)
		return;
	s->flooded = NULL;
	uv_timer_stop(&s->flooding);
}

/* Small messages with an id that nobody uses, as many as the socket takes. */
static void on_flooding(uv_timer_t *timer)
{
	static char wrong[] = "\0\x0c\0\0\x81\x80\0\1\0\0\0\0\0\0";
	struct stub *s = timer->data;
	uv_buf_t out = uv_buf_init(wrong, sizeof(wrong) - 1);

	for (int i = 0; i < 1000 && uv_try_write(s->flooded, &out, 1) == (int)out.len; i++)
		s->flood_sent++;
}

static void answer_stream(struct stub *s, uv_stream_t *stream, struct answer *a)
{
	unsigned char length[2] = { (unsigned char)(a->n >> 8), (unsigned char)a->n };
	uv_buf_t out[2];

	if (a->flags & STUB_TCP_FLOOD) {
		s->flooded = stream;
		uv_timer_start(&s->flooding, on_flooding, 0, 1);
		return;
	}
	out[0] = uv_buf_init((char *)length, 2);
	out[1] = uv_buf_init((char *)a->p,
			     (unsigned)(a->flags & STUB_TCP_CUT ? a->n / 2 : a->n));
	assert_int_equal(uv_try_write(stream, out, 2), (int)out[1].len + 2);
	if (a->flags & STUB_TCP_CUT)
		uv_close((uv_handle_t *)stream, free_handle);
}

/* The question comes in one piece, as all do on loopback. */
static void on_stream(uv_stream_t *stream, ssize_t n, const uv_buf_t *in)
{
	struct stub *s = stream->data;
	struct answer a;

	if (n < 0) {
		stop_flood(s, stream);
		uv_close((uv_handle_t *)stream, free_handle);
	} else if (n > 2 + HEADER) {
		s->tcp_questions++;
		if (answer_of(s, (const unsigned char *)in->base + 2, (size_t)n - 2, true,
			      &a))
			answer_stream(s, stream, &a);
	}
	free(in->base);
}

static void on_connection(uv_stream_t *listener, int status)
{
	uv_tcp_t *tcp = malloc(sizeof(*tcp));

	assert_int_equal(status, 0);
	uv_tcp_init(listener->loop, tcp);
	tcp->data = listener->data;
	((struct stub *)listener->data)->connections++;
	assert_int_equal(uv_accept(listener, (uv_stream_t *)tcp), 0);
	uv_read_start((uv_stream_t *)tcp, alloc_tcp, on_stream);
}

static int open_socket(int type, const struct address *a)
{
	const int on = 1;
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	/* What other tests have left in TIME_WAIT on this port is no reason against it. */
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, &a->any, address_length(a)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* False: the port that UDP was given is taken by another's TCP. */
static bool try_open(struct stub *s)
{
	socklen_t n = sizeof(s->address);
	int udp, tcp;

	assert_true(address_parse(view_of("127.0.0.1"), 0, &s->address));
	udp = open_socket(SOCK_DGRAM, &s->address);
	assert_true(udp >= 0);
	assert_int_equal(getsockname(udp, &s->address.any, &n), 0);
	tcp = open_socket(SOCK_STREAM, &s->address);
	if (tcp < 0) {
		close(udp);
		return false;
	}
	assert_int_equal(uv_udp_open(&s->udp, udp), 0);
	assert_int_equal(uv_tcp_open(&s->tcp, tcp), 0);
	return true;
}

void stub_open(struct stub *s, uv_loop_t *loop, struct stub_rule *rules)
{
	*s = (struct stub){ .rules = rules };
	/* A client that closes while it is flooded ends a write, not the test. */
	signal(SIGPIPE, SIG_IGN);
	uv_udp_init(loop, &s->udp);
	uv_tcp_init(loop, &s->tcp);
	uv_timer_init(loop, &s->flooding);
	s->udp.data = s->tcp.data = s->flooding.data = s;
	while (!try_open(s))
		;
	assert_int_equal(uv_listen((uv_stream_t *)&s->tcp, 128, on_connection), 0);
	assert_int_equal(uv_udp_recv_start(&s->udp, alloc_udp, on_datagram), 0);
}

void stub_close(struct stub *s)
{
	uv_close((uv_handle_t *)&s->udp, NULL);
	uv_close((uv_handle_t *)&s->tcp, NULL);
	uv_close((uv_handle_t *)&s->flooding, NULL);
}

const char *stub_place(const struct stub *s, char dst[ADDRESS_TEXT_MAX])
{
	snprintf(dst, ADDRESS_TEXT_MAX, "127.0.0.1:%u",
		 (unsigned)address_port(&s->address));
	return dst;
}
