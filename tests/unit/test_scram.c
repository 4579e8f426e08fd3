/* SCRAM by the examples of RFC 5802 section 5 and RFC 7677 section 3, and what must not pass. */
#include "scram.h"

#include "openssl_digests.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct scram s;
static char storage[SCRAM_RESPONSE_MAX];
static struct buffer b;

static const char sha1_nonce[] = "fyko+d2lbbFgONRv9qkxdawL";
static const char sha1_first[] =
    "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";
static const char sha256_nonce[] = "rOprNGfwEbeRWgbNEkqO";
static const char sha256_first[] = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s="
				   "W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

static void begin(enum digest digest, const char *nonce)
{
	assert_true(scram_init(&s, &openssl_digests, digest));
	text_copy(s.nonce, sizeof(s.nonce), nonce);
	buffer_init(&b, storage, sizeof(storage));
}

static void assert_said(const char *text)
{
	assert_string_equal(buffer_string(&b), text);
	buffer_clear(&b);
}

static enum fault final(const char *server_first)
{
	buffer_clear(&b);
	return scram_final(&s, view_of("user"), view_of("pencil"), view_of(server_first),
			   &b)
	    .fault;
}

static enum fault verify(const char *server_final)
{
	return scram_verify(&s, view_of(server_final)).fault;
}

