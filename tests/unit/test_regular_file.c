#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "regular_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LONG = 300000 };

static char long_text[LONG];

static void *drain_slowly(void *fd)
{
	size_t *total = fd;
	int end = (int)*total;
	char some[1000];
	ssize_t n;

	*total = 0;
	while ((n = read(end, some, sizeof(some))) > 0)
		*total += (size_t)n;
	return NULL;
}

/* A pipe takes 64 KiB at once. */
static void writes_all_in_pieces(void **state)
{
	pthread_t reader;
	size_t total;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	total = (size_t)ends[0];
	assert_int_equal(pthread_create(&reader, NULL, drain_slowly, &total), 0);
	assert_true(regular_file_write(ends[1], (struct view){ long_text, LONG }));
	assert_true(regular_file_write(ends[1], (struct view){ NULL, 0 }));
	close(ends[1]);
	pthread_join(reader, NULL);
	close(ends[0]);
	assert_int_equal(total, LONG);
}

static void a_full_disk_is_an_error(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	if (fd < 0)
		skip();
	assert_false(regular_file_write(fd, view_of("text")));
	assert_int_equal(errno, ENOSPC);
	close(fd);
	assert_false(regular_file_write(-1, view_of("text")));
	assert_int_equal(errno, EBADF);
}

/* The first piece fits, the rest does not. */
static void a_part_is_not_all(void **state)
{
	char path[] = "/tmp/mailvane-file-XXXXXX";
	int fd = mkstemp(path);
	struct rlimit before, small;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 1000;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_false(regular_file_write(fd, (struct view){ long_text, 3000 }));
	assert_int_equal(errno, EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), 1000);
	close(fd);
	unlink(path);
}

static void only_regular_files_are_opened(void **state)
{
	const char *why = NULL;

	(void)state;
	assert_int_equal(regular_file_open("/tmp", NULL, &why), -1);
	assert_string_equal(why, "is a directory, not a file");
	assert_int_equal(regular_file_open("/dev/null", NULL, &why), -1);
	assert_string_equal(why, "is not a regular file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_all_in_pieces),
		cmocka_unit_test(a_full_disk_is_an_error),
		cmocka_unit_test(a_part_is_not_all),
		cmocka_unit_test(only_regular_files_are_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
