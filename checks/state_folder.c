/* state_folder.c - open(2) with O_NOFOLLOW, a file beside it, rename(2) or link(2). */
#include "state_folder.h"

#include "buffer.h"
#include "regular_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OTHERS_MAY_WRITE = S_IWGRP | S_IWOTH, OTHERS_MAY = S_IRWXG | S_IRWXO };

static bool usable(int fd, const char *path, char error[REFUSAL_MAX])
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return refusal(error, "--state-dir", path, strerror(errno));
	if (st.st_uid != geteuid())
		return refusal(error, "--state-dir", path,
			       "it belongs to another user; a folder of the user that runs "
			       "the check is needed");
	if (st.st_mode & OTHERS_MAY_WRITE)
		return refusal(error, "--state-dir", path,
			       "others can write to it; chmod 700 it");
	if (faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) < 0)
		return refusal(error, "--state-dir", path, strerror(errno));
	return true;
}

bool state_folder_open(struct state_folder *f, const char *path, char error[REFUSAL_MAX])
{
	f->fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (f->fd < 0 && errno == ENOENT)
		return refusal(error, "--state-dir", path,
			       "there is no such folder; make it with mkdir -m 700");
	if (f->fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return refusal(error, "--state-dir", path,
			       "a folder is needed, not a file or a symbolic link");
	if (f->fd < 0)
		return refusal(error, "--state-dir", path, strerror(errno));
	if (usable(f->fd, path, error))
		return true;
	state_folder_close(f);
	return false;
}

void state_folder_close(struct state_folder *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

static bool state_folder_is_ours(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	       (st.st_mode & OTHERS_MAY) == 0;
}

static size_t read_up_to(int fd, char *dst, size_t cap)
{
	size_t n = 0;
	char more;

	while (n < cap) {
		ssize_t got = read(fd, dst + n, cap - n);

		if (got == 0)
			return n;
		if (got < 0 && errno != EINTR)
			return 0;
		n += got > 0 ? (size_t)got : 0;
	}
	return read(fd, &more, 1) == 0 ? n : 0;
}

size_t state_folder_read(const struct state_folder *f, const char *name, void *dst,
			 size_t cap)
{
	/* O_NONBLOCK: a pipe somebody put there must not hold us up. */
	int fd = openat(f->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	size_t n = 0;

	if (fd < 0)
		return 0;
	if (state_folder_is_ours(fd))
		n = read_up_to(fd, dst, cap);
	close(fd);
	return n;
}

static void remove_quietly(int folder, const char *name)
{
	int why = errno;

	unlinkat(folder, name, 0);
	errno = why;
}

/* A new file with the text, whose name it chooses. */
static bool write_beside(const struct state_folder *f, struct view text,
			 char ret_name[STATE_NAME_MAX])
{
	uint64_t chance = 0;
	bool good;
	int fd;

	if (getrandom(&chance, sizeof(chance), 0) < 0)
		return false;
	snprintf(ret_name, STATE_NAME_MAX, "new-%016llx", (unsigned long long)chance);
	fd = openat(f->fd, ret_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return false;
	good = fchmod(fd, 0600) == 0 && regular_file_write(fd, text);
	if (close(fd) < 0)
		good = false;
	if (!good)
		remove_quietly(f->fd, ret_name);
	return good;
}

bool state_folder_write(const struct state_folder *f, const char *name, struct view text)
{
	char beside[STATE_NAME_MAX];

	if (!write_beside(f, text, beside))
		return false;
	if (renameat(f->fd, beside, f->fd, name) == 0)
		return true;
	remove_quietly(f->fd, beside);
	return false;
}

bool state_folder_create(const struct state_folder *f, const char *name, struct view text)
{
	char beside[STATE_NAME_MAX];
	bool good;

	if (!write_beside(f, text, beside))
		return false;
	good = linkat(f->fd, beside, f->fd, name, 0) == 0;
	remove_quietly(f->fd, beside);
	return good;
}

void state_folder_remove(const struct state_folder *f, const char *name)
{
	unlinkat(f->fd, name, 0);
}
