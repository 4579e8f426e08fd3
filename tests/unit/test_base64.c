#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base64.h"

#include <string.h>

/* RFC 4648 section 10, and the SASL PLAIN message of RFC 4616 in the form mail uses. */
static const struct {
	struct view raw;
	const char *text;
} pairs[] = {
	{ { "", 0 }, "" },
	{ { "f", 1 }, "Zg==" },
	{ { "fo", 2 }, "Zm8=" },
	{ { "foo", 3 }, "Zm9v" },
	{ { "foob", 4 }, "Zm9vYg==" },
	{ { "fooba", 5 }, "Zm9vYmE=" },
	{ { "foobar", 6 }, "Zm9vYmFy" },
	{ { "\0tim\0tanstaaftanstaaf", 21 }, "AHRpbQB0YW5zdGFhZnRhbnN0YWFm" },
	{ { "\xff\xfe\xfb\xf0", 4 }, "//778A==" },
};

static void both_ways(void **state)
{
	char storage[64];
	struct buffer b;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		buffer_init(&b, storage, sizeof(storage));
		assert_true(base64_encode(&b, pairs[i].raw));
		assert_int_equal(b.n, strlen(pairs[i].text));
		assert_memory_equal(b.p, pairs[i].text, b.n);
		buffer_clear(&b);
		assert_true(base64_decode(&b, view_of(pairs[i].text)));
		assert_int_equal(b.n, pairs[i].raw.n);
		assert_memory_equal(b.p, pairs[i].raw.p, b.n);
	}
}

static void refuses_what_is_not_base64(void **state)
{
	static const char *const bad[] = {
		"Z",        "Zg",        "Zg=",  "Zg=a",     "Z===",         "====",
		"=g==",     "Zh==",      "Zm9=", "Zm9v=",    " Zg==",        "Zg==\n",
		"Zg==Zg==", "Zm9v Zm9v", "Zm-_", "Zm9vZm=v", "Zm9vZm9vZh==",
	};
	char storage[64];
	struct buffer b;

	(void)state;
	buffer_init(&b, storage, sizeof(storage));
	buffer_text(&b, "kept");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_false(base64_decode(&b, view_of(bad[i])));
		assert_true(view_equal(buffer_view(&b), "kept"));
	}
}

static void adds_nothing_that_does_not_fit(void **state)
{
	char storage[7];
	struct buffer b;

	(void)state;
	buffer_init(&b, storage, sizeof(storage));
	assert_true(base64_encode(&b, view_of("abc")));
	assert_false(base64_encode(&b, view_of("a")));
	assert_true(b.full);
	assert_int_equal(b.n, 4);
	buffer_clear(&b);
	assert_true(base64_decode(&b, view_of("Zm9vYmFy")));
	assert_false(base64_decode(&b, view_of("Zm9v")));
	assert_true(b.full);
	assert_int_equal(b.n, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways),
		cmocka_unit_test(refuses_what_is_not_base64),
		cmocka_unit_test(adds_nothing_that_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
