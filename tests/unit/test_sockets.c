#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "folder.h"
#include "sockets.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static char storage[512];
static struct buffer error;
static struct sockets sockets;

static bool open_at(const char *const *addresses, size_t count)
{
	buffer_init(&error, storage, sizeof(storage));
	return sockets_open(&sockets, addresses, count, &error);
}

static void says(const char *why)
{
	if (!strstr(buffer_string(&error), why))
		fail_msg("'%s' does not say '%s'", error.p, why);
}

static void opens_all_or_none(void **state)
{
	const char *const good[] = { "127.0.0.1:0", "unix:a.sock", "127.0.0.1:0" };
	const char *const bad[] = { "unix:a.sock", "nowhere" };
	char text[400];
	struct buffer shown;

	(void)state;
	assert_true(open_at(good, 3));
	assert_int_equal(sockets.n, 3);
	buffer_init(&shown, text, sizeof(text));
	sockets_text(&sockets, &shown);
	assert_non_null(strstr(buffer_string(&shown), ", unix:a.sock, 127.0.0.1:"));
	assert_int_equal(access("a.sock", F_OK), 0);
	sockets_close(&sockets);
	assert_int_equal(access("a.sock", F_OK), -1);

	assert_false(open_at(bad, 2));
	says("'nowhere'");
	assert_int_equal(sockets.n, 0);
	assert_int_equal(access("a.sock", F_OK), -1);
}

/* --- in a child, where descriptor 3 and on can be anything ------------------------------------ */

static void set_number(const char *variable, long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", number);
	setenv(variable, text, 1);
}

/* What sockets_take says in a process with these variables (-1: unset) and one descriptor. */
static const char *child_says(int fd, long pid, long count)
{
	static char said[512];
	int ends[2];
	pid_t child;
	ssize_t n;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		int out = dup2(ends[1], 200);

		if (fd >= 0)
			dup2(fd, 3);
		if (pid >= 0)
			set_number("LISTEN_PID", pid > 0 ? pid : getpid());
		if (count >= 0)
			set_number("LISTEN_FDS", count);
		buffer_init(&error, storage, sizeof(storage));
		if (sockets_take(&sockets, &error))
			sockets_text(&sockets, &error);
		if (getenv("LISTEN_FDS") ||
		    (sockets.n > 0 && (!sockets.given || fcntl(3, F_GETFD) == 0)))
			buffer_text(&error, " UNCLEAN");
		sockets_unlink(&sockets);
		n = write(out, error.p, error.n);
		_exit(n < 0);
	}
	close(ends[1]);
	n = read(ends[0], said, sizeof(said) - 1);
	said[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	waitpid(child, NULL, 0);
	return said;
}

static void child(int fd, long pid, long count, const char *what)
{
	const char *said = child_says(fd, pid, count);

	if (!strstr(said, what) || strstr(said, "UNCLEAN"))
		fail_msg("'%s' does not say '%s'", said, what);
}

static void takes_those_of_systemd(void **state)
{
	const char *const address[] = { "unix:given.sock" };
	int fd, ends[2];

	(void)state;
	assert_true(open_at(address, 1));
	fd = sockets.fds[0];
	child(fd, 0, 1, "unix:given.sock");
	/* Its path is systemd's to remove. */
	assert_int_equal(access("given.sock", F_OK), 0);
	child(fd, -1, -1, "there is no socket from systemd");
	child(fd, 0, 0, "there is no socket from systemd");
	child(fd, 0, -1, "there is no socket from systemd");
	child(fd, 1, 1, "the sockets are for process 1, and this is ");
	child(fd, 0, 17, "17 sockets; at most 16 are taken");
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	child(ends[0], 0, 1, "descriptor 3 is not a listening stream socket");
	close(ends[0]);
	close(ends[1]);
	sockets_close(&sockets);
	fd = open("/dev/null", O_RDONLY);
	child(fd, 0, 1, "descriptor 3 is not a listening stream socket");
	close(fd);
}

static int enter(void **state)
{
	(void)state;
	folder_enter();
	return 0;
}

static int leave(void **state)
{
	(void)state;
	folder_leave();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(opens_all_or_none, enter, leave),
		cmocka_unit_test_setup_teardown(takes_those_of_systemd, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
