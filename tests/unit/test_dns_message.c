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
		enum dns_answer_status sense;
		enum dns_rcode rcode;
		unsigned records, ttl;
		const char *name;
	} cases[] = {
		{ MESSAGE(ANSWER("\x81", "\x80", "\2") ASKED A_OF(HERE, "\1") A_OF("\1A\4TesT\0", "\2")),
		  DNS_ANSWER_VALID, DNS_NOERROR, 2, 60, "a.test" },
		{ MESSAGE(ANSWER("\x81", "\x80", "\0") ASKED), DNS_ANSWER_VALID, DNS_NOERROR, 0, INT32_MAX, "a.test" },
		{ MESSAGE(ANSWER("\x81", "\x83", "\0") ASKED), DNS_ANSWER_VALID, DNS_NXDOMAIN, 0, INT32_MAX, "a.test" },
		/* Aliases in any order, the last of them counts; a stranger's records do not. */
		{ MESSAGE(ANSWER("\x81", "\x80", "\4") ASKED A_OF("\1c\xc0\x0e", "\1") CNAME_OF("\1b\xc0\x0e", "\4", "\1c\xc0\x0e")
			CNAME_OF(HERE, "\4", "\1b\xc0\x0e") A_OF("\1x\xc0\x0e", "\2")),
		  DNS_ANSWER_VALID, DNS_NOERROR, 1, 10, "c.test" },
		{ MESSAGE(ANSWER("\x81", "\x80", "\1") ASKED CNAME_OF(HERE, "\2", HERE)),
		  DNS_ANSWER_ALIAS_LOOP, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\2") ASKED CNAME_OF(HERE, "\4", "\1b\xc0\x0e")
			CNAME_OF("\1b\xc0\x0e", "\2", HERE)), DNS_ANSWER_ALIAS_LOOP, 0, 0, 0, NULL },
		/* A truncated one need not have what it announces. */
		{ MESSAGE(ANSWER("\x83", "\x80", "\7") ASKED), DNS_ANSWER_VALID, DNS_NOERROR, 0, INT32_MAX, "a.test" },
		/* A server that cannot read a question does not repeat it. */
		{ MESSAGE("\x12\x34\x81\x81\0\0\0\0\0\0\0\0"), DNS_ANSWER_VALID, DNS_FORMERR, 0, INT32_MAX, "a.test" },

		{ MESSAGE(""), DNS_ANSWER_FOREIGN, 0, 0, 0, NULL },
		{ MESSAGE("\x12\x34\x81\x80\0\1\0\0\0\0\0"), DNS_ANSWER_FOREIGN, 0, 0, 0, NULL },
		{ MESSAGE("\x12\x34\x81\x80\0\0\0\0\0\0\0\0"), DNS_ANSWER_FOREIGN, 0, 0, 0, NULL },
		/* A question, to another name, of another type, of another class. */
		{ MESSAGE(ANSWER("\x01", "\x80", "\0") ASKED), DNS_ANSWER_FOREIGN, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\0") "\1b\4test\0\0\1\0\1"), DNS_ANSWER_FOREIGN, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\0") "\1a\4test\0\0\x1c\0\1"), DNS_ANSWER_FOREIGN, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\0") "\1a\4test\0\0\1\0\3"), DNS_ANSWER_FOREIGN, 0, 0, 0, NULL },
		/* Fewer records than announced; longer than the message; pointers to themselves, forward, to each other. */
		{ MESSAGE(ANSWER("\x81", "\x80", "\2") ASKED A_OF(HERE, "\1")), DNS_ANSWER_MALFORMED, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\1") ASKED HERE "\0\1\0\1\0\0\0\x3c\0\5\xc0\0\2\1"), DNS_ANSWER_MALFORMED, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\1") ASKED A_OF("\xc0\x18", "\1")), DNS_ANSWER_MALFORMED, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\1") ASKED A_OF("\xc0\x20", "\1")), DNS_ANSWER_MALFORMED, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\1") ASKED A_OF("\1b\xc0\x18", "\1")), DNS_ANSWER_MALFORMED, 0, 0, 0, NULL },
		{ MESSAGE(ANSWER("\x81", "\x80", "\1") ASKED A_OF("\x41" "b\0", "\1")), DNS_ANSWER_MALFORMED, 0, 0, 0, NULL },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct dns_answer a;

		assert_int_equal(dns_answer_read(cases[i].message, "A.test.", DNS_A, &a),
				 cases[i].sense);
		if (cases[i].sense != DNS_ANSWER_VALID)
			continue;
		assert_int_equal(a.rcode, cases[i].rcode);
		assert_int_equal(a.ttl, cases[i].ttl);
		assert_string_equal(a.name, cases[i].name);
		assert_int_equal(a.count, cases[i].records);
		for (unsigned j = 0; j < a.count; j++)
			assert_int_equal(dns_answer_rdata(&a, j).n, 4);
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
	assert_int_equal(dns_answer_read(signed_one, "a.test", DNS_A, &a),
			 DNS_ANSWER_VALID);
	assert_true(a.authentic);
	assert_false(a.truncated);
	assert_int_equal(dns_answer_read(old, "a.test", DNS_A, &a), DNS_ANSWER_VALID);
	assert_false(a.authentic);
	assert_int_equal(a.ttl, 0);
}

/* Names of others are text that can be told apart, whatever is in them. */
static void spells_odd_names(void **state)
{
	static const struct view odd = MESSAGE(ANSWER("\x81", "\x80", "\2") ASKED CNAME_OF(
	    HERE, "\6", "\3a.\xff\xc0\x0e") A_OF("\3a.\xff\xc0\x0e", "\1"));
	struct dns_answer a;

	(void)state;
	assert_int_equal(dns_answer_read(odd, "a.test", DNS_A, &a), DNS_ANSWER_VALID);
	assert_string_equal(a.name, "a\\046\\255.test");
	assert_int_equal(a.count, 1);
}

