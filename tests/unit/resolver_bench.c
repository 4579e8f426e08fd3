/* resolver_bench.c - the names of the tests and what becomes of them, in two tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resolver_bench.h"

#include "container_of.h"

#include <stdio.h>
#include <string.h>

static struct stub_rule rules[] = {
	/* clang-format off */
	{ "both.test",     STUB_A,     0, 0, { { NULL, STUB_A, 300, "192.0.2.1" }, { NULL, STUB_A, 60, "192.0.2.2" } }, 0 },
	{ "both.test",     STUB_AAAA,  0, 0, { { NULL, STUB_AAAA, 300, "2001:db8::1" } }, 0 },
	{ "v4.test",       STUB_A,     0, 0, { { NULL, STUB_A, 300, "192.0.2.4" } }, 0 },
	{ "v4.test",       STUB_AAAA,  0, 0, { { 0 } }, 0 },
	{ "v6.test",       STUB_AAAA,  0, 0, { { NULL, STUB_AAAA, 300, "2001:db8::6" } }, 0 },
	{ "v6.test",       STUB_A,     0, 0, { { 0 } }, 0 },
	{ "none.test",     STUB_ANY,   0, 0, { { 0 } }, 0 },
	{ "servfail.test", STUB_ANY,   STUB_SERVFAIL, 0, { { 0 } }, 0 },
	{ "refused.test",  STUB_ANY,   STUB_REFUSED, 0, { { 0 } }, 0 },
	{ "notimp.test",   STUB_ANY,   STUB_NOTIMP, 0, { { 0 } }, 0 },
	{ "garbage.test",  STUB_ANY,   0, STUB_GARBAGE, { { 0 } }, 0 },
	{ "silent.test",   STUB_ANY,   0, STUB_SILENT, { { 0 } }, 0 },
	{ "wrongid.test",  STUB_ANY,   0, STUB_WRONG_ID, { { NULL, STUB_A, 300, "192.0.2.66" } }, 0 },
	{ "lost.test",     STUB_A,     0, STUB_DROP_FIRST, { { NULL, STUB_A, 300, "192.0.2.7" } }, 0 },
	{ "half.test",     STUB_A,     0, 0, { { NULL, STUB_A, 300, "192.0.2.8" } }, 0 },
	{ "half.test",     STUB_AAAA,  STUB_SERVFAIL, 0, { { 0 } }, 0 },
	{ "slowhalf.test", STUB_A,     0, 0, { { NULL, STUB_A, 300, "192.0.2.9" } }, 0 },
	{ "slowhalf.test", STUB_AAAA,  0, STUB_SILENT, { { 0 } }, 0 },
	{ "maybe.test",    STUB_A,     0, 0, { { 0 } }, 0 },
	{ "maybe.test",    STUB_AAAA,  STUB_SERVFAIL, 0, { { 0 } }, 0 },
	{ "ttl0.test",     STUB_A,     0, 0, { { NULL, STUB_A, 0, "192.0.2.10" } }, 0 },
	{ "alias.test",    STUB_A,     0, 0, { { NULL, STUB_CNAME, 300, "one.test" }, { "one.test", STUB_CNAME, 300, "two.test" },
						{ "two.test", STUB_A, 300, "192.0.2.11" } }, 0 },
	{ "dangling.test", STUB_ANY,   0, 0, { { NULL, STUB_CNAME, 300, "nowhere.test" } }, 0 },
	{ "deadalias.test", STUB_ANY,  STUB_NXDOMAIN, 0, { { NULL, STUB_CNAME, 300, "nowhere.test" } }, 0 },
	{ "big.test",      STUB_A,     0, STUB_TRUNCATED, { { NULL, STUB_A, 300, "192.0.2.12" } }, 0 },
	{ "signed.test",   STUB_A,     0, STUB_AUTHENTIC, { { NULL, STUB_CNAME, 300, "Else.test" }, { "else.test", STUB_A, 300, "192.0.2.18" } }, 0 },
	{ "signed.test",   STUB_AAAA,  0, STUB_AUTHENTIC, { { 0 } }, 0 },
	{ "mixed.test",    STUB_A,     0, STUB_AUTHENTIC, { { NULL, STUB_A, 300, "192.0.2.19" } }, 0 },
	{ "mixed.test",    STUB_AAAA,  0, 0, { { NULL, STUB_AAAA, 300, "2001:db8::19" } }, 0 },
	{ "flood.test",    STUB_A,     0, STUB_FLOOD, { { NULL, STUB_A, 300, "192.0.2.16" } }, 0 },
	{ "drowned.test",  STUB_A,     0, STUB_FLOOD | STUB_TCP_SILENT, { { NULL, STUB_A, 300, "192.0.2.17" } }, 0 },
	{ "tcpsilent.test", STUB_A,    0, STUB_TRUNCATED | STUB_TCP_SILENT, { { 0 } }, 0 },
	{ "loop.test",     STUB_A,     0, 0, { { NULL, STUB_CNAME, 300, "loop.test" } }, 0 },
	{ "formerr.test",  STUB_ANY,   STUB_FORMERR, 0, { { 0 } }, 0 },
	{ "xn--mller-kva.test", STUB_A, 0, 0, { { NULL, STUB_A, 300, "192.0.2.13" } }, 0 },
	{ "short.corp.test", STUB_A,   0, 0, { { NULL, STUB_A, 300, "192.0.2.14" } }, 0 },
	{ "empty",         STUB_ANY,   0, 0, { { 0 } }, 0 },
	{ "typo.test.corp.test", STUB_A, 0, 0, { { NULL, STUB_A, 300, "192.0.2.15" } }, 0 },
	{ "many.test",     STUB_AAAA,  0, 0, {
		{ NULL, STUB_AAAA, 9, "2001:db8::1" }, { NULL, STUB_AAAA, 9, "2001:db8::2" }, { NULL, STUB_AAAA, 9, "2001:db8::3" },
		{ NULL, STUB_AAAA, 9, "2001:db8::4" }, { NULL, STUB_AAAA, 9, "2001:db8::5" }, { NULL, STUB_AAAA, 9, "2001:db8::6" },
		{ NULL, STUB_AAAA, 9, "2001:db8::7" }, { NULL, STUB_AAAA, 9, "2001:db8::8" }, { NULL, STUB_AAAA, 9, "2001:db8::9" },
		{ NULL, STUB_AAAA, 9, "2001:db8::a" }, { NULL, STUB_AAAA, 9, "2001:db8::b" }, { NULL, STUB_AAAA, 9, "2001:db8::c" },
		{ NULL, STUB_AAAA, 9, "2001:db8::d" }, { NULL, STUB_AAAA, 9, "2001:db8::e" }, { NULL, STUB_AAAA, 9, "2001:db8::f" },
		{ NULL, STUB_AAAA, 9, "2001:db8::10" }, { NULL, STUB_AAAA, 9, "2001:db8::11" } }, 0 },
	{ "many.test",     STUB_A,     0, 0, { { NULL, STUB_A, 9, "192.0.2.1" }, { NULL, STUB_A, 9, "192.0.2.2" } }, 0 },
	{ 0 },
	/* clang-format on */
};

