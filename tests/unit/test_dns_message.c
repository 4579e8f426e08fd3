#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns_message.h"

#include <stdlib.h>
#include <string.h>

/* The header of an answer with that many records, and a question for A of "a.test". */
#define ANSWER(flags, code, records) "\x12\x34" flags code "\0\1\0" records "\0\0\0\0"
#define ASKED                        "\1a\4test\0\0\1\0\1"
#define HERE                         "\xc0\x0c"
/* A record of class IN with a TTL of 60 s. */
#define A_OF(owner, last)            owner "\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2" last
#define CNAME_OF(owner, n, to)       owner "\0\5\0\1\0\0\0\x0a\0" n to
#define MESSAGE(text)                                                                      \
	{                                                                                  \
		text, sizeof(text) - 1                                                     \
	}

static void asks(void **state)
{
	static const char wanted[] =
	    "\xab\xcd\1\x20\0\1\0\0\0\0\0\0\3_25\4_tcp\2mx\4test\0\0\x34\0\1";
	unsigned char question[DNS_QUESTION_MAX];
	char name[300];

	(void)state;
	assert_int_equal(dns_question(question, 0xabcd, "_25._tcp.mx.test", DNS_TLSA, true),
			 sizeof(wanted) - 1);
	assert_memory_equal(question, wanted, sizeof(wanted) - 1);
	/* A dot at the end changes nothing, and nobody is asked for AD unasked. */
	assert_int_equal(dns_question(question, 1, "a.test.", DNS_A, false), 12 + 8 + 4);
	assert_int_equal(question[3], 0);
	assert_int_equal(dns_question(question, 1, "a..test", DNS_A, false), 0);
	memset(name, 'a', sizeof(name));
	name[64] = '\0';
	assert_int_equal(dns_question(question, 1, name, DNS_A, false), 0);
	for (size_t i = 63; i < sizeof(name) - 1; i += 64)
		name[i] = '.';
	name[64] = 'a';
	name[253] = '\0';
	assert_int_equal(dns_question(question, 1, name, DNS_A, false), DNS_QUESTION_MAX);
	name[253] = 'a';
	name[254] = '\0';
	assert_int_equal(dns_question(question, 1, name, DNS_A, false), 0);
}

static void reads_answers(void **state)
{
	/* clang-format off */
	static const struct {
		struct view message;
		enum dns_sense sense;
		enum dns_rcode rcode;
		unsigned records, ttl;
		const char *name;
	} cases[] = {
		{ MESSAGE(ANSWER("\x81", "\x80", "\2") ASKED A_OF(HERE, "\1") A_OF("\1A\4TesT\0", "\2")),
		  DNS_SENSE, DNS_NOERROR, 2, 60, "a.test" },
		{ MESSAGE(ANSWER("\x81", "\x80", "\0") ASKED), DNS_SENSE, DNS_NOERROR, 0, INT32_MAX, "a.test" },
		{ MESSAGE(ANSWER("\x81", "\x83", "\0") ASKED), DNS_SENSE, DNS_NXDOMAIN, 0, INT32_MAX, "a.test" },
		/* Aliases in any order, the last of them counts; a stranger's records do not. */
		{ MESSAGE(ANSWER("\x81", "\x80", "\4") ASKED A_OF("\1c\xc0\x0e", "\1") CNAME_OF("\1b\xc0\x0e", "\4", "\1c\xc0\x0e")
			CNAME_OF(HERE, "\4", "\1b\xc0\x0e") A_OF("\1x\xc0\x0e", "\2")),
		  DNS_SENSE, DNS_NOERROR, 1, 10, "c.test" },
		{ MESSAGE(ANSWER("\x81", "\x80", "\1") ASKED CNAME_OF(HERE, "\2", HERE)),
		  DNS_ALIAS_LOOP, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\2") ASKED CNAME_OF(HERE, "\4", "\1b\xc0\x0e")
			CNAME_OF("\1b\xc0\x0e", "\2", HERE)), DNS_ALIAS_LOOP, 0, 0, 0, NULL },
		/* A truncated one need not have what it announces. */
		{ MESSAGE(ANSWER("\x83", "\x80", "\7") ASKED), DNS_SENSE, DNS_NOERROR, 0, INT32_MAX, "a.test" },
		/* A server that cannot read a question does not repeat it. */
		{ MESSAGE("\x12\x34\x81\x81\0\0\0\0\0\0\0\0"), DNS_SENSE, DNS_FORMERR, 0, INT32_MAX, "a.test" },

		{ MESSAGE(""), DNS_NONSENSE, 0, 0, 0, NULL },
		{ MESSAGE("\x12\x34\x81\x80\0\1\0\0\0\0\0"), DNS_NONSENSE, 0, 0, 0, NULL },
		{ MESSAGE("\x12\x34\x81\x80\0\0\0\0\0\0\0\0"), DNS_NONSENSE, 0, 0, 0, NULL },
		/* A question, to another name, of another type, of another class. */
		{ MESSAGE(ANSWER("\x01", "\x80", "\0") ASKED), DNS_NONSENSE, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\0") "\1b\4test\0\0\1\0\1"), DNS_NONSENSE, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\0") "\1a\4test\0\0\x1c\0\1"), DNS_NONSENSE, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\0") "\1a\4test\0\0\1\0\3"), DNS_NONSENSE, 0, 0, 0, NULL },
		/* Fewer records than announced; longer than the message; pointers to themselves, forward, to each other. */
		{ MESSAGE(ANSWER("\x81", "\x80", "\2") ASKED A_OF(HERE, "\1")), DNS_NONSENSE, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\1") ASKED HERE "\0\1\0\1\0\0\0\x3c\0\5\xc0\0\2\1"), DNS_NONSENSE, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\1") ASKED A_OF("\xc0\x18", "\1")), DNS_NONSENSE, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\1") ASKED A_OF("\xc0\x20", "\1")), DNS_NONSENSE, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\1") ASKED A_OF("\1b\xc0\x18", "\1")), DNS_NONSENSE, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\1") ASKED A_OF("\x41" "b\0", "\1")), DNS_NONSENSE, 0, 0, 0, NULL },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct dns_answer a = { 0 };
		unsigned records = 0;
		struct view rdata;
		size_t at = 0;

		assert_int_equal(dns_answer_read(cases[i].message, "A.test.", DNS_A, &a),
				 cases[i].sense);
		if (cases[i].sense != DNS_SENSE)
			continue;
		assert_int_equal(a.rcode, cases[i].rcode);
		assert_int_equal(a.ttl, cases[i].ttl);
		assert_string_equal(a.name, cases[i].name);
		while (dns_answer_next(&a, &at, &rdata)) {
			records++;
			assert_int_equal(rdata.n, 4);
		}
		assert_int_equal(records, cases[i].records);
	}
}

