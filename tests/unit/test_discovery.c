#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "discovery.h"
#include "exporter_plan.h"

#include <stdlib.h>

static char *answer_to(struct plan *plan, const struct discovery_request *wish)
{
	struct text_stream *answer = discovery_new(plan, wish);
	struct strbuf d;

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

static void every_target_with_its_labels(void **state)
{
	struct plan *plan = exporter_plan_new();
	char *text = answer_to(plan, &(struct discovery_request){ .address = "[::1]:19025",
								  .path = "/mv/probe",
								  .https = true });

	(void)state;
	assert_int_equal(count_of(text, "\"targets\":[\"[::1]:19025\"]"), 3);
	assert_int_equal(count_of(text, "\"__metrics_path__\":\"/mv/probe\""), 3);
	assert_int_equal(count_of(text, "\"__scheme__\":\"https\""), 3);
	assert_int_equal(count_of(text, "\"site\":\"fra1\""), 1);
	assert_int_equal(
	    count_of(text, "\"__param_target\":\"mx&co\",\"__param_module\":\"smtp\","
			   "\"instance\":\"mx.example.com:25\""),
	    1);
	free(text);
	plan_release(plan);
}

static void filters(void **state)
{
	static const struct {
		struct discovery_request wish;
		size_t count;
	} cases[] = {
		{ { .service = "smtp" }, 2 },
		{ { .service = "imaps" }, 1 },
		{ { .server = "a<b" }, 2 },
		{ { .server = "a<b", .service = "smtp" }, 1 },
		{ { .server = "nobody" }, 0 },
	};
	struct plan *plan = exporter_plan_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct discovery_request wish = cases[i].wish;
		char *text;

		wish.address = "h:1";
		wish.path = "/probe";
		text = answer_to(plan, &wish);
		assert_int_equal(count_of(text, "{\"targets\""), cases[i].count);
		if (cases[i].count == 0)
			assert_string_equal(text, "[]\n");
		free(text);
	}
	plan_release(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_target_with_its_labels),
		cmocka_unit_test(filters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
