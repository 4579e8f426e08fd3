#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The client may be gone already. */
static void say(int fd, const char *text)
{
	(void)send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static void meet(struct client *c, struct peer *p, int family)
{
	peer_open(p, family, 1);
	client_run(c, &p->address);
	peer_close(p);
	assert_int_equal(c->closed, 1);
}

static void expect_fault(const struct client *c, enum fault fault, const char *reason)
{
	if (c->fault != fault || strstr(c->reason, reason) == NULL)
		fail_msg("%s: %s", fault_name(c->fault), c->reason);
}

static struct address literal(const char *text)
{
	struct address a;

	assert_true(address_parse(view_of(text), 0, &a));
	return a;
}

/* --- plain ----------------------------------------------------------------------------- */

static void serve_dialogue(struct peer *p, int fd)
{
	say(fd, "220 hello\r\n");
	peer_read_line(fd, p->heard, sizeof(p->heard));
	say(fd, "221 bye\r\n");
}

static void answer_quit(struct client *c, struct view v)
{
	if (v.n > 3 && memcmp(v.p, "220", 3) == 0)
		assert_true(stream_send(&c->stream, view_of("QUIT\r\n")));
}

static void talks(void **state)
{
	static const int families[] = { AF_INET, AF_INET6 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		struct peer p = { .serve = serve_dialogue };
		struct client c = { .on_received = answer_quit };

		meet(&c, &p, families[i]);
		assert_int_equal(c.connected, 1);
		assert_string_equal(p.heard, "QUIT\r\n");
		assert_string_equal(c.heard, "220 hello\r\n221 bye\r\n");
		expect_fault(&c, FAULT_CLOSED, "the server closed the connection");
		assert_int_equal(c.failed, 1);
		assert_null(c.facts.version);
		assert_null(c.facts.certificate);
	}
}

/* Bound and not listening: nobody else can take the port. */
static void is_refused(void **state)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct address to = literal("127.0.0.1");
	socklen_t n = sizeof(to);
	struct client c = { 0 };

	(void)state;
	assert_int_equal(bind(fd, &to.any, address_length(&to)), 0);
	assert_int_equal(getsockname(fd, &to.any, &n), 0);
	client_run(&c, &to);
	expect_fault(&c, FAULT_REFUSED, "connection refused");
	assert_int_equal(c.connected, 0);
	assert_int_equal(c.closed, 1);
	close(fd);
}

static int rendezvous[2];

static void serve_reset(struct peer *p, int fd)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };

	(void)p;
	say(fd, "421 too many connections\r\n");
	/* Sends RST now, not at close (tcp(7)). */
	if (connect(fd, &none, sizeof(none)) != 0)
		abort();
	if (write(rendezvous[1], "", 1) != 1)
		abort();
}

/* So the reset is there before the loop sees that we are connected. */
static void await_peer(struct client *c)
{
	char byte;

	(void)c;
	assert_int_equal(read(rendezvous[0], &byte, 1), 1);
}

static void hears_what_comes_before_a_reset(void **state)
{
	struct peer p = { .serve = serve_reset };
	struct client c = { .on_connecting = await_peer };

	(void)state;
	assert_int_equal(pipe(rendezvous), 0);
	meet(&c, &p, AF_INET);
	close(rendezvous[0]);
	close(rendezvous[1]);
	assert_int_equal(c.connected, 1);
	assert_string_equal(c.heard, "421 too many connections\r\n");
	expect_fault(&c, FAULT_RESET, "connection reset by the server");
}

/* The peer is gone before we say anything: what it said still counts, and no signal comes. */

static void serve_rejection(struct peer *p, int fd)
{
	char byte;

	(void)p;
	say(fd, "421 too many connections\r\n");
	shutdown(fd, SHUT_RDWR);
	if (read(rendezvous[0], &byte, 1) != 1)
		abort();
}

static volatile sig_atomic_t pipes;

static void count_pipe(int signal)
{
	(void)signal;
	pipes++;
}

/* Twice: RST answers the first, so that the second fails. */
static void send_into_the_void(struct client *c)
{
	const struct sigaction count = { .sa_handler = count_pipe };
	struct timespec moment = { 0, 1000000 };
	char byte = 0;

	sigaction(SIGPIPE, &count, NULL);
	while (c->stream.error == 0) {
		assert_true(stream_send(&c->stream, view_of("EHLO a\r\n")));
		nanosleep(&moment, NULL);
	}
	assert_true(stream_send(&c->stream, view_of("EHLO a\r\n")));
	assert_int_equal(write(rendezvous[1], &byte, 1), 1);
}

static void hears_what_comes_before_a_broken_pipe(void **state)
{
	struct peer p = { .serve = serve_rejection };
	struct client c = { .on_connected = send_into_the_void };

	(void)state;
	assert_int_equal(pipe(rendezvous), 0);
	meet(&c, &p, AF_INET);
	assert_string_equal(c.heard, "421 too many connections\r\n");
	assert_true(c.fault == FAULT_RESET || c.fault == FAULT_CLOSED);
	assert_int_equal(pipes, 0);
	close(rendezvous[0]);
	close(rendezvous[1]);
}

