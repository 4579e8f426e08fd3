/* file.c - open once, ask the descriptor, read whole. */
#include "file.h"

#include "container_of.h"
#include "out_of_memory.h"
#include "regular_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { GROUPS_MAX = 256 };

/* What a file's text lies in. */
struct file_room {
	size_t size;
	char text[];
};

static struct file_room *file_room_of(char *text)
{
	return container_of(text, struct file_room, text);
}

static void file_room_free(void *room)
{
	struct file_room *r = room;

	explicit_bzero(r->text, r->size);
	free(r);
}

static struct stamp stamp_from(const struct stat *st)
{
	return (struct stamp){ st->st_dev, st->st_ino, st->st_size, st->st_mtim };
}

bool stamp_of(const char *path, struct stamp *ret_stamp)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	*ret_stamp = stamp_from(&st);
	return true;
}

bool stamp_same_file(const struct stamp *a, const struct stamp *b)
{
	return a->device == b->device && a->inode == b->inode;
}

bool stamp_same(const struct stamp *a, const struct stamp *b)
{
	return stamp_same_file(a, b) && a->size == b->size &&
	       a->mtime.tv_sec == b->mtime.tv_sec && a->mtime.tv_nsec == b->mtime.tv_nsec;
}

static bool group_is_ours(gid_t group)
{
	gid_t groups[GROUPS_MAX];
	int n = getgroups(GROUPS_MAX, groups);

	if (geteuid() == 0 || group == 0 || group == getegid())
		return true;
	for (int i = 0; i < n; i++)
		if (groups[i] == group)
			return true;
	return false;
}

static bool file_refuse(struct errors *e, struct place place, const char *path,
			const char *why, const char *hint)
{
	errors_add(e, place, hint, "%s %s", QUOTE_NAME(view_of(path)), why);
	return false;
}

static bool refuse_by_errno(struct errors *e, struct place place, const char *path)
{
	const char *hint = "";

	if (errno == EACCES)
		hint = "the user that runs this must be able to read it";
	else if (errno == ENOENT && place.file != NULL)
		hint = "relative paths start at the folder of the file they stand in";

	errors_add(e, place, hint, "cannot open %s: %s", QUOTE_NAME(view_of(path)),
		   strerror(errno));
	return false;
}

static bool allowed(const struct stat *st, const char *path, unsigned rules,
		    struct errors *e, struct place place)
{
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return file_refuse(e, place, path, "can be written by others",
				   HINT("chmod go-w %s", path));
	if ((rules & (FILE_SECRET | FILE_OWNED)) && st->st_uid != 0 &&
	    st->st_uid != geteuid())
		return file_refuse(
		    e, place, path,
		    "belongs to a user who is neither root nor the one that runs "
		    "this",
		    HINT("chown root %s; chgrp and chmod g+r let a service of "
			 "another user read it",
			 path));
	if (!(rules & FILE_SECRET))
		return true;
	if (st->st_mode & S_IROTH)
		return file_refuse(e, place, path, "is a secret that everybody can read",
				   HINT("chmod 600 %s", path));
	if ((st->st_mode & S_IRGRP) && !group_is_ours(st->st_gid))
		return file_refuse(
		    e, place, path, "is a secret that another group can read",
		    HINT("chmod 600 %s, or give it to a group of the user that "
			 "runs this",
			 path));
	return true;
}

static bool acceptable(int fd, const char *path, size_t max, unsigned rules,
		       struct errors *e, struct place place, struct stat *ret_st)
{
	if (fstat(fd, ret_st) != 0)
		return refuse_by_errno(e, place, path);
	if (!S_ISREG(ret_st->st_mode))
		return file_refuse(e, place, path, regular_file_fault(ret_st->st_mode), "");
	if (!allowed(ret_st, path, rules, e, place))
		return false;
	if (ret_st->st_size < 0 || (uint64_t)ret_st->st_size > max)
		return file_refuse(e, place, path, "is too large",
				   HINT("at most %zu bytes are read", max));
	return true;
}

/* Reads size bytes and finds nothing behind them. */
static bool read_whole(int fd, char *text, size_t size)
{
	size_t n = 0;

	while (n <= size) {
		ssize_t got = read(fd, text + n, size + 1 - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	errno = 0;
	return n == size;
}

static bool read_checked(int fd, const char *path, size_t max, unsigned rules,
			 struct errors *e, struct place place, struct file *ret_file)
{
	struct file_room *room;
	struct stat st;

	if (!acceptable(fd, path, max, rules, e, place, &st))
		return false;
	/* No error has words of a secret anyway. */
	if (!(st.st_mode & S_IROTH) && !(rules & FILE_SECRET))
		errors_keep_private(e, path);
	room = malloc(sizeof(*room) + (size_t)st.st_size + 1);
	if (room == NULL) {
		errors_out_of_memory(e);
		return false;
	}
	room->size = (size_t)st.st_size + 1;
	if (!read_whole(fd, room->text, (size_t)st.st_size)) {
		int error = errno;

		file_room_free(room);
		if (error == 0)
			return file_refuse(
			    e, place, path, "changed while it was being read",
			    "write a new file and rename it over the old one");
		errors_add(e, place, "", "cannot read %s: %s", QUOTE_NAME(view_of(path)),
			   strerror(error));
		return false;
	}
	room->text[st.st_size] = '\0';
	*ret_file = (struct file){ room->text, (size_t)st.st_size, stamp_from(&st) };
	return true;
}

bool file_read(const char *path, size_t max, unsigned rules, struct errors *e,
	       struct place place, struct file *ret_file)
{
	/* O_NONBLOCK: opening a pipe must not wait for its other end. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	bool done;

	if (fd < 0)
		return refuse_by_errno(e, place, path);
	done = read_checked(fd, path, max, rules, e, place, ret_file);
	close(fd);
	if (done)
		out_of_memory_hold(file_room_free, file_room_of(ret_file->text));
	return done;
}

void file_fini(struct file *file)
{
	out_of_memory_let_go();
	file_room_free(file_room_of(file->text));
	*file = (struct file){ 0 };
}

bool file_usable(const char *path, bool directory, struct errors *e, struct place place)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	bool usable;

	if (fd < 0)
		return refuse_by_errno(e, place, path);
	if (fstat(fd, &st) != 0)
		usable = refuse_by_errno(e, place, path);
	else if (directory && !S_ISDIR(st.st_mode))
		usable = file_refuse(e, place, path, "is not a directory", "");
	else if (!directory && !S_ISREG(st.st_mode))
		usable = file_refuse(e, place, path, regular_file_fault(st.st_mode), "");
	else
		usable = allowed(&st, path, 0, e, place);
	close(fd);
	return usable;
}
