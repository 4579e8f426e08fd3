/* fuzz_dns_message.c - whatever a DNS server sends, names are short texts, records lie within
 * the message, and going through them comes to an end.
 */
#include "dns_message.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void read_as(struct view message, enum dns_type type)
{
	struct dns_answer a;
	enum dns_sense sense = dns_answer_read(message, "mx.example", type, &a);

	must(a.work <= DNS_WORK_MAX);
	if (sense != DNS_SENSE)
		return;
	must(strlen(a.name) < DNS_NAME_MAX);
	for (const char *p = a.name; *p != '\0'; p++)
		must(*p > ' ' && *p < 0x7f && !(*p >= 'A' && *p <= 'Z'));
	must(a.ttl <= INT32_MAX);
	must(a.count <= DNS_RECORDS_MAX);
	for (unsigned i = 0; i < a.count; i++) {
		struct view rdata = dns_answer_rdata(&a, i);

		must(rdata.p >= message.p && rdata.p + rdata.n <= message.p + message.n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct view message = { (const char *)bytes, n };

	read_as(message, DNS_A);
	read_as(message, DNS_AAAA);
	read_as(message, DNS_TLSA);
	return 0;
}
