#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tls_bench.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void talks(void **state)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		struct peer p = { .serve = serve_tls,
				  .chain = { &leaf },
				  .version_max = versions[i] };
		struct client c = { .on_received = say_and_part };

		meet(&c, &p);
		assert_int_equal(c.secured, 1);
		assert_string_equal(c.heard, "hello\r\n");
		assert_string_equal(p.heard, "QUIT\r\n");
		assert_true(p.saw_close_notify);
		assert_int_equal(c.failed, 0);
		assert_int_equal(c.facts.cert_faults, 0);
		finish(&c);
	}
}

static void serve_starttls(struct peer *p, int fd)
{
	say(fd, "220 mx1\r\n");
	peer_read_line(fd, p->heard, sizeof(p->heard));
	say(fd, "220 go ahead\r\n");
	serve_tls(p, fd);
}

static void upgrades(void **state)
{
	struct peer p = { .serve = serve_starttls, .chain = { &leaf } };
	struct client c = { .on_received = upgrade };

	(void)state;
	meet_plain(&c, &p);
	assert_int_equal(c.secured, 1);
	assert_string_equal(c.heard, "220 mx1\r\n220 go ahead\r\nhello\r\n");
	assert_string_equal(p.heard, "QUIT\r\n");
	finish(&c);
}

/* The end of the handshake and the first words come in one segment. */
static void serve_corked(struct peer *p, int fd)
{
	const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof(on));
	serve_tls(p, fd);
}

static void talk_uncorked(SSL *ssl, int fd)
{
	const int off = 0;
	char byte;

	SSL_write(ssl, "hello\r\n", 7);
	SSL_write(ssl, "again\r\n", 7);
	setsockopt(fd, IPPROTO_TCP, TCP_CORK, &off, sizeof(off));
	SSL_read(ssl, &byte, 1);
}

static void await_again(struct client *c, struct view v)
{
	(void)v;
	if (c->heard_n == 14)
		stream_close(&c->stream);
}

static void hears_what_comes_with_the_handshake(void **state)
{
	struct peer p = { .serve = serve_corked,
			  .chain = { &leaf },
			  .version_max = TLS1_2_VERSION,
			  .talk = talk_uncorked };
	struct client c = { .on_received = await_again };

	(void)state;
	meet(&c, &p);
	assert_string_equal(c.heard, "hello\r\nagain\r\n");
	assert_int_equal(c.received, 1); /* in one piece: two answers cannot pass for one */
	finish(&c);
}

static void close_at_once(struct client *c, struct view v)
{
	(void)v;
	stream_close(&c->stream);
}

static void closes_between_two_records(void **state)
{
	struct peer p = { .serve = serve_corked,
			  .chain = { &leaf },
			  .version_max = TLS1_2_VERSION,
			  .talk = talk_uncorked };
	struct client c = { .on_received = close_at_once },
		      d = { .on_secured = client_close },
		      e = { .on_connected = client_close };

	(void)state;
	meet(&c, &p);
	assert_int_equal(c.received, 1);
	finish(&c);
	meet(&d, &p);
	assert_int_equal(d.received, 0);
	finish(&d);
	meet(&e, &p);
	assert_int_equal(e.secured + e.failed, 0);
	finish(&e);
}

static void talk_megabyte(SSL *ssl, int fd)
{
	static char block[16384];

	(void)fd;
	memset(block, 'x', sizeof(block));
	for (int i = 0; i < 64; i++)
		if (SSL_write(ssl, block, sizeof(block)) != sizeof(block))
			abort();
	SSL_shutdown(ssl);
}

static size_t total;

static void count_bytes(struct client *c, struct view v)
{
	(void)c;
	total += v.n;
}

static void hears_a_megabyte(void **state)
{
	struct peer p = { .serve = serve_tls, .chain = { &leaf }, .talk = talk_megabyte };
	struct client c = { .on_received = count_bytes };

	(void)state;
	total = 0;
	meet(&c, &p);
	assert_int_equal(total, 64 * 16384);
	expect_fault(&c, FAULT_CLOSED, "the server closed the connection");
	finish(&c);
}

static bool answered;

static void talk_and_part(SSL *ssl, int fd)
{
	char byte;

	(void)fd;
	SSL_write(ssl, "bye\r\n", 5);
	SSL_shutdown(ssl);
	answered =
	    SSL_read(ssl, &byte, 1) == 0 && SSL_get_error(ssl, 0) == SSL_ERROR_ZERO_RETURN;
}

