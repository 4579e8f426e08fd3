#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "arena.h"
#include "out_of_memory.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char dropped[8];
static size_t dropped_count;

static void drop(void *name)
{
	if (dropped_count < sizeof(dropped))
		dropped[dropped_count++] = *(const char *)name;
}

static int setup(void **state)
{
	(void)state;
	dropped_count = 0;
	return 0;
}

static void works(void *done)
{
	out_of_memory_hold(drop, "a");
	out_of_memory_let_go();
	*(bool *)done = true;
}

static void lets_work_end(void **state)
{
	bool done = false;

	(void)state;
	assert_true(out_of_memory_guard(works, &done));
	assert_true(done);
	assert_int_equal(dropped_count, 0);
}

static void fails(void *done)
{
	out_of_memory_hold(drop, "a");
	out_of_memory_hold(drop, "b");
	out_of_memory_let_go();
	out_of_memory_hold(drop, "c");
	*(bool *)done = true;
	out_of_memory();
}

static void gives_up_and_drops_the_latest_first(void **state)
{
	bool done = false;

	(void)state;
	assert_false(out_of_memory_guard(fails, &done));
	assert_true(done);
	assert_memory_equal(dropped, "ca", dropped_count);
	assert_int_equal(dropped_count, 2);
}

static void works_around(void *done)
{
	out_of_memory_hold(drop, "x");
	assert_false(out_of_memory_guard(fails, done));
	out_of_memory_let_go();
}

static void goes_back_to_the_innermost(void **state)
{
	bool done = false;

	(void)state;
	assert_true(out_of_memory_guard(works_around, &done));
	assert_int_equal(dropped_count, 2);
}

static void holds_more_than_it_has_room_for(void *nothing)
{
	(void)nothing;
	for (int i = 0; i < 100; i++)
		out_of_memory_hold(drop, "m");
	for (int i = 0; i < 99; i++)
		out_of_memory_let_go();
	out_of_memory();
}

static void counts_what_it_has_no_room_for(void **state)
{
	(void)state;
	assert_false(out_of_memory_guard(holds_more_than_it_has_room_for, NULL));
	assert_int_equal(dropped_count, 1);
}

static void takes_too_much(void *arena)
{
	arena_alloc(arena, SIZE_MAX - 1);
}

static void hears_of_an_arena(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a);
	arena_alloc(&a, 10);
	assert_false(out_of_memory_guard(takes_too_much, &a));
	arena_fini(&a);
}

static void say(void)
{
	_exit(42);
}

static void child(void (*words)(void))
{
	signal(SIGABRT, SIG_DFL);
	out_of_memory_last_words(words);
	out_of_memory();
}

static int status_of_child(void (*words)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		child(words);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void has_last_words_without_a_guard(void **state)
{
	int status = status_of_child(say);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
	status = status_of_child(NULL);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(lets_work_end, setup),
		cmocka_unit_test_setup(gives_up_and_drops_the_latest_first, setup),
		cmocka_unit_test_setup(goes_back_to_the_innermost, setup),
		cmocka_unit_test_setup(counts_what_it_has_no_room_for, setup),
		cmocka_unit_test_setup(hears_of_an_arena, setup),
		cmocka_unit_test_setup(has_last_words_without_a_guard, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
