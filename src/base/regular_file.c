/* regular_file.c - open(2) with O_NONBLOCK, then fstat(2): what is asked is what is read. */
#include "regular_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char *regular_file_fault(mode_t mode)
{
	if (S_ISREG(mode))
		return NULL;
	if (S_ISDIR(mode))
		return "is a directory, not a file";
	if (S_ISFIFO(mode))
		return "is a pipe, not a file";
	return "is not a regular file";
}

int regular_file_open(const char *path, struct stat *ret_st, const char **ret_why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		*ret_why = strerror(errno);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*ret_why = regular_file_fault(st.st_mode);
	if (*ret_why != NULL) {
		close(fd);
		errno = 0;
		return -1;
	}
	if (ret_st != NULL)
		*ret_st = st;
	return fd;
}

bool regular_file_write(int fd, struct view bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		bytes = view_skip(bytes, (size_t)n);
	}
	return true;
}
