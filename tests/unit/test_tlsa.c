#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tlsa.h"

#include <string.h>

#define HEAD            "\x12\x34\x81\xa0\0\1\0"
#define ASKED           "\0\0\0\0\1m\4test\0\0\x34\0\1"
#define RECORD(n, data) "\xc0\x0c\0\x34\0\1\0\0\0\x3c\0" n data
#define DIGEST          "0123456789abcdef0123456789abcdef"
#define MESSAGE(text)                                                                      \
	{                                                                                  \
		text, sizeof(text) - 1                                                     \
	}

static struct tlsa_set *read_set(struct view message)
{
	struct dns_answer a;

	assert_int_equal(dns_answer_read(message, "m.test", DNS_TLSA, &a), DNS_SENSE);
	return tlsa_set_new(&a);
}

static void reads_records(void **state)
{
	static const struct view two = MESSAGE(
	    HEAD "\2" ASKED RECORD("\x23", "\3\1\1" DIGEST) RECORD("\4", "\2\0\0x"));
	static const struct view none = MESSAGE(HEAD "\0" ASKED);
	static const struct view cut = MESSAGE(HEAD "\1" ASKED RECORD("\2", "\3\1"));
	struct tlsa_set *set = read_set(two);

	(void)state;
	assert_int_equal(set->count, 2);
	assert_int_equal(set->list[0].usage, TLSA_DANE_EE);
	assert_int_equal(set->list[0].selector, TLSA_KEY);
	assert_int_equal(set->list[0].matching, TLSA_SHA256);
	assert_int_equal(set->list[0].data.n, 32);
	assert_memory_equal(set->list[0].data.p, DIGEST, 32);
	assert_int_equal(set->list[1].usage, TLSA_DANE_TA);
	assert_int_equal(set->list[1].data.n, 1);
	assert_ptr_equal(tlsa_set_hold(set), set);
	tlsa_set_release(set);
	tlsa_set_release(set);
	tlsa_set_release(NULL);
	assert_null(tlsa_set_hold(NULL));
	set = read_set(none);
	assert_int_equal(set->count, 0);
	tlsa_set_release(set);
	assert_null(read_set(cut));
}

static void knows_what_is_usable(void **state)
{
	static const struct {
		uint8_t usage, selector, matching;
		size_t n;
		bool usable;
	} cases[] = {
		{ 3, 1, 1, 32, true },  { 3, 0, 2, 64, true },    { 2, 0, 0, 500, true },
		{ 2, 1, 1, 32, true },  { 3, 1, 1, 31, false },   { 3, 1, 2, 32, false },
		{ 3, 1, 0, 0, false },  { 0, 1, 1, 32, false },   { 1, 1, 1, 32, false },
		{ 4, 1, 1, 32, false }, { 255, 1, 1, 32, false }, { 3, 2, 1, 32, false },
		{ 3, 1, 3, 32, false },
	};
	static const char data[500];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tlsa t = { cases[i].usage,
				  cases[i].selector,
				  cases[i].matching,
				  { data, cases[i].n } };

		assert_int_equal(tlsa_usable(&t), cases[i].usable);
	}
}

static void names_the_place(void **state)
{
	char name[DNS_NAME_MAX], host[DNS_NAME_MAX];

	(void)state;
	assert_true(tlsa_name("mx.example", 25, name));
	assert_string_equal(name, "_25._tcp.mx.example.");
	assert_true(tlsa_name("mx.example.", 587, name));
	assert_string_equal(name, "_587._tcp.mx.example.");
	memset(host, 'a', sizeof(host));
	host[250] = '\0';
	assert_false(tlsa_name(host, 25, name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_records),
		cmocka_unit_test(knows_what_is_usable),
		cmocka_unit_test(names_the_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
