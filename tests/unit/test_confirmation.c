/* test_confirmation.c - what is announced after which results. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "confirmation.h"

#include <string.h>

static char letter(unsigned state)
{
	return "OWCU-"[state];
}

/* Results and what is announced after each, as letters; how often that changed. */
static void says(unsigned needed, const char *results, const char *announced,
		 unsigned queued_result)
{
	struct confirmation c;
	char came[64] = "";
	unsigned told = 0;

	confirmation_init(&c);
	for (size_t i = 0; results[i] != '\0'; i++) {
		enum state state = (enum state)(strchr("OWCU", results[i]) - "OWCU");

		told += confirmation_add(&c, state, needed);
		came[i] = letter(c.announced);
		assert_int_equal(confirmation_is_awaited(&c), state != c.announced);
	}
	assert_string_equal(came, announced);
	assert_int_equal(told, queued_result);
}

static void a_state_needs_so_many_in_a_row(void **state)
{
	(void)state;
	says(2, "OCOCOO", "OOOOOO", 1);
	says(2, "OCCCOO", "OOCCCO", 3);
	says(3, "OCCOCCC", "OOOOOOC", 2);
	says(1, "OCOWU", "OCOWU", 5);
	says(0, "OC", "OC", 2);
	says(CONFIRM_MAX, "OCCCCCCCCCC", "OOOOOOOOOOC", 2);
}

static void the_first_is_announced_when_it_is_well_or_confirmed(void **state)
{
	(void)state;
	says(2, "O", "O", 1);
	says(2, "CC", "-C", 1);
	says(2, "CO", "-O", 1);
	says(3, "CWC", "--W", 1);
}

/* Never the same twice, and yet it is not well. */
static void what_all_agree_on_is_announced(void **state)
{
	(void)state;
	says(2, "OCWCW", "OOWWW", 2);
	says(2, "OWCWC", "OOWWW", 2);
	says(2, "OWCCC", "OOWCC", 3);
	says(2, "CCOWO", "-CCWW", 2);
	says(2, "CCWOO", "-CCWO", 3);
	says(2, "WWCOCOC", "-WWWWWW", 1);
	says(2, "OUCUC", "OOUUU", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_state_needs_so_many_in_a_row),
		cmocka_unit_test(the_first_is_announced_when_it_is_well_or_confirmed),
		cmocka_unit_test(what_all_agree_on_is_announced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