static void serve_megabyte(struct peer *p, int fd)
{
	char block[4096];

	(void)p;
	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 256; i++)
		for (size_t n = 0; n < sizeof(block);) {
			ssize_t sent = send(fd, block + n, sizeof(block) - n, 0);

			if (sent <= 0)
				abort();
			n += (size_t)sent;
		}
}

static size_t total;

static void count_bytes(struct client *c, struct view v)
{
	(void)c;
	for (size_t i = 0; i < v.n; i++)
		assert_int_equal(v.p[i], 'x');
	total += v.n;
}

static void hears_a_megabyte(void **state)
{
	struct peer p = { .serve = serve_megabyte };
	struct client c = { .on_received = count_bytes };

	(void)state;
	total = 0;
	meet(&c, &p, AF_INET);
	assert_int_equal(total, 256 * 4096);
}

/* Reads nothing before the client can write no more; then all, which must be in order. */
static size_t read_all, in_order;

static void note_bytes(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++, read_all++)
		in_order += p[i] == (char)(read_all % 251);
}

static void serve_late(struct peer *p, int fd)
{
	char block[8192], byte;
	ssize_t n;

	(void)p;
	if (read(rendezvous[0], &byte, 1) != 1)
		abort();
	while ((n = recv(fd, block, sizeof(block), 0)) > 0)
		note_bytes(block, (size_t)n);
}

static size_t sent;

static bool send_some(struct client *c)
{
	char block[1000];

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (char)((sent + i) % 251);
	if (!stream_send(&c->stream, (struct view){ block, sizeof(block) }))
		return false;
	sent += sizeof(block);
	return true;
}

/* With the least of buffers, so that what waits goes out in parts. */
static void fill(struct client *c)
{
	const int least = 1;
	char byte = 0;

	setsockopt(c->stream.fd, SOL_SOCKET, SO_SNDBUF, &least, sizeof(least));
	while (send_some(c))
		;
	assert_true(c->stream.output_n > STREAM_OUTPUT_MAX - 1000);
	assert_int_equal(write(rendezvous[1], &byte, 1), 1);
}

static void drain(uv_timer_t *timer)
{
	struct client *c = timer->data;

	if (c->stream.output_n > 0)
		return;
	uv_close((uv_handle_t *)timer, NULL);
	assert_true(send_some(c));
	stream_close(&c->stream);
}

static uv_timer_t drain_timer;

static void fill_and_drain(struct client *c)
{
	fill(c);
	uv_timer_init(&c->loop, &drain_timer);
	drain_timer.data = c;
	uv_timer_start(&drain_timer, drain, 1, 1);
}

static void writes_more_than_the_kernel_takes(void **state)
{
	struct peer p = { .serve = serve_late, .receive_buffer = 2048 };
	struct client c = { .on_connected = fill_and_drain };

	(void)state;
	sent = read_all = in_order = 0;
	assert_int_equal(pipe(rendezvous), 0);
	meet(&c, &p, AF_INET);
	assert_true(sent > STREAM_OUTPUT_MAX);
	assert_int_equal(read_all, sent);
	assert_int_equal(in_order, sent);
	close(rendezvous[0]);
	close(rendezvous[1]);
}

/* Closed with output that waits: nothing blocks, nothing leaks. */
static void fill_and_close(struct client *c)
{
	fill(c);
	stream_close(&c->stream);
}

static void closes_with_output_waiting(void **state)
{
	struct peer p = { .serve = serve_late };
	struct client c = { .on_connected = fill_and_close };

	(void)state;
	assert_int_equal(pipe(rendezvous), 0);
	meet(&c, &p, AF_INET);
	close(rendezvous[0]);
	close(rendezvous[1]);
}

static void send_too_much(struct client *c)
{
	static char block[STREAM_OUTPUT_MAX + 1];

	assert_false(stream_send(&c->stream, (struct view){ block, sizeof(block) }));
	assert_true(stream_send(&c->stream, (struct view){ NULL, 0 }));
	assert_true(stream_send(&c->stream, view_of("QUIT\r\n")));
}

static void takes_all_or_nothing(void **state)
{
	struct peer p = { .serve = serve_dialogue };
	struct client c = { .on_connected = send_too_much };

	(void)state;
	meet(&c, &p, AF_INET);
	assert_string_equal(p.heard, "QUIT\r\n");
}

static void close_twice(struct client *c, struct view v)
{
	(void)v;
	stream_close(&c->stream);
	stream_close(&c->stream);
	assert_true(stream_send(&c->stream, view_of("QUIT\r\n")));
}

