#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct identity root, leaf;
static struct tls_context *context;

static int make_world(void **state)
{
	struct tls_options options = { .minimum = TLS_VERSION_1_2 };
	const struct identity *trusted[] = { &root };
	char error[300];
	char *file;

	(void)state;
	root = pki_issue(&(struct pki_wish){ .name = "Root", .ca = true }, NULL);
	leaf = pki_issue(&(struct pki_wish){ .name = "mx1", .san = "DNS:mx1.test" }, &root);
	file = pki_file(trusted, 1);
	options.ca_file = file;
	context = tls_context_new(&options, error, sizeof(error));
	unlink(file);
	free(file);
	return context == NULL;
}

static int end_world(void **state)
{
	(void)state;
	tls_context_free(context);
	pki_drop(&root);
	pki_drop(&leaf);
	return 0;
}

static void say_bytes(int fd, const void *p, size_t n)
{
	if (send(fd, p, n, MSG_NOSIGNAL) != (ssize_t)n)
		abort();
}

static void say(int fd, const char *text)
{
	say_bytes(fd, text, strlen(text));
}

/* Starts TLS at once. */
static void meet(struct client *c, struct peer *p)
{
	c->context = context;
	c->name = c->name != NULL ? c->name : "mx1.test";
	peer_open(p, AF_INET, 1);
	client_run(c, &p->address);
	peer_close(p);
	assert_int_equal(c->closed, 1);
}

static void expect_fault(const struct client *c, enum fault fault, const char *reason)
{
	if (c->fault != fault || strstr(c->reason, reason) == NULL)
		fail_msg("%s: %s", fault_name(c->fault), c->reason);
	assert_int_equal(c->failed, 1);
}

static void finish(struct client *c)
{
	tls_facts_fini(&c->facts);
}

/* --- what goes well -------------------------------------------------------------------- */

static void say_and_part(struct client *c, struct view v)
{
	(void)v;
	assert_true(stream_send(&c->stream, view_of("QUIT\r\n")));
	stream_close(&c->stream);
}

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

static void upgrade(struct client *c, struct view v)
{
	if (memcmp(v.p, "220 mx1", 7) == 0) {
		stream_send(&c->stream, view_of("STARTTLS\r\n"));
	} else if (memcmp(v.p, "220 go", 6) == 0) {
		assert_false(stream_has_input(&c->stream));
		assert_true(stream_start_tls(&c->stream, context, "mx1.test"));
	} else {
		say_and_part(c, v);
	}
}