static void answers_close_notify(void **state)
{
	struct peer p = { .serve = serve_tls, .chain = { &leaf }, .talk = talk_and_part };
	struct client c = { 0 };

	(void)state;
	meet(&c, &p);
	assert_string_equal(c.heard, "bye\r\n");
	expect_fault(&c, FAULT_CLOSED, "the server closed the connection");
	assert_true(answered);
	finish(&c);
}

static int rendezvous[2];
static size_t sent, read_all, in_order;

static void talk_late(SSL *ssl, int fd)
{
	char block[8192], byte;
	int n;

	(void)fd;
	if (read(rendezvous[0], &byte, 1) != 1)
		abort();
	while ((n = SSL_read(ssl, block, sizeof(block))) > 0)
		for (int i = 0; i < n; i++, read_all++)
			in_order += block[i] == (char)(read_all % 251);
}

static void drain(uv_timer_t *timer)
{
	struct client *c = timer->data;

	if (c->stream.output_n > 0)
		return;
	uv_close((uv_handle_t *)timer, NULL);
	stream_close(&c->stream);
}

static uv_timer_t drain_timer;

static void fill(struct client *c)
{
	char block[1000], byte = 0;

	for (;;) {
		for (size_t i = 0; i < sizeof(block); i++)
			block[i] = (char)((sent + i) % 251);
		if (!stream_send(&c->stream, (struct view){ block, sizeof(block) }))
			break;
		sent += sizeof(block);
	}
	assert_int_equal(write(rendezvous[1], &byte, 1), 1);
	uv_timer_init(&c->loop, &drain_timer);
	drain_timer.data = c;
	uv_timer_start(&drain_timer, drain, 1, 1);
}

static void writes_more_than_the_kernel_takes(void **state)
{
	struct peer p = { .serve = serve_tls, .chain = { &leaf }, .talk = talk_late };
	struct client c = { .on_secured = fill };

	(void)state;
	sent = read_all = in_order = 0;
	assert_int_equal(pipe(rendezvous), 0);
	meet(&c, &p);
	assert_true(sent > 2 * STREAM_OUTPUT_MAX);
	assert_int_equal(read_all, sent);
	assert_int_equal(in_order, sent);
	finish(&c);
	close(rendezvous[0]);
	close(rendezvous[1]);
}

static void talk_new_keys(SSL *ssl, int fd)
{
	char line[100];
	int n;

	(void)fd;
	SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED);
	SSL_write(ssl, "hello\r\n", 7);
	n = SSL_read(ssl, line, sizeof(line));
	if (n != 6 || memcmp(line, "QUIT\r\n", 6) != 0)
		abort();
}

static void changes_keys(void **state)
{
	struct peer p = { .serve = serve_tls, .chain = { &leaf }, .talk = talk_new_keys };
	struct client c = { .on_received = say_and_part };

	(void)state;
	meet(&c, &p);
	assert_string_equal(c.heard, "hello\r\n");
	finish(&c);
}

static void ends_without_close_notify(void **state)
{
	struct peer p = { .serve = serve_tls, .chain = { &leaf }, .early_close = true };
	struct client c = { 0 };

	(void)state;
	meet(&c, &p);
	assert_int_equal(c.secured, 1);
	expect_fault(&c, FAULT_CLOSED, "the server closed the connection");
	finish(&c);
}

static void takes_a_name_that_is_too_long(void **state)
{
	struct peer p = { .serve = serve_tls, .chain = { &leaf } };
	struct client c = { .on_secured = client_close };
	char name[400];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[399] = '\0';
	c.name = name;
	meet(&c, &p);
	assert_int_equal(c.facts.cert_faults, CERT_FAULT_BIT(FAULT_CERT_NAME));
	assert_false(p.saw_sni);
	finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(talks),
		cmocka_unit_test(upgrades),
		cmocka_unit_test(hears_what_comes_with_the_handshake),
		cmocka_unit_test(closes_between_two_records),
		cmocka_unit_test(hears_a_megabyte),
		cmocka_unit_test(answers_close_notify),
		cmocka_unit_test(writes_more_than_the_kernel_takes),
		cmocka_unit_test(changes_keys),
		cmocka_unit_test(ends_without_close_notify),
		cmocka_unit_test(takes_a_name_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}
