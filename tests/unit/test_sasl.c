/* Which way in is taken, and that at most one guard is true. */
#include "sasl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct dialogue_room room;
static char output[DIALOGUE_OUTPUT_MAX];

static struct dialogue_terms terms;
static struct dialogue d;

static void begin(enum tls_mode tls, enum trust trust, unsigned flags)
{
	terms = (struct dialogue_terms){
		.protocol = &pop3_protocol,
		.tls = tls,
		.us = "x",
		.user = "joe",
		.password = "secret",
		.flags = flags,
	};
	dialogue_init(&d, &terms, &room, output);
	dialogue_start(&d, trust);
}

/* "plain", "login", "command", "barred" or "none". */
static const char *way(uint32_t learned)
{
	int ways;

	d.learned = learned;
	ways =
	    sasl_by_plain(&d) + sasl_by_login(&d) + sasl_by_command(&d) + sasl_barred(&d);
	assert_true(ways <= 1);
	return sasl_by_plain(&d)     ? "plain"
	       : sasl_by_login(&d)   ? "login"
	       : sasl_by_command(&d) ? "command"
	       : sasl_barred(&d)     ? "barred"
				     : "none";
}

static void test_best_is_taken(void **state)
{
	(void)state;
	begin(TLS_MODE_IMPLICIT, TRUST_VERIFIED, 0);
	assert_string_equal(way(LEARNED_PLAIN | LEARNED_LOGIN | LEARNED_COMMAND), "plain");
	assert_string_equal(way(LEARNED_LOGIN | LEARNED_COMMAND), "login");
	assert_string_equal(way(LEARNED_COMMAND), "command");
	assert_string_equal(way(LEARNED_STARTTLS), "barred");
	assert_string_equal(way(LEARNED_INSIDE | LEARNED_PLAIN), "none");
	terms.user = NULL;
	assert_string_equal(way(LEARNED_PLAIN), "none");
	assert_false(sasl_inside(&d));
}

static void test_where(void **state)
{
	(void)state;
	begin(TLS_MODE_IMPLICIT, TRUST_NONE, 0);
	assert_string_equal(way(LEARNED_PLAIN), "none");
	begin(TLS_MODE_IMPLICIT, TRUST_NONE, DIALOGUE_PLAINTEXT_LOGIN);
	assert_string_equal(way(LEARNED_PLAIN), "none");
	begin(TLS_MODE_IMPLICIT, TRUST_NONE, DIALOGUE_UNVERIFIED_LOGIN);
	assert_string_equal(way(LEARNED_PLAIN), "plain");
	begin(TLS_MODE_OPPORTUNISTIC, TRUST_NONE, DIALOGUE_UNVERIFIED_LOGIN);
	assert_string_equal(way(LEARNED_PLAIN), "barred");
	begin(TLS_MODE_OPPORTUNISTIC, TRUST_VERIFIED, 0);
	assert_string_equal(way(LEARNED_PLAIN), "barred");
	begin(TLS_MODE_OPPORTUNISTIC, TRUST_NONE, DIALOGUE_PLAINTEXT_LOGIN);
	assert_string_equal(way(LEARNED_PLAIN), "plain");
	/* TLS required is required, whatever else is allowed. */
	begin(TLS_MODE_STARTTLS, TRUST_NONE,
	      DIALOGUE_PLAINTEXT_LOGIN | DIALOGUE_UNVERIFIED_LOGIN);
	assert_string_equal(way(LEARNED_PLAIN), "barred");
	assert_false(sasl_may_send(&d));
}

static void test_sizes(void **state)
{
	(void)state;
	begin(TLS_MODE_NONE, TRUST_NONE, 0);
	assert_int_equal(sasl_plain_size(&d), strlen("AGpvZQBzZWNyZXQ="));
	terms.password = "secrets";
	assert_int_equal(sasl_plain_size(&d), strlen("AGpvZQBzZWNyZXRz"));
	terms.password = NULL;
	assert_int_equal(sasl_plain_size(&d), strlen("AGpvZQA="));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_best_is_taken),
		cmocka_unit_test(test_where),
		cmocka_unit_test(test_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
