#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shard_options.h"

#include <string.h>

static char said[300];

static bool choose(struct shard_options options, const char *hostname, struct shard *shard)
{
	struct buffer error;
	bool good;

	buffer_init(&error, said, sizeof(said));
	good = shard_options_choose(&options, hostname, shard, &error);
	buffer_string(&error);
	return good;
}

static void is(struct shard_options options, const char *hostname, unsigned ordinal,
	       unsigned total)
{
	struct shard shard;

	if (!choose(options, hostname, &shard))
		fail_msg("%s", said);
	assert_int_equal(shard.ordinal, ordinal);
	assert_int_equal(shard.total, total);
}

static void wrong(struct shard_options options, const char *hostname, const char *words)
{
	struct shard shard = { 7, 7 };

	assert_false(choose(options, hostname, &shard));
	if (!strstr(said, words))
		fail_msg("'%s' is not in: %s", words, said);
	assert_int_equal(shard.ordinal, 7);
}

static void what_fits(void **state)
{
	(void)state;
	is((struct shard_options){ 0 }, "host", 0, 1);
	is((struct shard_options){ .total = "1" }, "host", 0, 1);
	is((struct shard_options){ "2", "3", false }, "host", 2, 3);
	is((struct shard_options){ NULL, "3", true }, "probe-2", 2, 3);
	is((struct shard_options){ NULL, "30", true }, "mail-probe-12.probe.ns-1.svc", 12,
	   30);
}

static void what_does_not(void **state)
{
	(void)state;
	wrong((struct shard_options){ "3", "3", false }, "h", "shard 3 of 3");
	wrong((struct shard_options){ "x", "3", false }, "h", "--shard=x");
	wrong((struct shard_options){ "-1", "3", false }, "h", "--shard=-1");
	wrong((struct shard_options){ "1", "0", false }, "h", "--total-shards=0");
	wrong((struct shard_options){ "1", "10001", false }, "h", "--total-shards=10001");
	wrong((struct shard_options){ "1", NULL, false }, "h", "--total-shards");
	wrong((struct shard_options){ NULL, "3", false }, "h", "which shard");
	wrong((struct shard_options){ NULL, NULL, true }, "probe-0", "--total-shards");
	wrong((struct shard_options){ "1", "3", true }, "probe-1", "not both");
	wrong((struct shard_options){ NULL, "3", true }, "probe", "probe");
	wrong((struct shard_options){ NULL, "3", true }, "probe-", "probe-");
	wrong((struct shard_options){ NULL, "3", true }, "probe-3", "shard 3 of 3");
	wrong((struct shard_options){ NULL, "3", true }, "probe.x-1", "probe");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits),
		cmocka_unit_test(what_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
