#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "buffer.h"
#include "flood.h"
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

static void set_up_as(struct bench *b, int version, void (*prepare)(SSL_CTX *))
{
	const struct identity *trusted[] = { &b->root };
	struct tls_options options = { 0 };
	char error[300];
	char *file;

	*b = (struct bench){ 0 };
	b->root = pki_issue(&(struct pki_options){ .name = "Root", .ca = true }, NULL);
	b->leaf = pki_issue(&(struct pki_options){ .name = "n", .san = "DNS:mx1.test" },
			    &b->root);
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
	if (prepare != NULL)
		prepare(b->server_ctx);
	b->server = SSL_new(b->server_ctx);
	b->in = BIO_new(BIO_s_mem());
	b->out = BIO_new(BIO_s_mem());
	SSL_set_bio(b->server, b->in, b->out);
	SSL_set_accept_state(b->server);
	b->session = tls_session_new(b->context, "mx1.test", NULL, 0, to_server, b);
	assert_non_null(b->session);
}

static void set_up(struct bench *b, int version)
{
	set_up_as(b, version, NULL);
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

static enum tls_status read_all(struct tls_session *t, struct buffer *heard)
{
	enum tls_status status;
	char text[100];
	size_t got;

	while ((status = tls_session_read(t, text, sizeof(text), &got)) == TLS_READY)
		buffer_put(heard, (struct view){ text, got });
	return status;
}

/* Feeds what the server has to say in pieces of that size until the client is at rest. */
static enum tls_status step(struct bench *b, size_t size, struct buffer *heard)
{
	enum tls_status status = TLS_MORE;
	struct view rest = { 0 };
	char piece[20000];

	while (rest.n > 0 || BIO_pending(b->out) > 0) {
		if (rest.n == 0)
			rest = (struct view){ piece,
					      (size_t)BIO_read(b->out, piece, (int)size) };
		tls_session_feed(b->session, rest);
		if (b->session->flags & TLS_SESSION_SECURED)
			status = TLS_READY;
		else
			status = tls_session_handshake(b->session);
		if (status == TLS_READY)
			status = read_all(b->session, heard);
		if (status == TLS_FAILED)
			break;
		/* What is left is for another turn. */
		assert_true(tls_session_unread(b->session) < rest.n);
		rest = view_skip(rest, rest.n - tls_session_unread(b->session));
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
	struct view rest;
	struct bench b;
	int n;

	(void)state;
	set_up(&b, TLS1_2_VERSION);
	assert_int_equal(tls_session_handshake(b.session), TLS_MORE);
	SSL_do_handshake(b.server);
	n = BIO_read(b.out, flight, sizeof(flight));
	assert_true(n > 100);
	n = (int)make_old(flight, (size_t)n);
	for (rest = (struct view){ (char *)flight, (size_t)n }; rest.n > 0;
	     rest = view_skip(rest, rest.n - tls_session_unread(b.session))) {
		tls_session_feed(b.session, rest);
		assert_int_equal(tls_session_handshake(b.session), TLS_MORE);
	}
	assert_non_null(b.session->facts.certificate);
	tear_down(&b);
}

/* --- floods ------------------------------------------------------------------------------- */

static void shake_hands(struct bench *b)
{
	char storage[100];
	struct buffer heard;

	buffer_init(&heard, storage, sizeof(storage));
	assert_int_equal(tls_session_handshake(b->session), TLS_MORE);
	while (SSL_do_handshake(b->server) != 1)
		step(b, 16384, &heard);
	step(b, 16384, &heard);
	assert_true(b->session->flags & TLS_SESSION_SECURED);
}

/* Takes all of the bytes, in turns; returns how many turns, or 0 when the session has failed. */
static unsigned take_turns(struct bench *b, struct view bytes)
{
	char text[16384];
	unsigned turns = 0;
	size_t n;

	while (bytes.n > 0) {
		unsigned before = b->session->wire.records;

		tls_session_feed(b->session, bytes);
		switch (tls_session_read(b->session, text, sizeof(text), &n)) {
		case TLS_FAILED:
			return 0;
		case TLS_MORE:
			break;
		default:
			fail_msg("a flood has no data");
		}
		assert_true(b->session->wire.records - before <= TLS_WIRE_TURN_RECORDS);
		assert_true(tls_session_unread(b->session) < bytes.n);
		bytes = view_skip(bytes, bytes.n - tls_session_unread(b->session));
		turns++;
	}
	return turns;
}

static void drowns(int version, enum flood flood, const char *reason)
{
	char bytes[16384];
	struct bench b;
	size_t n;

	set_up_as(&b, version, flood_prepare);
	shake_hands(&b);
	for (int i = 0; i < 100; i++) {
		n = flood_records(b.server, flood, bytes, sizeof(bytes));
		if (take_turns(&b, (struct view){ bytes, n }) == 0)
			break;
	}
	assert_int_equal(b.session->fault, FAULT_LIMIT);
	assert_string_equal(b.session->reason, reason);
	assert_true(b.session->wire.records <= TLS_WIRE_IDLE_RECORDS_MAX + 20);
	/* Whatever is sent, it has failed for good. */
	assert_int_equal(take_turns(&b, (struct view){ bytes, n }), 0);
	assert_true(BIO_pending(b.in) < 32768); /* what we have answered */
	tear_down(&b);
}

static void takes_so_many_records_without_data(void **state)
{
	const char *many = "the server sent 64 TLS records without data";
	const char *empty = "the server sent too many empty TLS records";
	const char *warnings = "the server sent too many TLS warnings";

	(void)state;
	drowns(TLS1_3_VERSION, FLOOD_KEY_UPDATES, many);
	drowns(TLS1_3_VERSION, FLOOD_TICKETS, many);
	drowns(TLS1_3_VERSION, FLOOD_PIECES, many);
	drowns(TLS1_3_VERSION, FLOOD_EMPTY, empty);
	drowns(TLS1_3_VERSION, FLOOD_WARNINGS, warnings);
	drowns(TLS1_2_VERSION, FLOOD_HELLO_REQUESTS, many);
	drowns(TLS1_2_VERSION, FLOOD_EMPTY, empty);
	drowns(TLS1_2_VERSION, FLOOD_WARNINGS, warnings);
}

static void takes_so_many_pieces_of_a_handshake(void **state)
{
	enum tls_status status = TLS_MORE;
	char bytes[16384];
	unsigned at = 0;
	struct bench b;

	(void)state;
	set_up(&b, TLS1_3_VERSION);
	assert_int_equal(tls_session_handshake(b.session), TLS_MORE);
	for (int i = 0; i < 1000 && status == TLS_MORE; i++) {
		size_t n = flood_plain_pieces(&at, bytes, 6 * 32);

		tls_session_feed(b.session, (struct view){ bytes, n });
		status = tls_session_handshake(b.session);
	}
	assert_int_equal(status, TLS_FAILED);
	assert_int_equal(b.session->fault, FAULT_LIMIT);
	assert_true(b.session->wire.records <= TLS_WIRE_HANDSHAKE_RECORDS_MAX + 1);
	tear_down(&b);
}

/* A byte a record: the data pays for its records, but not for all the bytes around it. */
static void takes_so_much_around_the_data(void **state)
{
	enum tls_status status = TLS_MORE;
	char storage[20000];
	struct buffer heard;
	struct bench b;

	(void)state;
	set_up(&b, TLS1_3_VERSION);
	shake_hands(&b);
	buffer_init(&heard, storage, sizeof(storage));
	while (status != TLS_FAILED) {
		assert_int_equal(SSL_write(b.server, "x", 1), 1);
		status = step(&b, 16384, &heard);
	}
	assert_int_equal(b.session->fault, FAULT_LIMIT);
	assert_string_equal(b.session->reason,
			    "the server sent 256 KiB of TLS around its data");
	assert_true(heard.n > TLS_WIRE_IDLE_RECORDS_MAX);
	assert_true(b.session->wire.bytes - heard.n <= TLS_WIRE_OVERHEAD_MAX + 100);
	tear_down(&b);
}

static void allow_cbc(SSL_CTX *context)
{
	SSL_CTX_set_cipher_list(context, "AES128-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0");
	SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
}

/* Against an old attack servers of TLS 1.0 put an empty record before each with data. */
static void empty_records_of_tls_1_0_are_no_flood(void **state)
{
	char storage[1000];
	struct buffer heard;
	struct bench b;

	(void)state;
	set_up_as(&b, TLS1_VERSION, allow_cbc);
	shake_hands(&b);
	buffer_init(&heard, storage, sizeof(storage));
	for (int i = 0; i < 200; i++) {
		assert_int_equal(SSL_write(b.server, "x", 1), 1);
		assert_int_equal(step(&b, 16384, &heard), TLS_MORE);
	}
	assert_int_equal(heard.n, 200);
	assert_true(b.session->wire.records >= 400);
	tear_down(&b);
}

static void answers_only_who_reads(void **state)
{
	char bytes[4096];
	struct bench b;
	size_t n;

	(void)state;
	set_up_as(&b, TLS1_3_VERSION, flood_prepare);
	shake_hands(&b);
	b.full = true;
	n = flood_records(b.server, FLOOD_KEY_UPDATES, bytes, sizeof(bytes));
	assert_int_equal(take_turns(&b, (struct view){ bytes, n }), 0);
	assert_int_equal(b.session->fault, FAULT_LIMIT);
	assert_string_equal(b.session->reason,
			    "the server wants more answers than it reads");
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
		cmocka_unit_test(takes_so_many_records_without_data),
		cmocka_unit_test(takes_so_many_pieces_of_a_handshake),
		cmocka_unit_test(takes_so_much_around_the_data),
		cmocka_unit_test(empty_records_of_tls_1_0_are_no_flood),
		cmocka_unit_test(answers_only_who_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