/* A message that grows. */
struct made {
	char p[65536];
	size_t n;
};

static void put_bytes(struct made *m, const char *bytes, size_t n)
{
	assert_true(m->n + n <= sizeof(m->p));
	memcpy(m->p + m->n, bytes, n);
	m->n += n;
}

#define PUT(made, text) put_bytes(made, text, sizeof(text) - 1)

static struct made *made_new(unsigned records)
{
	struct made *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	PUT(m, ANSWER("\x81", "\x80", "\0") ASKED);
	m->p[6] = (char)(records >> 8);
	m->p[7] = (char)records;
	return m;
}

static void put_pointer(struct made *m, size_t to)
{
	const char p[2] = { (char)(0xc0 | to >> 8), (char)to };

	put_bytes(m, p, sizeof(p));
}

static enum dns_answer_status read_made(const struct made *m, struct dns_answer *ret)
{
	return dns_answer_read((struct view){ m->p, m->n }, "a.test", DNS_A, ret);
}

static void ignores_records_beyond_256(void **state)
{
	struct made *m = made_new(4000);
	struct dns_answer a;

	(void)state;
	for (int i = 0; i < 4000; i++)
		PUT(m, A_OF(HERE, "\1"));
	assert_int_equal(read_made(m, &a), DNS_ANSWER_VALID);
	assert_int_equal(a.count, 256);
	free(m);
}

/* 250 records, each of a name behind the same chain of 8,100 pointers. */
static void bounds_the_pointers_of_a_message(void **state)
{
	struct made *m = made_new(251);
	struct dns_answer a;
	size_t begin, at;

	(void)state;
	PUT(m, HERE "\0\x10\0\1\0\0\0\x3c");
	begin = m->n + 2;
	m->p[m->n++] = (char)(16200 >> 8);
	m->p[m->n++] = (char)(16200 & 0xff);
	put_pointer(m, 12);
	for (at = begin + 2; at < begin + 16200; at += 2)
		put_pointer(m, at - 2);
	for (int i = 0; i < 250; i++) {
		put_pointer(m, at - 2);
		PUT(m, "\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1");
	}
	assert_int_equal(read_made(m, &a), DNS_ANSWER_MALFORMED);
	assert_true(a.work > 0 && a.work <= 1000);
	free(m);
}

/* 250 records whose names have 127 labels and 127 pointers: each is a name, together they are
 * too much. */
static void bounds_the_labels_of_a_message(void **state)
{
	struct made *m = made_new(251);
	struct dns_answer a;
	size_t at;

	(void)state;
	PUT(m, HERE "\0\x10\0\1\0\0\0\x3c\0\0");
	m->p[m->n - 2] = (char)(505 >> 8);
	m->p[m->n - 1] = (char)(505 & 0xff);
	at = m->n;
	PUT(m, "\0");
	for (int i = 0; i < 126; i++) {
		PUT(m, "\1x");
		put_pointer(m, i == 0 ? at : m->n - 2 - 4);
	}
	at = m->n - 4;
	for (int i = 0; i < 250; i++) {
		put_pointer(m, at);
		PUT(m, "\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1");
	}
	m->p[7] = 51;
	m->p[6] = 0;
	assert_int_equal(read_made(m, &a), DNS_ANSWER_VALID);
	assert_true(a.work > 50 * 252 && a.work < DNS_WORK_MAX);
	m->p[7] = (char)251;
	assert_int_equal(read_made(m, &a), DNS_ANSWER_MALFORMED);
	assert_int_equal(a.work, DNS_WORK_MAX);
	free(m);
}

/* 250 aliases of different names to as many others. */
static void bounds_the_names_compared(void **state)
{
	struct made *m = made_new(250);
	struct dns_answer a;

	(void)state;
	for (int i = 0; i < 250; i++) {
		char label[] = { 2, (char)('a' + i / 26), (char)('a' + i % 26) };

		put_bytes(m, label, sizeof(label));
		PUT(m, "\xc0\x0e\0\5\0\1\0\0\0\x3c\0\7\1z");
		put_bytes(m, label, sizeof(label));
		PUT(m, "\xc0\x0e");
	}
	assert_int_equal(read_made(m, &a), DNS_ANSWER_MALFORMED);
	assert_int_equal(a.work, DNS_WORK_MAX);
	free(m);
}

/* What honest servers send is far from the bounds. */
static void has_room_for_large_answers(void **state)
{
	struct made *m = made_new(255);
	struct dns_answer a;

	(void)state;
	PUT(m, CNAME_OF(HERE, "\x0c", "\2mx\3net\3org\0"));
	for (int i = 0; i < 254; i++) {
		put_pointer(m, 24 + 12);
		PUT(m, "\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1");
	}
	assert_int_equal(read_made(m, &a), DNS_ANSWER_VALID);
	assert_int_equal(a.count, 254);
	assert_in_range(a.work, 254, DNS_WORK_MAX / 4);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks),
		cmocka_unit_test(reads_answers),
		cmocka_unit_test(reads_flags),
		cmocka_unit_test(spells_odd_names),
		cmocka_unit_test(ignores_records_beyond_256),
		cmocka_unit_test(bounds_the_pointers_of_a_message),
		cmocka_unit_test(bounds_the_labels_of_a_message),
		cmocka_unit_test(bounds_the_names_compared),
		cmocka_unit_test(has_room_for_large_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
