#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tls_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
		{ { 7, 0x15, 3, 3, 0, 2, 2, 116 },
		  FAULT_CLIENT_CERT,
		  "'certificate required'" },
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

/* The context shows this identity; the peer accepts what the root has signed. */
static void show_certificate(const struct identity *id, struct client *c, struct peer *p)
{
	char *certificate = pki_file(&id, 1), *key = pki_key_file(id), error[300] = "";
	struct tls_options options = { .client_cert = certificate, .client_key = key };

	p->serve = serve_tls;
	p->chain[0] = &leaf;
	p->ask_certificate = true;
	p->client_root = &root;
	c->context = tls_context_new(&options, error, sizeof(error));
	assert_string_equal(error, "");
	c->name = "mx1.test";
	meet_plain(c, p);
	tls_context_free(c->context);
	unlink(certificate);
	unlink(key);
	free(certificate);
	free(key);
}

static void shows_its_certificate(void **state)
{
	struct pki_options wish = { .name = "probe", .usage = "clientAuth" };
	struct identity good = pki_issue(&wish, &root), bad = pki_issue(&wish, NULL);
	struct client c = { .on_received = say_and_part }, d = { 0 };
	struct peer p = { 0 }, q = { 0 };

	(void)state;
	show_certificate(&good, &c, &p);
	assert_true(p.accepted);
	assert_string_equal(c.heard, "hello\r\n");
	show_certificate(&bad, &d, &q);
	assert_false(q.accepted);
	expect_fault(&d, FAULT_CLIENT_CERT, "it does not accept our certificate");
	finish(&c);
	finish(&d);
	pki_drop(&good);
	pki_drop(&bad);
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
		cmocka_unit_test(tells_of_plain_text),
		cmocka_unit_test(gives_no_silly_advice),
		cmocka_unit_test(tells_alerts_apart),
		cmocka_unit_test(is_cut_off),
		cmocka_unit_test(is_asked_for_a_certificate),
		cmocka_unit_test(shows_its_certificate),
		cmocka_unit_test(finds_no_cipher),
	};

	return cmocka_run_group_tests(tests, make_world, end_world);
}