/* A second server that knows what the first one cannot say. */
static struct stub_rule second_rules[] = {
	{ "servfail.test", STUB_A, 0, 0, { { NULL, STUB_A, 300, "198.51.100.1" } }, 0 },
	{ "servfail.test", STUB_AAAA, 0, 0, { { 0 } }, 0 },
	{ "silent.test", STUB_A, 0, 0, { { NULL, STUB_A, 300, "198.51.100.2" } }, 0 },
	{ "silent.test", STUB_AAAA, 0, 0, { { 0 } }, 0 },
	{ "refused.test", STUB_ANY, STUB_SERVFAIL, 0, { { 0 } }, 0 },
	{ 0 },
};

void note_answer(struct question *q, const struct resolver_answer *a)
{
	struct asked *asked = container_of(q, struct asked, question);

	asked->answer = *a;
	asked->records = a->records != NULL ? a->records->count : 0;
	asked->times++;
}

void set_up(struct bench *b)
{
	for (struct stub_rule *r = rules; r->name != NULL; r++)
		r->asked = 0;
	assert_int_equal(uv_loop_init(&b->loop), 0);
	stub_open(&b->first, &b->loop, rules);
	stub_open(&b->second, &b->loop, second_rules);
	stub_place(&b->first, b->place[0]);
	stub_place(&b->second, b->place[1]);
	b->resolver = NULL;
}

void start(struct bench *b, const struct resolver_options *options)
{
	struct resolver_options quiet = *options;
	const char *error = NULL;

	if (quiet.hosts_file == NULL)
		quiet.hosts_file = "/dev/null";
	b->resolver = resolver_new(&b->loop, &quiet, &error);
	if (b->resolver == NULL)
		fail_msg("%s", error);
}

void set_up_one(struct bench *b, int64_t timeout_ms)
{
	struct resolver_options options = { .timeout = span_of_ms(timeout_ms) };

	set_up(b);
	options.servers = b->place[0];
	start(b, &options);
}

void tear_down(struct bench *b)
{
	resolver_free(b->resolver);
	stub_close(&b->first);
	stub_close(&b->second);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&b->loop), 0);
}

void ask(struct bench *b, struct asked *asked, const char *host, enum family family)
{
	*asked = (struct asked){ .question.answered = note_answer };
	resolver_query_addresses(b->resolver, host, family, &asked->question);
}

void await(struct bench *b, const struct asked *asked)
{
	while (asked->times == 0)
		uv_run(&b->loop, UV_RUN_ONCE);
	assert_int_equal(asked->times, 1);
}

void resolve(struct bench *b, struct asked *asked, const char *host, enum family family)
{
	ask(b, asked, host, family);
	await(b, asked);
}

static void expand(const struct bench *b, const char *text, char dst[RESOLVER_REASON_MAX])
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += (size_t)snprintf(dst + n, RESOLVER_REASON_MAX - n, "%.*s",
				      *text == '@' || *text == '#' ? ADDRESS_TEXT_MAX : 1,
				      *text == '@'   ? b->place[0]
				      : *text == '#' ? b->place[1]
						     : text);
}

void expect_failure(struct bench *b, const char *host, enum family family, enum fault fault,
		    const char *reason)
{
	char wanted[RESOLVER_REASON_MAX];
	struct asked a;

	resolve(b, &a, host, family);
	assert_string_equal(fault_name(a.answer.fault), fault_name(fault));
	expand(b, reason, wanted);
	assert_string_equal(a.answer.reason, wanted);
	assert_int_equal(a.answer.count, 0);
}

void expect_addresses(struct bench *b, const char *host, enum family family,
		      const char *wanted)
{
	char text[ADDRESS_TEXT_MAX], all[RESOLVER_ADDRESSES_MAX * ADDRESS_TEXT_MAX] = "";
	struct asked a;

	resolve(b, &a, host, family);
	for (size_t i = 0; i < a.answer.count; i++) {
		if (i > 0)
			strcat(all, " ");
		strcat(all, address_text(&a.answer.addresses[i], text));
		assert_int_equal(address_port(&a.answer.addresses[i]), 0);
	}
	assert_string_equal(a.answer.reason, "");
	assert_int_equal(a.answer.fault, FAULT_OK);
	assert_string_equal(all, wanted);
}

void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}
