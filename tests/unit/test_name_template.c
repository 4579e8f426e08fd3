#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "name_template.h"

static const struct service imaps = { .name = "imaps" };
static const struct target target = { .server = "mx1",
				      .host = "mx1.example.com",
				      .service = &imaps };

static void gives(const char *name_template, const char *name)
{
	char storage[200];
	struct buffer b;

	buffer_init(&b, storage, sizeof(storage));
	assert_null(name_template_fault(view_of(name_template)));
	name_template_fill(&b, name_template, &target);
	assert_string_equal(buffer_string(&b), name);
}

static void words_in_braces_are_filled_in(void **state)
{
	(void)state;
	gives("{server}", "mx1");
	gives("mail {service}", "mail imaps");
	gives("{host}/{service}{service}!", "mx1.example.com/imapsimaps!");
	gives("as it is }", "as it is }");
}

static void other_braces_are_a_fault(void **state)
{
	(void)state;
	assert_non_null(name_template_fault(view_of("{sever}")));
	assert_non_null(name_template_fault(view_of("mail {service")));
	assert_non_null(name_template_fault(view_of("{")));
	assert_non_null(name_template_fault(view_of("{server}{")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_in_braces_are_filled_in),
		cmocka_unit_test(other_braces_are_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
