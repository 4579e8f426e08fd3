/* fuzz_dns_message.c - whatever a DNS server sends, names are short texts, records lie within
 * the message, their parsed fields within what was allocated for them, and all of it takes a
 * bounded number of steps.
 */
#include "dns_records.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void must_be_name(const char *name)
{
	must(strlen(name) < DNS_NAME_MAX);
	for (const char *p = name; *p != '\0'; p++)
		must(*p > ' ' && *p < 0x7f && !(*p >= 'A' && *p <= 'Z'));
}

/* The views lie behind the list, where the sanitizer watches. */
static void must_be_inside(const struct dns_records *set, struct view v)
{
	const char *end = (const char *)set + set->size;

	must(v.p >= (const char *)&set->list[set->count] && v.p <= end &&
	     v.n <= (size_t)(end - v.p));
}

static void check_record(const struct dns_records *set, const struct dns_record *r)
{
	must(r->ttl <= INT32_MAX);
	switch (set->type) {
	case DNS_A:
	case DNS_AAAA:
		must(r->address.any.sa_family == (set->type == DNS_A ? AF_INET : AF_INET6));
		return;
	case DNS_NS:
	case DNS_CNAME:
	case DNS_PTR:
		must_be_name(r->name);
		return;
	case DNS_MX:
		must_be_name(r->mx.exchange);
		return;
	case DNS_SRV:
		must_be_name(r->srv.target);
		return;
	case DNS_TXT:
		must_be_inside(set, r->text);
		return;
	case DNS_TLSA:
		must_be_inside(set, r->tlsa.data);
		return;
	case DNS_CAA:
		must(r->caa.tag.n > 0);
		must_be_inside(set, r->caa.tag);
		must_be_inside(set, r->caa.value);
	}
}

static void check_records(struct dns_answer *a)
{
	struct dns_records *set;

	if (dns_records_read(a, &set) != DNS_RECORDS_READ) {
		must(set == NULL);
		return;
	}
	must((set == NULL) == (a->count == 0));
	must(a->work <= DNS_WORK_MAX);
	if (set == NULL)
		return;
	must(set->count + set->more == a->count && set->count <= DNS_RECORDS_KEPT_MAX);
	for (size_t i = 0; i < set->count; i++)
		check_record(set, &set->list[i]);
	dns_records_release(set);
}

static void read_as(struct view message, enum dns_type type)
{
	struct dns_answer a;
	enum dns_answer_status sense = dns_answer_read(message, "mx.example", type, &a);

	must(a.work <= DNS_WORK_MAX);
	if (sense != DNS_ANSWER_VALID)
		return;
	must_be_name(a.name);
	must(a.ttl <= INT32_MAX && a.count <= DNS_RECORDS_MAX);
	for (unsigned i = 0; i < a.count; i++) {
		struct view rdata = dns_answer_rdata(&a, i);

		must(rdata.p >= message.p && rdata.p + rdata.n <= message.p + message.n);
	}
	check_records(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const enum dns_type types[] = { DNS_A,    DNS_NS,  DNS_CNAME, DNS_PTR,
					       DNS_MX,   DNS_TXT, DNS_AAAA,  DNS_SRV,
					       DNS_TLSA, DNS_CAA };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		read_as((struct view){ (const char *)bytes, n }, types[i]);
	return 0;
}