static void test_rfc5802(void **state)
{
	(void)state;
	begin(DIGEST_SHA1, sha1_nonce);
	scram_first(&s, view_of("user"), &b);
	assert_said("n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
	assert_int_equal(final(sha1_first), FAULT_OK);
	assert_said("c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
		    "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
	assert_int_equal(verify("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="), FAULT_OK);
}

static void test_rfc7677(void **state)
{
	(void)state;
	begin(DIGEST_SHA256, sha256_nonce);
	scram_first(&s, view_of("user"), &b);
	assert_said("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
	assert_int_equal(final(sha256_first), FAULT_OK);
	assert_said("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
		    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
	assert_int_equal(verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
			 FAULT_OK);
	assert_int_equal(verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=,x=y"),
			 FAULT_OK);
}

/* Every bit of the proof counts, and so does its length. */
static void test_wrong_proofs(void **state)
{
	char text[] = "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=";

	(void)state;
	begin(DIGEST_SHA1, sha1_nonce);
	assert_int_equal(final(sha1_first), FAULT_OK);
	for (size_t i = 2; i < 28; i++) {
		char right = text[i];

		text[i] = right == 'A' ? 'B' : 'A';
		assert_int_equal(verify(text), FAULT_AUTH_SERVER_PROOF);
		text[i] = right;
	}
	assert_int_equal(verify(text), FAULT_OK);
	assert_int_equal(verify("v="), FAULT_AUTH_SERVER_PROOF);
	assert_int_equal(verify("v=rmF9pqV8S7suAoZWja4dJRkFsA=="), FAULT_AUTH_SERVER_PROOF);
	assert_int_equal(verify("v=rmF9"), FAULT_AUTH_SERVER_PROOF);
	assert_int_equal(verify("v=rmF9!"), FAULT_PROTOCOL);
	assert_int_equal(verify("rmF9pqV8S7suAoZWja4dJRkFsKQ="), FAULT_PROTOCOL);
	assert_int_equal(verify(""), FAULT_PROTOCOL);
}

static void test_bad_challenges(void **state)
{
	static const struct {
		const char *text;
		enum fault fault;
	} rows[] = {
		{ "", FAULT_PROTOCOL },
		{ "r=", FAULT_PROTOCOL },
		{ "r=fyko+d2lbbFgONRv9qkxdawLx", FAULT_PROTOCOL },
		/* not ours, ours alone, and with what is no letter */
		{ "r=Fyko+d2lbbFgONRv9qkxdawLx,s=QSXC,i=4096", FAULT_PROTOCOL },
		{ "r=fyko+d2lbbFgONRv9qkxdawL,s=QSXC,i=4096", FAULT_PROTOCOL },
		{ "r=fyko+d2lbbFgONRv9qkxdawL x,s=QSXC,i=4096", FAULT_PROTOCOL },
		{ "r=fyko+d2lbbFgONRv9qkxdawLx,s=,i=4096", FAULT_PROTOCOL },
		{ "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSX,i=4096", FAULT_PROTOCOL },
		{ "r=fyko+d2lbbFgONRv9qkxdawLx,i=4096,s=QSXC", FAULT_PROTOCOL },
		{ "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXC,i=0", FAULT_PROTOCOL },
		{ "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXC,i=-1", FAULT_PROTOCOL },
		{ "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXC,i=", FAULT_PROTOCOL },
		{ "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXC,i=1e3", FAULT_PROTOCOL },
		{ "m=x,r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXC,i=4096", FAULT_PROTOCOL },
		{ "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXC,i=100001", FAULT_LIMIT },
		{ "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXC,i=18446744073709551615",
		  FAULT_LIMIT },
		{ "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXC,i=99999999999999999999",
		  FAULT_PROTOCOL },
		{ "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXC,i=1", FAULT_AUTH_UNSUPPORTED },
		{ "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXC,i=4095", FAULT_AUTH_UNSUPPORTED },
		{ "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXC,i=4096", FAULT_OK },
		{ "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXC,i=4096,x=y", FAULT_OK },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(DIGEST_SHA1, sha1_nonce);
		if (final(rows[i].text) != rows[i].fault)
			fail_msg("%s", rows[i].text);
	}
}

static void test_headers(void **state)
{
	(void)state;
	begin(DIGEST_SHA256, "x");
	s.could_bind = true;
	scram_first(&s, view_of("a,b=c"), &b);
	assert_said("y,,n=a=2Cb=3Dc,r=x");
	assert_int_equal(final("r=xy,s=QSXC,i=4096"), FAULT_OK);
	assert_memory_equal(storage, "c=eSws,r=xy,p=", 14);
	s.binding = "tls-exporter";
	memcpy(s.bound, "\0\1\2", 3);
	s.bound_n = 3;
	buffer_clear(&b);
	scram_first(&s, view_of("u"), &b);
	assert_said("p=tls-exporter,,n=u,r=x");
	assert_int_equal(final("r=xy,s=QSXC,i=4096"), FAULT_OK);
	assert_memory_equal(storage, "c=cD10bHMtZXhwb3J0ZXIsLAABAg==,r=xy,p=", 38);
}

static void test_errors(void **state)
{
	struct view error;

	(void)state;
	assert_true(scram_error(view_of("e=invalid-proof"), &error));
	assert_true(view_equal(error, "invalid-proof"));
	assert_false(scram_error(view_of("v=rmF9"), &error));
}

/* Another one each time, and none that a comma could end. */
static void test_nonces(void **state)
{
	char before[sizeof(s.nonce)] = "";

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_true(scram_init(&s, &openssl_digests, DIGEST_SHA256));
		assert_int_equal(strlen(s.nonce), SCRAM_NONCE_MAX);
		assert_null(strchr(s.nonce, ','));
		assert_string_not_equal(s.nonce, before);
		memcpy(before, s.nonce, sizeof(before));
	}
}

/* The longest of all that may come in makes a message that is whole. */
static void test_longest(void **state)
{
	static char user[513], server[SCRAM_MESSAGE_MAX + 2];
	int n;

	(void)state;
	begin(DIGEST_SHA256, sha1_nonce);
	memset(user, '=', 512);
	s.binding = "tls-server-end-point";
	s.bound_n = SCRAM_BOUND_MAX;
	n = snprintf(server, sizeof(server), "r=%s%0300d,s=QSXC,i=4096,x=", sha1_nonce, 0);
	memset(server + n, 'x', (size_t)(SCRAM_MESSAGE_MAX - n));
	assert_int_equal(
	    scram_final(&s, view_of(user), view_of(user), view_of(server), &b).fault,
	    FAULT_OK);
	assert_false(b.full);
	server[SCRAM_MESSAGE_MAX] = 'x';
	assert_int_equal(
	    scram_final(&s, view_of(user), view_of(user), view_of(server), &b).fault,
	    FAULT_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc5802),      cmocka_unit_test(test_rfc7677),
		cmocka_unit_test(test_wrong_proofs), cmocka_unit_test(test_bad_challenges),
		cmocka_unit_test(test_headers),      cmocka_unit_test(test_errors),
		cmocka_unit_test(test_nonces),       cmocka_unit_test(test_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
