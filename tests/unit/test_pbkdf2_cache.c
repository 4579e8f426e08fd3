/* test_pbkdf2_cache.c - a key is stretched once, and never taken for another's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "openssl_digests.h"
#include "pbkdf2_cache.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static struct pbkdf2_inputs params_of(enum digest digest, const char *password,
				      const char *salt, unsigned iterations)
{
	return (struct pbkdf2_inputs){ digest, view_of(password), view_of(salt),
				       iterations };
}

static bool is_kept(const struct pbkdf2_inputs *s)
{
	uint8_t key[DIGEST_MAX];

	return pbkdf2_cache_find(s, key);
}

static void stretch(const struct pbkdf2_inputs *s, uint8_t key[DIGEST_MAX])
{
	memset(key, 0, DIGEST_MAX);
	assert_true(
	    openssl_digests.stretch(s->digest, s->password, s->salt, s->iterations, key));
}

/* RFC 7914 section 11: "passwd", "salt", 1. */
static void a_key_is_the_same_the_second_time(void **state)
{
	static const uint8_t rfc[] = { 0x55, 0xac, 0x04, 0x6e, 0x56, 0xe3, 0x08, 0x9f };
	struct pbkdf2_inputs s = params_of(DIGEST_SHA256, "passwd", "salt", 1);
	uint8_t first[DIGEST_MAX], second[DIGEST_MAX];

	(void)state;
	assert_false(is_kept(&s));
	stretch(&s, first);
	assert_memory_equal(first, rfc, sizeof(rfc));
	assert_true(is_kept(&s));
	stretch(&s, second);
	assert_memory_equal(first, second, sizeof(first));
}

static void whatever_differs_is_another(void **state)
{
	struct pbkdf2_inputs s = params_of(DIGEST_SHA256, "ab", "cd", 4096);
	const struct pbkdf2_inputs others[] = {
		params_of(DIGEST_SHA1, "ab", "cd", 4096),
		params_of(DIGEST_SHA256, "a", "cd", 4096),
		params_of(DIGEST_SHA256, "a", "bcd", 4096),
		params_of(DIGEST_SHA256, "abc", "d", 4096),
		params_of(DIGEST_SHA256, "ab", "ce", 4096),
		params_of(DIGEST_SHA256, "ab", "cd", 4097),
		params_of(DIGEST_SHA256, "ab", "", 4096),
		params_of(DIGEST_SHA256, "", "cd", 4096),
	};
	uint8_t key[DIGEST_MAX];

	(void)state;
	stretch(&s, key);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_false(is_kept(&others[i]));
	assert_true(is_kept(&s));
}

/* A server with another salt each time drives out what is of no use, not what is. */
static void the_one_in_use_stays(void **state)
{
	struct pbkdf2_inputs used = params_of(DIGEST_SHA256, "used", "salt", 4),
			     idle = params_of(DIGEST_SHA256, "idle", "salt", 4);
	uint8_t key[DIGEST_MAX];

	(void)state;
	stretch(&used, key);
	stretch(&idle, key);
	for (unsigned i = 0; i < 3 * PBKDF2_CACHE_MAX; i++) {
		char salt[16];
		struct pbkdf2_inputs s;

		snprintf(salt, sizeof(salt), "%u", i);
		s = params_of(DIGEST_SHA256, "x", salt, 1);
		stretch(&s, key);
		assert_true(is_kept(&s));
		assert_true(is_kept(&used));
	}
	assert_false(is_kept(&idle));
}

static void *in_thread(void *s)
{
	uint8_t key[DIGEST_MAX];
	bool before = is_kept(s);

	stretch(s, key);
	return before ? NULL : s;
}

static void each_thread_has_its_own(void **state)
{
	struct pbkdf2_inputs s = params_of(DIGEST_SHA1, "mine", "salt", 2);
	uint8_t key[DIGEST_MAX];
	pthread_t thread;
	void *returned;

	(void)state;
	stretch(&s, key);
	assert_int_equal(pthread_create(&thread, NULL, in_thread, &s), 0);
	assert_int_equal(pthread_join(thread, &returned), 0);
	assert_ptr_equal(returned, &s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_the_same_the_second_time),
		cmocka_unit_test(whatever_differs_is_another),
		cmocka_unit_test(the_one_in_use_stays),
		cmocka_unit_test(each_thread_has_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