static void reads_flags(void **state)
{
	static const struct view signed_one =
	    MESSAGE(ANSWER("\x81", "\xa0", "\1") ASKED A_OF(HERE, "\1"));
	static const struct view old = MESSAGE(ANSWER("\x81", "\x80", "\1") ASKED HERE
					       "\0\1\0\1\x80\0\0\0\0\4\xc0\0\2\1");
	struct dns_answer a;

	(void)state;
	assert_int_equal(dns_answer_read(signed_one, "a.test", DNS_A, &a), DNS_SENSE);
	assert_true(a.authentic);
	assert_false(a.truncated);
	assert_int_equal(dns_answer_read(old, "a.test", DNS_A, &a), DNS_SENSE);
	assert_false(a.authentic);
	assert_int_equal(a.ttl, 0);
}

/* Names of others are text that can be told apart, whatever is in them. */
static void spells_odd_names(void **state)
{
	static const struct view odd = MESSAGE(ANSWER("\x81", "\x80", "\2") ASKED CNAME_OF(
	    HERE, "\6", "\3a.\xff\xc0\x0e") A_OF("\3a.\xff\xc0\x0e", "\1"));
	struct dns_answer a;
	struct view rdata;
	size_t at = 0;

	(void)state;
	assert_int_equal(dns_answer_read(odd, "a.test", DNS_A, &a), DNS_SENSE);
	assert_string_equal(a.name, "a\\046\\255.test");
	assert_true(dns_answer_next(&a, &at, &rdata));
}

/* However many records come, there is an end to the work. */
static void looks_at_so_many_only(void **state)
{
	enum { MANY = 4000, SIZE = 16 };
	static const char head[] = ANSWER("\x81", "\x80", "\0") ASKED,
			  record[] = A_OF(HERE, "\1");
	size_t n = sizeof(head) - 1, at = 0;
	char *message = malloc(n + (size_t)MANY * SIZE);
	unsigned records = 0;
	struct dns_answer a;
	struct view rdata;

	(void)state;
	assert_int_equal(sizeof(record) - 1, SIZE);
	memcpy(message, head, n);
	message[6] = MANY >> 8;
	message[7] = (char)(MANY & 0xff);
	for (int i = 0; i < MANY; i++, n += SIZE)
		memcpy(message + n, record, SIZE);
	assert_int_equal(dns_answer_read((struct view){ message, n }, "a.test", DNS_A, &a),
			 DNS_SENSE);
	while (dns_answer_next(&a, &at, &rdata))
		records++;
	assert_int_equal(records, 256);
	free(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks),
		cmocka_unit_test(reads_answers),
		cmocka_unit_test(reads_flags),
		cmocka_unit_test(spells_odd_names),
		cmocka_unit_test(looks_at_so_many_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
