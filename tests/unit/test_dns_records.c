#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns_records.h"

#include <string.h>

enum { MESSAGE_MAX = 4096 };

/* An answer about "a.test" with records of one type. */
struct message {
	char p[MESSAGE_MAX];
	size_t n;
};

static void put_octets(struct message *m, const char *octets, size_t n)
{
	assert_true(m->n + n <= sizeof(m->p));
	memcpy(m->p + m->n, octets, n);
	m->n += n;
}

static void put_number(struct message *m, unsigned number)
{
	const char octets[2] = { (char)(number >> 8), (char)number };

	put_octets(m, octets, 2);
}

static void begin_message(struct message *m, enum dns_type type)
{
	static const char head[] = "\x12\x34\x81\x80\0\1\0\0\0\0\0\0\1a\4test\0";

	m->n = 0;
	put_octets(m, head, sizeof(head) - 1);
	put_number(m, (unsigned)type);
	put_number(m, 1);
}

static void put_record(struct message *m, enum dns_type type, struct view rdata)
{
	put_octets(m, "\xc0\x0c", 2);
	put_number(m, (unsigned)type);
	put_octets(m, "\0\1\0\0\0\x3c", 6);
	put_number(m, (unsigned)rdata.n);
	put_octets(m, rdata.p, rdata.n);
	m->p[7]++;
}

static enum dns_records_result read_message(const struct message *m, enum dns_type type,
					    struct dns_records **ret_records)
{
	struct dns_answer a;

	assert_int_equal(dns_answer_read((struct view){ m->p, m->n }, "a.test", type, &a),
			 DNS_ANSWER_VALID);
	return dns_records_read(&a, ret_records);
}

#define RDATA(text)                                                                        \
	{                                                                                  \
		text, sizeof(text) - 1                                                     \
	}

/* Of one record; the caller releases it. */
static struct dns_records *read_one(enum dns_type type, const char *rdata, size_t n)
{
	struct dns_records *set = NULL;
	struct message m;

	begin_message(&m, type);
	put_record(&m, type, (struct view){ rdata, n });
	assert_int_equal(read_message(&m, type, &set), DNS_RECORDS_READ);
	assert_non_null(set);
	assert_int_equal(set->type, type);
	assert_int_equal(set->count, 1);
	assert_int_equal(set->list[0].ttl, 60);
	return set;
}

#define READ_ONE(type, rdata) read_one(type, rdata, sizeof(rdata) - 1)

static void assert_view(struct view v, const char *wanted)
{
	assert_int_equal(v.n, strlen(wanted));
	assert_memory_equal(v.p, wanted, v.n);
}

static void reads_addresses(void **state)
{
	char text[ADDRESS_TEXT_MAX];
	struct dns_records *set = READ_ONE(DNS_A, "\xc0\0\2\1");

	(void)state;
	assert_string_equal(address_text(&set->list[0].address, text), "192.0.2.1");
	dns_records_release(set);
	set = READ_ONE(DNS_AAAA, "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1");
	assert_string_equal(address_text(&set->list[0].address, text), "2001:db8::1");
	assert_int_equal(address_port(&set->list[0].address), 0);
	dns_records_release(set);
}

static void reads_names(void **state)
{
	static const enum dns_type types[] = { DNS_PTR, DNS_NS, DNS_CNAME };
	struct dns_records *set;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		set = READ_ONE(types[i], "\2Mx\xc0\x0e");
		assert_string_equal(set->list[0].name, "mx.test");
		dns_records_release(set);
	}
}

static void reads_mx_and_srv(void **state)
{
	struct dns_records *set = READ_ONE(DNS_MX, "\1\2\2mx\xc0\x0e");

	(void)state;
	assert_int_equal(set->list[0].mx.preference, 258);
	assert_string_equal(set->list[0].mx.exchange, "mx.test");
	dns_records_release(set);
	set = READ_ONE(DNS_MX, "\0\0\0");
	assert_string_equal(set->list[0].mx.exchange, "");
	dns_records_release(set);
	set = READ_ONE(DNS_SRV, "\0\1\0\2\3\xe1\4imap\7example\0");
	assert_int_equal(set->list[0].srv.priority, 1);
	assert_int_equal(set->list[0].srv.weight, 2);
	assert_int_equal(set->list[0].srv.port, 993);
	assert_string_equal(set->list[0].srv.target, "imap.example");
	dns_records_release(set);
}

