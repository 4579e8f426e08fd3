#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exporter_plan.h"
#include "status.h"

#include <stdlib.h>

static char *answer_to(struct status_request wish)
{
	struct plan *plan = exporter_plan_new();
	const struct moment now = { exporter_plan_health.started.ms + 90500 };
	struct text_stream *answer = status_new(plan, &exporter_plan_health, &wish, now);
	struct strbuf d;

	plan_release(plan);
	strbuf_init(&d);
	while (answer->more(answer, &d))
		;
	strbuf_put(&d, (struct view){ "", 1 });
	assert_false(d.failed);
	answer->free(answer);
	return d.p;
}

static size_t count_of(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		n++;
	return n;
}

static void counts(struct status_request wish, size_t targets, size_t results)
{
	char *text = answer_to(wish);

	assert_int_equal(count_of(text, "{\"server\":"), targets);
	assert_int_equal(count_of(text, "{\"state\":"), results);
	free(text);
}

static void picks(void **state)
{
	(void)state;
	counts((struct status_request){ NULL, STATUS_ANY }, 3, 3);
	counts((struct status_request){ "a<b", STATUS_ANY }, 2, 1);
	counts((struct status_request){ "mx&co", STATUS_ANY }, 1, 2);
	counts((struct status_request){ "nobody", STATUS_ANY }, 0, 0);
	counts((struct status_request){ NULL, STATE_CRITICAL }, 1, 1);
	counts((struct status_request){ NULL, STATE_OK }, 2, 2);
	counts((struct status_request){ NULL, STATUS_PENDING }, 1, 0);
	counts((struct status_request){ "a<b", STATE_WARNING }, 0, 0);
}

static void holds_what_is_known(void **state)
{
	char *text = answer_to((struct status_request){ NULL, STATUS_ANY });
	static const char *const parts[] = {
		"{\"version\":\"1.2.3\",",
		"\"uptime\":90.500000,",
		"\"target_count\":3,",
		"\"phases\":{\"dns\":0.001000,\"tls\":0.020000}",
		"\"messages\":42",
		"\"login_held_until\":1795262460.000",
		"\"login_held_until\":null",
		"\"subject\":\"CN=mail.example.com,O=\\\"A\\\\B\\\"\"",
		"\"chain_not_after\":1799000000.000",
		"\"faults\":[\"cert_weak\"]",
		"\"address\":\"2001:db8::1\"",
		"{\"state\":\"CRITICAL\",\"fault\":\"rejected\"",
		"\"reply\":{\"code\":554,",
		"\"said\":\"<script>alert('\\\"&')</script>\"",
		"\"code\":554",
		"\"labels\":{\"site\":\"fra1\"}",
		"\"results\":[]}"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (!strstr(text, parts[i]))
			fail_msg("no %s in %s", parts[i], text);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(picks),
		cmocka_unit_test(holds_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
