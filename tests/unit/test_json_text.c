#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json_text.h"

static void is(struct draft *d, const char *want)
{
	draft_put(d, (struct view){ "", 1 });
	assert_string_equal(d->p, want);
	draft_clear(d);
}

static void texts(void **state)
{
	struct draft d;

	(void)state;
	draft_init(&d);
	json_text(&d, "plain");
	is(&d, "\"plain\"");
	json_text(&d, "a \"b\" \\ c");
	is(&d, "\"a \\\"b\\\" \\\\ c\"");
	json_text(&d, "\"");
	is(&d, "\"\\\"\"");
	json_text(&d, "caf\xc3\xa9 \xff\x1b[1m\n</script>");
	is(&d, "\"caf\xc3\xa9 \xef\xbf\xbd </script>\"");
	json_text(&d, NULL);
	is(&d, "null");
	json_text(&d, "");
	is(&d, "\"\"");
	draft_fini(&d);
}

static void members(void **state)
{
	struct draft d;
	struct json_list l = { .out = &d };

	(void)state;
	draft_init(&d);
	json_member_number(&l, "n", -7);
	json_member_bool(&l, "b", true);
	json_member_span(&l, "s", (struct span){ 1250003000 });
	json_member_span(&l, "never", (struct span){ -1 });
	json_member_moment(&l, "m", (struct moment){ 1795262400005 });
	json_member_moment(&l, "no", (struct moment){ 0 });
	json_member_text(&l, "t", "x");
	is(&d, "\"n\":-7,\"b\":true,\"s\":1.250003,\"never\":null,\"m\":1795262400.005,"
	       "\"no\":null,\"t\":\"x\"");
	draft_fini(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