static void reads_texts(void **state)
{
	struct dns_records *set = READ_ONE(DNS_TXT, "\6v=spf1\0\5 -all");

	(void)state;
	assert_view(set->list[0].text, "v=spf1 -all");
	dns_records_release(set);
	set = READ_ONE(DNS_TXT, "\0");
	assert_view(set->list[0].text, "");
	dns_records_release(set);
	set = READ_ONE(DNS_CAA, "\x80\5Issueca.example; a=b");
	assert_int_equal(set->list[0].caa.flags, 0x80);
	assert_view(set->list[0].caa.tag, "issue");
	assert_view(set->list[0].caa.value, "ca.example; a=b");
	dns_records_release(set);
	set = READ_ONE(DNS_CAA, "\0\5issue");
	assert_view(set->list[0].caa.value, "");
	dns_records_release(set);
}

static void reads_tlsa(void **state)
{
	struct dns_records *set = READ_ONE(DNS_TLSA, "\3\1\1"
						     "0123456789abcdef");

	(void)state;
	assert_int_equal(set->list[0].tlsa.usage, TLSA_DANE_EE);
	assert_int_equal(set->list[0].tlsa.selector, TLSA_KEY);
	assert_int_equal(set->list[0].tlsa.matching, TLSA_SHA256);
	assert_view(set->list[0].tlsa.data, "0123456789abcdef");
	assert_ptr_equal(dns_records_hold(set), set);
	dns_records_release(set);
	dns_records_release(set);
	dns_records_release(NULL);
	assert_null(dns_records_hold(NULL));
}

/* A good record beside it does not help: the answer as a whole is not to be believed. */
static void refuses_what_is_malformed(void **state)
{
	static const struct {
		enum dns_type type;
		struct view rdata;
	} cases[] = {
		/* clang-format off */
		{ DNS_A,     RDATA("\1\2\3") },
		{ DNS_A,     RDATA("\1\2\3\4\5") },
		{ DNS_AAAA,  RDATA("\1\2\3\4") },
		{ DNS_PTR,   RDATA("") },
		{ DNS_PTR,   RDATA("\1a\0x") },  /* more behind the name */
		{ DNS_PTR,   RDATA("\1a") },     /* it goes on behind the record */
		{ DNS_MX,    RDATA("\0") },
		{ DNS_MX,    RDATA("\0\1") },
		{ DNS_MX,    RDATA("\0\1\1a\0\0") },
		{ DNS_MX,    RDATA("\0\1\xc0\xff") },
		{ DNS_SRV,   RDATA("\0\1\0\2\3\xe1") },
		{ DNS_SRV,   RDATA("\0\1\0\2\3") },
		{ DNS_TXT,   RDATA("\5abcd") },
		{ DNS_TLSA,  RDATA("\3\1") },
		{ DNS_CAA,   RDATA("\0") },
		{ DNS_CAA,   RDATA("\0\0value") },
		{ DNS_CAA,   RDATA("\0\6issue") },
		{ DNS_CAA,   RDATA("\0\5is sue") },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct dns_records *set = NULL;
		struct message m;

		begin_message(&m, cases[i].type);
		put_record(&m, cases[i].type, cases[i].rdata);
		if (read_message(&m, cases[i].type, &set) != DNS_RECORDS_MALFORMED)
			fail_msg("row %zu was taken", i);
		assert_null(set);
	}
}

static void keeps_so_many_and_counts_the_others(void **state)
{
	static const struct view rdata = RDATA("\0\1\1a\xc0\x0c");
	struct dns_records *set;
	struct message m;

	(void)state;
	begin_message(&m, DNS_MX);
	for (int i = 0; i < 100; i++)
		put_record(&m, DNS_MX, rdata);
	assert_int_equal(read_message(&m, DNS_MX, &set), DNS_RECORDS_READ);
	assert_int_equal(set->count, DNS_RECORDS_KEPT_MAX);
	assert_int_equal(set->more, 100 - DNS_RECORDS_KEPT_MAX);
	assert_string_equal(set->list[DNS_RECORDS_KEPT_MAX - 1].mx.exchange, "a.a.test");
	dns_records_release(set);
	begin_message(&m, DNS_MX);
	assert_int_equal(read_message(&m, DNS_MX, &set), DNS_RECORDS_READ);
	assert_null(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_addresses),
		cmocka_unit_test(reads_names),
		cmocka_unit_test(reads_mx_and_srv),
		cmocka_unit_test(reads_texts),
		cmocka_unit_test(reads_tlsa),
		cmocka_unit_test(refuses_what_is_malformed),
		cmocka_unit_test(keeps_so_many_and_counts_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
