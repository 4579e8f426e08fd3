#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "loop_reserve.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <uv.h>

static bool failing;

void *__real_realloc(void *old, size_t n);
void *__wrap_realloc(void *old, size_t n);

void *__wrap_realloc(void *old, size_t n)
{
	return failing ? NULL : __real_realloc(old, n);
}

static unsigned woken;

static void readable(uv_poll_t *poll, int status, int events)
{
	(void)status, (void)events;
	woken++;
	uv_poll_stop(poll);
}

/* A descriptor with that number, which is readable. */
static int numbered(int number)
{
	int fd = eventfd(1, EFD_CLOEXEC), found;

	assert_true(fd >= 0);
	found = fcntl(fd, F_DUPFD_CLOEXEC, number);
	assert_int_equal(found, number);
	close(fd);
	return found;
}

static void watch(uv_loop_t *loop, uv_poll_t *poll, int number)
{
	int fd = numbered(number);

	assert_int_equal(uv_poll_init(loop, poll, fd), 0);
	assert_int_equal(uv_poll_start(poll, UV_READABLE, readable), 0);
	assert_int_equal(uv_run(loop, UV_RUN_NOWAIT), 0);
	uv_close((uv_handle_t *)poll, NULL);
	uv_run(loop, UV_RUN_DEFAULT);
	close(fd);
}

/* Where libuv would end the process: its table grows twice without memory. */
static void a_loop_grows_without_memory(void **state)
{
	struct loop_reserve reserve;
	uv_poll_t polls[3];
	uv_loop_t loop;

	(void)state;
	woken = 0;
	assert_true(loop_reserve_init(&reserve, 1000));
	assert_int_equal(uv_loop_init(&loop), 0);
	watch(&loop, &polls[0], 50);
	failing = true;
	watch(&loop, &polls[1], 200);
	watch(&loop, &polls[2], 900);
	failing = false;
	assert_int_equal(woken, 3);
	assert_true(reserve.used);
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_false(reserve.used);
	loop_reserve_fini(&reserve);
	loop_reserve_fini(&reserve);
}

/* From the first allocation on, for two loops. */
static void each_loop_has_its_own(void **state)
{
	struct loop_reserve reserves[2];
	uv_loop_t loops[2];
	uv_poll_t polls[2];

	(void)state;
	woken = 0;
	assert_true(loop_reserve_init(&reserves[0], 256));
	assert_true(loop_reserve_init(&reserves[1], 256));
	failing = true;
	for (int i = 0; i < 2; i++)
		assert_int_equal(uv_loop_init(&loops[i]), 0);
	for (int i = 0; i < 2; i++)
		watch(&loops[i], &polls[i], 250);
	assert_int_equal(woken, 2);
	for (int i = 0; i < 2; i++)
		assert_int_equal(uv_loop_close(&loops[i]), 0);
	failing = false;
	loop_reserve_fini(&reserves[0]);
	loop_reserve_fini(&reserves[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loop_grows_without_memory),
		cmocka_unit_test(each_loop_has_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