/* Plain first: the client does not start TLS on its own. */
static void meet_plain(struct client *c, struct peer *p)
{
	peer_open(p, AF_INET, 1);
	client_run(c, &p->address);
	peer_close(p);
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

/* --- what goes wrong ------------------------------------------------------------------- */

static void serve_words(struct peer *p, int fd)
{
	char hello[4096];

	if (recv(fd, hello, sizeof(hello), 0) <= 0)
		abort();
	say(fd, p->user);
}

static void tells_of_plain_text(void **state)
{
	static const struct {
		const char *words, *reason;
	} cases[] = {
		{ "220 mx1.test ESMTP\r\n", "the server answered in plain text, \"220 "
					    "mx1.test ESMTP\": use STARTTLS" },
		{ "-ERR what?\r\n",
		  "the server answered in plain text, \"-ERR what?\": use STARTTLS" },
		{ "* OK IMAP4rev1 ready\r\n", "\"* OK IMAP4rev1 ready\": use STARTTLS" },
		{ "HTTP/1.1 400 Bad\x1b[31m Request\r\nServer: x\r\n\r\n",
		  "the server answered in plain text, \"HTTP/1.1 400 Bad Request\"" },
		{ "5", "the server answered in plain text, \"5\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char words[100];
		struct peer p = { .serve = serve_words, .user = words };
		struct client c = { 0 };

		snprintf(words, sizeof(words), "%s", cases[i].words);
		meet(&c, &p);
		expect_fault(&c, FAULT_TLS_HANDSHAKE, cases[i].reason);
		assert_int_equal(strstr(c.reason, "STARTTLS") != NULL,
				 strchr("2-*5", words[0]) != NULL);
		assert_null(c.facts.version);
	}
}

static void serve_stubborn(struct peer *p, int fd)
{
	say(fd, "220 mx1\r\n");
	peer_read_line(fd, p->heard, sizeof(p->heard));
	say(fd, "220 go ahead\r\n");
	serve_words(p, fd);
}

static void gives_no_silly_advice(void **state)
{
	char words[] = "421 no\r\n";
	struct peer p = { .serve = serve_stubborn, .user = words };
	struct client c = { .on_received = upgrade };

	(void)state;
	meet_plain(&c, &p);
	expect_fault(&c, FAULT_TLS_HANDSHAKE, "answered in plain text, \"421 no\"");
	assert_null(strstr(c.reason, "STARTTLS"));
}

static void serve_bytes(struct peer *p, int fd)
{
	const unsigned char *bytes = p->user;
	char hello[4096];

	if (recv(fd, hello, sizeof(hello), 0) <= 0)
		abort();
	say_bytes(fd, bytes + 1, bytes[0]);
}

static void tells_alerts_apart(void **state)
{
	static const struct {
		unsigned char bytes[16]; /* the length first */
		enum fault fault;
		const char *reason;
	} cases[] = {
		{ { 7, 0x15, 3, 1, 0, 2, 2, 70 }, FAULT_TLS_VERSION, "protocol version" },
		{ { 7, 0x15, 3, 1, 0, 2, 2, 40 },
		  FAULT_TLS_HANDSHAKE,
		  "handshake failure" },
		{ { 7, 0x15, 3, 1, 0, 2, 2, 112 },
		  FAULT_TLS_HANDSHAKE,
		  "unrecognized name': it does not know 'mx1.test'" },
		{ { 7, 0x15, 3, 1, 0, 2, 2, 80 }, FAULT_TLS_HANDSHAKE, "internal error" },
		{ { 7, 0x15, 3, 3, 0, 2, 2, 116 }, FAULT_CLIENT_CERT, "certificate" },
		{ { 7, 0x15, 3, 1, 0, 2, 1, 0 },
		  FAULT_TLS_HANDSHAKE,
		  "during the TLS handshake" },
		{ { 7, 0x15, 3, 0, 0, 2, 2, 40 },
		  FAULT_TLS_HANDSHAKE,
		  "handshake failure" },
		{ { 7, 0x99, 9, 9, 9, 9, 9, 9 }, FAULT_TLS_HANDSHAKE, "TLS is broken" },
		/* A record that never ends. */
		{ { 7, 0x16, 3, 3, 0x3f, 0xff, 2, 0 },
		  FAULT_TLS_HANDSHAKE,
		  "the server closed the connection during the TLS handshake" },
		/* A ServerHello of SSL 3.0, cut off. */
		{ { 11, 0x16, 3, 0, 0, 6, 2, 0, 0, 2, 3, 0 }, FAULT_TLS_HANDSHAKE, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned char bytes[16];
		struct peer p = { .serve = serve_bytes, .user = bytes };
		struct client c = { 0 };

		memcpy(bytes, cases[i].bytes, sizeof(bytes));
		meet(&c, &p);
		expect_fault(&c, cases[i].fault, cases[i].reason);
	}
}

static void serve_end(struct peer *p, int fd)
{
	char hello[4096];

	if (recv(fd, hello, sizeof(hello), 0) <= 0)
		abort();
	if (p->user != NULL)
		peer_set_reset(fd);
}

static void is_cut_off(void **state)
{
	struct peer ends = { .serve = serve_end },
		    resets = { .serve = serve_end, .user = &ends };
	struct client c = { 0 }, d = { 0 };

	(void)state;
	meet(&c, &ends);
	expect_fault(&c, FAULT_TLS_HANDSHAKE,
		     "the server closed the connection during the TLS handshake");
	meet(&d, &resets);
	expect_fault(&d, FAULT_RESET, "connection reset by the server");
}

static void is_asked_for_a_certificate(void **state)
{
	static const int versions[] = { TLS1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		struct peer p = { .serve = serve_tls,
				  .chain = { &leaf },
				  .version_max = versions[i],
				  .ask_certificate = true };
		struct client c = { 0 };

		meet(&c, &p);
		assert_false(p.accepted);
		expect_fault(&c, FAULT_CLIENT_CERT, "it wants a certificate from us");
		/* Its own certificate was shown all the same. */
		assert_non_null(c.facts.certificate);
		assert_int_equal(c.facts.cert_faults, 0);
		finish(&c);
	}
}

static void finds_no_cipher(void **state)
{
	struct peer p = { .serve = serve_tls,
			  .chain = { &leaf },
			  .version_max = TLS1_2_VERSION,
			  .ciphers = "aNULL:@SECLEVEL=0" };
	struct client c = { 0 };

	(void)state;
	meet(&c, &p);
	expect_fault(&c, FAULT_TLS_HANDSHAKE, "handshake failure");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(talks),
		cmocka_unit_test(upgrades),
		cmocka_unit_test(hears_what_comes_with_the_handshake),
		cmocka_unit_test(closes_between_two_records),
		cmocka_unit_test(hears_a_megabyte),
		cmocka_unit_test(writes_more_than_the_kernel_takes),
		cmocka_unit_test(changes_keys),
		cmocka_unit_test(ends_without_close_notify),
		cmocka_unit_test(takes_a_name_that_is_too_long),
		cmocka_unit_test(tells_of_plain_text),
		cmocka_unit_test(gives_no_silly_advice),
		cmocka_unit_test(tells_alerts_apart),
		cmocka_unit_test(is_cut_off),
		cmocka_unit_test(is_asked_for_a_certificate),
		cmocka_unit_test(finds_no_cipher),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}