static void closes_within_a_handler(void **state)
{
	struct peer p = { .serve = serve_dialogue };
	struct client c = { .on_received = close_twice };

	(void)state;
	meet(&c, &p, AF_INET);
	assert_int_equal(c.received, 1);
	assert_int_equal(c.failed, 0);
	assert_string_equal(p.heard, "");
}

/* What is unread when we close must not make the kernel send RST: the peer sees our end. */
static void serve_unread(struct peer *p, int fd)
{
	char byte;

	say(fd, "221 bye\r\n");
	if (write(rendezvous[1], "", 1) != 1)
		abort();
	p->accepted = recv(fd, &byte, 1, 0) == 0;
}

static void close_unread(struct client *c)
{
	char byte;

	assert_int_equal(read(rendezvous[0], &byte, 1), 1);
	assert_true(stream_has_input(&c->stream));
	stream_close(&c->stream);
}

static void closes_without_a_reset(void **state)
{
	struct peer p = { .serve = serve_unread };
	struct client c = { .on_connected = close_unread };

	(void)state;
	assert_int_equal(pipe(rendezvous), 0);
	meet(&c, &p, AF_INET);
	assert_true(p.accepted);
	close(rendezvous[0]);
	close(rendezvous[1]);
}

static void has_no_input(struct client *c)
{
	assert_false(stream_has_input(&c->stream));
	stream_send(&c->stream, view_of("QUIT\r\n"));
}

static void serve_silence(struct peer *p, int fd)
{
	peer_read_line(fd, p->heard, sizeof(p->heard));
}

static void knows_when_nothing_is_there(void **state)
{
	struct peer p = { .serve = serve_silence };
	struct client c = { .on_connected = has_no_input };

	(void)state;
	meet(&c, &p, AF_INET);
	assert_string_equal(p.heard, "QUIT\r\n");
}

static void serve_who(struct peer *p, int fd)
{
	struct address from;
	socklen_t n = sizeof(from);

	if (getpeername(fd, &from.any, &n) < 0)
		abort();
	address_text(&from, p->heard);
}

static void comes_from_its_source(void **state)
{
	const struct address source = literal("127.0.0.2"), none = { 0 };
	struct peer p = { .serve = serve_who };
	struct client c = { .source = &source }, any = { .source = &none };

	(void)state;
	meet(&c, &p, AF_INET);
	assert_string_equal(p.heard, "127.0.0.2");
	meet(&any, &p, AF_INET);
	assert_string_equal(p.heard, "127.0.0.1");
}

static void tells_its_own_failures(void **state)
{
	const struct address alien = literal("192.0.2.77"), v6 = literal("::1");
	struct address to = literal("127.0.0.1"), local = literal("fe80::1");
	struct rlimit limit, none;
	struct client a = { .source = &alien }, b = { .source = &v6 }, c = { 0 }, d = { 0 };
	int fd;

	(void)state;
	address_set_port(&to, 9);
	address_set_port(&local, 9);
	client_run(&a, &to);
	expect_fault(&a, FAULT_INTERNAL,
		     "the source address is not an address of this machine");
	client_run(&b, &to);
	expect_fault(&b, FAULT_INTERNAL, "of another family");
	client_run(&c, &local);
	expect_fault(&c, FAULT_UNREACHABLE, "link-local");
	assert_int_equal(a.closed + b.closed + c.closed, 0);

	getrlimit(RLIMIT_NOFILE, &limit);
	fd = dup(0);
	close(fd);
	/* The loop of the client needs some of its own: it is made before. */
	none = (struct rlimit){ (rlim_t)fd, limit.rlim_max };
	uv_loop_init(&d.loop);
	{
		static const struct stream_events no_events;
		const char *reason = "";

		setrlimit(RLIMIT_NOFILE, &none);
		d.fault = stream_connect(&d.stream, &d.loop, &to, NULL, &no_events, NULL,
					 &reason);
		setrlimit(RLIMIT_NOFILE, &limit);
		snprintf(d.reason, sizeof(d.reason), "%s", reason);
	}
	expect_fault(&d, FAULT_INTERNAL, "out of file descriptors");
	stream_close(&d.stream);
	assert_int_equal(uv_loop_close(&d.loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(talks),
		cmocka_unit_test(is_refused),
		cmocka_unit_test(hears_what_comes_before_a_reset),
		cmocka_unit_test(hears_what_comes_before_a_broken_pipe),
		cmocka_unit_test(hears_a_megabyte),
		cmocka_unit_test(writes_more_than_the_kernel_takes),
		cmocka_unit_test(closes_with_output_waiting),
		cmocka_unit_test(takes_all_or_nothing),
		cmocka_unit_test(closes_within_a_handler),
		cmocka_unit_test(closes_without_a_reset),
		cmocka_unit_test(knows_when_nothing_is_there),
		cmocka_unit_test(comes_from_its_source),
		cmocka_unit_test(tells_its_own_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
