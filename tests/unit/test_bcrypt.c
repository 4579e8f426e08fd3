#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bcrypt.h"
#include "web_config.h"

#include <string.h>

/* The vector of crypt_blowfish(3)'s own tests, cost 5. */
#define PASSWORD "U*U"
#define REST     "05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"

static void matches_any_version_of_two(void **state)
{
	(void)state;
	assert_true(bcrypt_matches(PASSWORD, "$2a$" REST));
	assert_true(bcrypt_matches(PASSWORD, "$2b$" REST));
	assert_true(bcrypt_matches(PASSWORD, "$2y$" REST));
	assert_true(bcrypt_matches(PASSWORD, "$2$" REST));
	assert_false(bcrypt_matches("U*V", "$2y$" REST));
	assert_false(bcrypt_matches("", "$2y$" REST));
}

static void what_is_no_hash_matches_nothing(void **state)
{
	char nobody[BCRYPT_TEXT_MAX];
	unsigned cost;

	(void)state;
	assert_false(bcrypt_matches(PASSWORD, "$2y$" REST "x"));
	assert_false(bcrypt_matches(PASSWORD, "$2y$05$CCCCCCCCCCCCCCCCCCC$$.E5YPO9k"));
	assert_false(bcrypt_matches("", "$1$10$abcdefghijklmnopqrstuu5s1s1s1s1s1s1s1s1s1"));
	bcrypt_dummy_hash(4, nobody);
	assert_int_equal(strlen(nobody), 60);
	assert_null(web_config_bcrypt(nobody, &cost));
	assert_int_equal(cost, 4);
	assert_false(bcrypt_matches("", nobody));
	assert_false(bcrypt_matches("mailvane", nobody));
}

static void a_fingerprint_is_of_all_three(void **state)
{
	unsigned char key[FINGERPRINT_KEY_BYTES], one[FINGERPRINT_BYTES],
	    other[FINGERPRINT_BYTES];

	(void)state;
	assert_true(fingerprint_key(key));
	assert_true(fingerprint(key, "a", "b", "c", one));
	assert_true(fingerprint(key, "a", "b", "c", other));
	assert_memory_equal(one, other, sizeof(one));
	assert_true(fingerprint(key, "ab", "", "c", other));
	assert_memory_not_equal(one, other, sizeof(one));
	assert_true(fingerprint(key, "a", "b", "d", other));
	assert_memory_not_equal(one, other, sizeof(one));
	key[0] ^= 1;
	assert_true(fingerprint(key, "a", "b", "c", other));
	assert_memory_not_equal(one, other, sizeof(one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_any_version_of_two),
		cmocka_unit_test(what_is_no_hash_matches_nothing),
		cmocka_unit_test(a_fingerprint_is_of_all_three),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
