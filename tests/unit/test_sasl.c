/* Which way in is taken, and that at most one guard is true. */
#include "sasl.h"

#include "openssl_digests.h"
#include "sasl_mechanisms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct dialogue_buffers room;
static char output[DIALOGUE_OUTPUT_MAX];

static struct dialogue_params params;
static struct dialogue d;

static void begin(enum tls_mode tls, enum trust trust, unsigned flags)
{
	params = (struct dialogue_params){
		.protocol = &pop3_protocol,
		.tls = tls,
		.ehlo_name = "x",
		.user = "joe",
		.password = "secret",
		.flags = flags,
	};
	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, trust);
}

#define SASL(name) LEARNED_MECHANISM(MECHANISM_##name)
#define PLAIN      SASL(PLAIN)
#define LOGIN      SASL(LOGIN)

/* The name of a mechanism, "command", "barred" or "none". */
static const char *way(uint32_t learned)
{
	int ways;

	d.learned = learned;
	ways = sasl_initial_response_fits(&d, 100) +
	       sasl_initial_response_too_long(&d, 100) + sasl_server_speaks_first(&d) +
	       sasl_by_command(&d) + sasl_not_possible(&d);
	assert_true(ways <= 1);
	assert_int_equal(sasl_exchange_continues(&d),
			 sasl_initial_response_fits(&d, 100) +
			     sasl_initial_response_too_long(&d, 100) +
			     sasl_server_speaks_first(&d));
	return sasl_exchange_continues(&d) ? mechanism_name(sasl_mechanism(&d))
	       : sasl_by_command(&d)       ? "command"
	       : sasl_not_possible(&d)     ? "barred"
					   : "none";
}

static struct sasl_exchange exchange;

static struct sasl_exchange *provide_exchange(void *user)
{
	(void)user;
	return &exchange;
}

static const char *binding;

static const char *bind_test(void *user, struct buffer *ret_bytes)
{
	(void)user;
	buffer_text(ret_bytes, "bytes");
	return binding;
}

static const struct sasl_support sasl_support = { &openssl_digests, provide_exchange,
						  bind_test };

static void test_best_is_taken(void **state)
{
	(void)state;
	begin(TLS_MODE_IMPLICIT, TRUST_VERIFIED, 0);
	assert_string_equal(way(PLAIN | LOGIN | LEARNED_LOGIN_COMMAND), "PLAIN");
	assert_string_equal(way(LOGIN | LEARNED_LOGIN_COMMAND), "LOGIN");
	assert_string_equal(way(LEARNED_LOGIN_COMMAND), "command");
	assert_string_equal(way(LEARNED_STARTTLS), "barred");
	assert_string_equal(way(LEARNED_LOGGED_IN | PLAIN), "none");
	params.user = NULL;
	assert_string_equal(way(PLAIN), "none");
	assert_false(sasl_logged_in(&d));
}

static void test_where(void **state)
{
	(void)state;
	begin(TLS_MODE_IMPLICIT, TRUST_NONE, 0);
	assert_string_equal(way(PLAIN), "none");
	begin(TLS_MODE_IMPLICIT, TRUST_NONE, DIALOGUE_PLAINTEXT_LOGIN);
	assert_string_equal(way(PLAIN), "none");
	begin(TLS_MODE_IMPLICIT, TRUST_NONE, DIALOGUE_UNVERIFIED_LOGIN);
	assert_string_equal(way(PLAIN), "PLAIN");
	begin(TLS_MODE_OPPORTUNISTIC, TRUST_NONE, DIALOGUE_UNVERIFIED_LOGIN);
	assert_string_equal(way(PLAIN), "barred");
	begin(TLS_MODE_OPPORTUNISTIC, TRUST_VERIFIED, 0);
	assert_string_equal(way(PLAIN), "barred");
	begin(TLS_MODE_OPPORTUNISTIC, TRUST_NONE, DIALOGUE_PLAINTEXT_LOGIN);
	assert_string_equal(way(PLAIN), "PLAIN");
	/* TLS required is required, whatever else is allowed. */
	begin(TLS_MODE_STARTTLS, TRUST_NONE,
	      DIALOGUE_PLAINTEXT_LOGIN | DIALOGUE_UNVERIFIED_LOGIN);
	assert_string_equal(way(PLAIN), "barred");
	assert_false(sasl_may_send(&d));
}

