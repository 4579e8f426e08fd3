#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "buffer.h"
#include "pki.h"
#include "tls_session.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A server in memory: no socket, so that the bytes can be cut anywhere. */
struct bench {
	struct identity root, leaf;
	struct tls_context *context;
	SSL_CTX *server_ctx;
	SSL *server;
	BIO *in, *out; /* of the server */
	struct tls_session *session;
	bool full; /* the way to the server takes nothing */
};

static bool to_server(void *sink, struct view v)
{
	struct bench *b = sink;

	return !b->full && BIO_write(b->in, v.p, (int)v.n) == (int)v.n;
}

static void set_up(struct bench *b, int version)
{
	const struct identity *trusted[] = { &b->root };
	struct tls_options options = { 0 };
	char error[300];
	char *file;

	*b = (struct bench){ 0 };
	b->root = pki_issue(&(struct pki_wish){ .name = "Root", .ca = true }, NULL);
	b->leaf =
	    pki_issue(&(struct pki_wish){ .name = "n", .san = "DNS:mx1.test" }, &b->root);
	file = pki_file(trusted, 1);
	options.ca_file = file;
	b->context = tls_context_new(&options, error, sizeof(error));
	assert_non_null(b->context);
	unlink(file);
	free(file);
	b->server_ctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX_set_max_proto_version(b->server_ctx, version);
	SSL_CTX_use_certificate(b->server_ctx, b->leaf.x);
	SSL_CTX_use_PrivateKey(b->server_ctx, b->leaf.key);
	b->server = SSL_new(b->server_ctx);
	b->in = BIO_new(BIO_s_mem());
	b->out = BIO_new(BIO_s_mem());
	SSL_set_bio(b->server, b->in, b->out);
	SSL_set_accept_state(b->server);
	b->session = tls_session_new(b->context, "mx1.test", NULL, 0, to_server, b);
	assert_non_null(b->session);
}

static void tear_down(struct bench *b)
{
	tls_session_free(b->session);
	tls_session_free(NULL);
	SSL_free(b->server);
	SSL_CTX_free(b->server_ctx);
	tls_context_free(b->context);
	pki_drop(&b->leaf);
	pki_drop(&b->root);
}

/* Feeds what the server has to say in pieces of that size until the client is at rest. */
static enum tls_status step(struct bench *b, size_t size, struct buffer *heard)
{
	bool secured = b->session->flags & TLS_SESSION_SECURED;
	enum tls_status status = TLS_MORE;
	char piece[20000];

	while (BIO_pending(b->out) > 0) {
		int n = BIO_read(b->out, piece, (int)size);

		tls_session_feed(b->session, (struct view){ piece, (size_t)n });
		if (!secured) {
			status = tls_session_handshake(b->session);
			secured = status == TLS_READY;
			if (!secured)
				continue;
		}
		for (;;) {
			char text[100];
			size_t got;

			status = tls_session_read(b->session, text, sizeof(text), &got);
			if (status != TLS_READY)
				break;
			buffer_put(heard, (struct view){ text, got });
		}
		/* Nothing of what was lent is left behind. */
		assert_int_equal(b->session->input.n, 0);
	}
	return status;
}

static void talk(int version, size_t size)
{
	char storage[100], line[100];
	struct buffer heard;
	struct bench b;

	set_up(&b, version);
	buffer_init(&heard, storage, sizeof(storage));
	assert_int_equal(tls_session_handshake(b.session), TLS_MORE);
	while (SSL_do_handshake(b.server) != 1)
		step(&b, size, &heard);
	assert_int_equal(SSL_write(b.server, "220 hello\r\n", 11), 11);
	assert_int_equal(SSL_write(b.server, "250 again\r\n", 11), 11);
	assert_int_equal(step(&b, size, &heard), TLS_MORE);
	assert_string_equal(buffer_string(&heard), "220 hello\r\n250 again\r\n");
	assert_non_null(b.session->facts.version);
	assert_int_equal(b.session->facts.cert_faults, 0);
	assert_true(tls_session_write(b.session, view_of("QUIT\r\n")));
	assert_int_equal(SSL_read(b.server, line, sizeof(line)), 6);
	SSL_shutdown(b.server);
	assert_int_equal(step(&b, size, &heard), TLS_CLOSED);
	tls_session_goodbye(b.session);
	assert_int_equal(SSL_read(b.server, line, sizeof(line)), 0);
	assert_int_equal(SSL_get_shutdown(b.server),
			 SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	tear_down(&b);
}

static void takes_any_cut(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 5, 6, 7, 64, 1000, 16384 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		talk(TLS1_2_VERSION, sizes[i]);
		talk(TLS1_3_VERSION, sizes[i]);
	}
}