/* In the order of the enum, with what is needed for each. */
static void test_order(void **state)
{
	uint32_t all = LEARNED_LOGIN_COMMAND;

	(void)state;
	for (enum mechanism m = MECHANISM_BEST + 1; m < MECHANISM_COUNT; m++)
		all |= LEARNED_MECHANISM(m);
	begin(TLS_MODE_IMPLICIT, TRUST_VERIFIED, 0);
	assert_string_equal(way(all), "PLAIN");
	params.sasl_support = &sasl_support;
	binding = NULL;
	assert_string_equal(way(all), "SCRAM-SHA-256");
	assert_string_equal(way(all & ~SASL(SCRAM_SHA_256)), "SCRAM-SHA-1");
	binding = "tls-exporter";
	assert_string_equal(way(all), "SCRAM-SHA-256-PLUS");
	/* Cyrus binds by another one, but for TLS 1.2. */
	assert_string_equal(way(all | LEARNED_TLS_UNIQUE), "SCRAM-SHA-256");
	binding = "tls-server-end-point";
	assert_string_equal(way(all), "SCRAM-SHA-256-PLUS");
	assert_string_equal(way(all | LEARNED_TLS_UNIQUE), "SCRAM-SHA-256");
	binding = "tls-unique";
	assert_string_equal(way(all | LEARNED_TLS_UNIQUE), "SCRAM-SHA-256-PLUS");
	assert_string_equal(way(SASL(CRAM_MD5) | PLAIN), "CRAM-MD5");
	assert_string_equal(way(SASL(SCRAM_SHA_1) | SASL(CRAM_MD5)), "SCRAM-SHA-1");
	params.flags = DIALOGUE_TOKEN;
	assert_string_equal(way(all), "OAUTHBEARER");
	assert_string_equal(way(SASL(XOAUTH2) | PLAIN | LEARNED_LOGIN_COMMAND), "XOAUTH2");
	assert_string_equal(way(PLAIN | LEARNED_LOGIN_COMMAND), "barred");
	/* No login in clear, however little it shows. */
	begin(TLS_MODE_OPPORTUNISTIC, TRUST_NONE, 0);
	params.sasl_support = &sasl_support;
	assert_string_equal(way(all), "barred");
}

static void test_wish(void **state)
{
	(void)state;
	begin(TLS_MODE_IMPLICIT, TRUST_VERIFIED, 0);
	params.sasl_support = &sasl_support;
	params.mechanism = MECHANISM_LOGIN;
	assert_string_equal(way(PLAIN | LOGIN | SASL(SCRAM_SHA_256)), "LOGIN");
	assert_string_equal(way(PLAIN | LEARNED_LOGIN_COMMAND), "barred");
	sasl_fail_not_possible(&d, NULL);
	assert_string_equal(dialogue_outcome(&d)->text, "the server does not offer LOGIN");
	begin(TLS_MODE_IMPLICIT, TRUST_VERIFIED, 0);
	assert_string_equal(way(SASL(EXTERNAL)), "barred");
	params.mechanism = MECHANISM_EXTERNAL;
	assert_string_equal(way(SASL(EXTERNAL) | PLAIN), "EXTERNAL");
	params.mechanism = MECHANISM_SCRAM_SHA_1_PLUS;
	assert_string_equal(way(SASL(SCRAM_SHA_1_PLUS)), "barred");
	sasl_fail_not_possible(&d, NULL);
	assert_string_equal(dialogue_outcome(&d)->text,
			    "SCRAM-SHA-1-PLUS cannot be used here");
}

/* "AGpvZQBzZWNyZXQ=" */
static void test_sizes(void **state)
{
	(void)state;
	begin(TLS_MODE_IMPLICIT, TRUST_VERIFIED, 0);
	d.learned = PLAIN;
	assert_true(sasl_initial_response_fits(&d, 16));
	assert_false(sasl_initial_response_fits(&d, 15));
	assert_true(sasl_initial_response_too_long(&d, 15));
	params.password = "secretss";
	assert_false(sasl_initial_response_fits(&d, 16));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_best_is_taken), cmocka_unit_test(test_where),
		cmocka_unit_test(test_order),         cmocka_unit_test(test_wish),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