/* What the server takes for the binding of that name. */
static size_t bound_there(const struct bench *b, const char *name, unsigned char *bytes)
{
	unsigned n = 0;

	if (strcmp(name, "tls-exporter") == 0) {
		assert_int_equal(SSL_export_keying_material(b->server, bytes, 32,
							    "EXPORTER-Channel-Binding", 24,
							    NULL, 0, 1),
				 1);
		return 32;
	}
	if (strcmp(name, "tls-unique") == 0)
		return SSL_get_peer_finished(b->server, bytes, EVP_MAX_MD_SIZE);
	assert_int_equal(X509_digest(b->leaf.x, EVP_sha256(), bytes, &n), 1);
	return n;
}

static void binds(int version, uint64_t options, const char *name)
{
	unsigned char there[EVP_MAX_MD_SIZE];
	char storage[EVP_MAX_MD_SIZE], text[10];
	struct buffer bound, heard;
	struct bench b;

	set_up(&b, version);
	SSL_set_options(b.server, options);
	buffer_init(&bound, storage, sizeof(storage));
	buffer_init(&heard, text, sizeof(text));
	tls_session_handshake(b.session);
	assert_null(tls_session_binding(b.session, &bound));
	while (SSL_do_handshake(b.server) != 1)
		step(&b, 16384, &heard);
	step(&b, 16384, &heard);
	assert_string_equal(tls_session_binding(b.session, &bound), name);
	assert_int_equal(bound.n, bound_there(&b, name, there));
	assert_memory_equal(bound.p, there, bound.n);
	tear_down(&b);
}

/* Both ends have the same bytes; none is taken that RFC 7627 warns of. */
static void binds_by_the_default_of_the_version(void **state)
{
	(void)state;
	binds(TLS1_3_VERSION, 0, "tls-exporter");
	binds(TLS1_2_VERSION, 0, "tls-unique");
	binds(TLS1_2_VERSION, SSL_OP_NO_EXTENDED_MASTER_SECRET, "tls-server-end-point");
}

static void fails_when_nothing_is_taken(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, TLS1_3_VERSION);
	b.full = true;
	assert_int_equal(tls_session_handshake(b.session), TLS_FAILED);
	assert_int_equal(b.session->fault, FAULT_TLS_HANDSHAKE);
	assert_string_equal(b.session->reason, "the server does not read what we answer");
	tear_down(&b);
}

static void notices_a_forged_record(void **state)
{
	char record[200], storage[100];
	struct buffer heard;
	struct bench b;
	size_t got;
	int n;

	(void)state;
	set_up(&b, TLS1_3_VERSION);
	buffer_init(&heard, storage, sizeof(storage));
	tls_session_handshake(b.session);
	while (SSL_do_handshake(b.server) != 1)
		step(&b, 16384, &heard);
	step(&b, 16384, &heard);
	SSL_write(b.server, "220 hello\r\n", 11);
	n = BIO_read(b.out, record, sizeof(record));
	record[n - 1] ^= 1;
	tls_session_feed(b.session, (struct view){ record, (size_t)n });
	assert_int_equal(tls_session_read(b.session, record, sizeof(record), &got),
			 TLS_FAILED);
	assert_int_equal(b.session->fault, FAULT_TLS_HANDSHAKE);
	assert_non_null(strstr(b.session->reason, "bad record mac"));
	tear_down(&b);
}

/* Takes the extension renegotiation_info (RFC 5746), which holds one zero byte, out of a
 * ServerHello, as a server sends it that has never heard of it. */
static size_t make_old(unsigned char *p, size_t n)
{
	static const unsigned char extension[] = { 0xff, 0x01, 0x00, 0x01, 0x00 };
	unsigned char *at = memmem(p, n, extension, sizeof(extension));
	unsigned char *extensions;

	assert_non_null(at);
	memmove(at, at + sizeof(extension), (size_t)(p + n - at) - sizeof(extension));
	/* The lengths of the record, the message and all extensions, which come behind the
	 * version, the random, the session, the cipher and the compression. */
	extensions = p + 5 + 4 + 2 + 32;
	extensions += 1 + extensions[0] + 2 + 1;
	p[4] = (unsigned char)(p[4] - sizeof(extension));
	p[8] = (unsigned char)(p[8] - sizeof(extension));
	extensions[1] = (unsigned char)(extensions[1] - sizeof(extension));
	return n - sizeof(extension);
}

static void speaks_to_servers_of_before_2010(void **state)
{
	unsigned char flight[8000];
	struct bench b;
	int n;

	(void)state;
	set_up(&b, TLS1_2_VERSION);
	assert_int_equal(tls_session_handshake(b.session), TLS_MORE);
	SSL_do_handshake(b.server);
	n = BIO_read(b.out, flight, sizeof(flight));
	assert_true(n > 100);
	n = (int)make_old(flight, (size_t)n);
	tls_session_feed(b.session, (struct view){ (char *)flight, (size_t)n });
	assert_int_equal(tls_session_handshake(b.session), TLS_MORE);
	assert_non_null(b.session->facts.certificate);
	tear_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_any_cut),
		cmocka_unit_test(binds_by_the_default_of_the_version),
		cmocka_unit_test(fails_when_nothing_is_taken),
		cmocka_unit_test(notices_a_forged_record),
		cmocka_unit_test(speaks_to_servers_of_before_2010),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
