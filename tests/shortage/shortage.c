/* shortage.c - preloaded: lets the n-th call fail that asks for memory or for a descriptor.
 *
 *   SHORTAGE=memory:N        the N-th allocation fails, the others work
 *   SHORTAGE=memory:N-       from the N-th on all fail
 *   SHORTAGE=descriptors:N   likewise with EMFILE: socket, open, fopen, epoll, eventfd, pipe, dup
 *   SHORTAGE_COUNT=FILE      how many calls there were is written to FILE at the end
 *   SHORTAGE_SWITCH=FILE     counts only while FILE exists, from 0 each time it appears; N is what
 *                            stands in it
 *   SHORTAGE_SPARE=LIBRARY   what that library asks for itself always works
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum kind { NOTHING, MEMORY, DESCRIPTORS };

static enum kind wanted;
static unsigned long at;
static bool from_there_on;
static const char *count_file, *switch_file;
static atomic_ulong calls;
static char *spared_from, *spared_to; /* code of the spared library */

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);

/* Before this library's own start: a sanitizer asks for memory while programs are still being
 * relocated, when nothing else can be called. */
static char early[2 << 20];
static size_t early_used;

static void *early_take(size_t size)
{
	char *p = early + early_used;

	early_used += (size + 15) & ~(size_t)15;
	if (early_used > sizeof(early))
		_exit(99);
	return p;
}

static bool is_early(const void *p)
{
	return (const char *)p >= early && (const char *)p < early + sizeof(early);
}

static void *next_symbol(const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	if (found == NULL)
		_exit(98);
	return found;
}

static void resolve(void)
{
	real_malloc = (void *(*)(size_t))next_symbol("malloc");
	real_calloc = (void *(*)(size_t, size_t))next_symbol("calloc");
	real_realloc = (void *(*)(void *, size_t))next_symbol("realloc");
	real_free = (void (*)(void *))next_symbol("free");
}

/* Where a library's code lies: the mappings of /proc/self/maps that name it. */
static void find_spared(const char *name)
{
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "re");

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		unsigned long from, to;

		if (strstr(line, name) == NULL || sscanf(line, "%lx-%lx", &from, &to) != 2)
			continue;
		if (spared_from == NULL)
			spared_from = (char *)from;
		spared_to = (char *)to;
	}
	if (maps != NULL)
		fclose(maps);
}

__attribute__((constructor)) static void begin(void)
{
	const char *spec = getenv("SHORTAGE"), *spare = getenv("SHORTAGE_SPARE");
	enum kind kind = NOTHING;
	char *end;

	resolve();
	count_file = getenv("SHORTAGE_COUNT");
	switch_file = getenv("SHORTAGE_SWITCH");
	if (spare != NULL)
		find_spared(spare);
	if (spec != NULL && strncmp(spec, "memory:", 7) == 0)
		kind = MEMORY;
	else if (spec != NULL && strncmp(spec, "descriptors:", 12) == 0)
		kind = DESCRIPTORS;
	if (kind != NOTHING) {
		at = strtoul(strchr(spec, ':') + 1, &end, 10);
		from_there_on = *end == '-';
	}
	wanted = kind;
}

__attribute__((destructor)) static void end(void)
{
	char text[32];
	int fd, n;

	wanted = NOTHING;
	if (count_file == NULL)
		return;
	fd = (int)syscall(SYS_openat, AT_FDCWD, count_file,
			  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	n = snprintf(text, sizeof(text), "%lu\n", atomic_load(&calls));
	if (write(fd, text, (size_t)n) != n)
		_exit(97);
	close(fd);
}

/* With system calls alone, for it is asked in the middle of malloc. */
static bool is_on(void)
{
	static atomic_bool was_on;
	char text[32] = "";
	int fd;

	if (switch_file == NULL)
		return true;
	fd = (int)syscall(SYS_openat, AT_FDCWD, switch_file, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		atomic_store(&was_on, false);
		return false;
	}
	if (!atomic_exchange(&was_on, true)) {
		if (syscall(SYS_read, fd, text, sizeof(text) - 1) > 0)
			at = strtoul(text, NULL, 10);
		atomic_store(&calls, 0);
	}
	syscall(SYS_close, fd);
	return true;
}

static bool fails(enum kind kind, const void *caller)
{
	unsigned long number;

	if (kind != wanted || !is_on())
		return false;
	if ((const char *)caller >= spared_from && (const char *)caller < spared_to)
		return false;
	number = atomic_fetch_add(&calls, 1) + 1;
	if (at == 0 || number < at || (number > at && !from_there_on))
		return false;
	errno = kind == MEMORY ? ENOMEM : EMFILE;
	return true;
}

#define CALLER __builtin_return_address(0)

/* --- memory ------------------------------------------------------------------------------ */

void *malloc(size_t size)
{
	if (real_malloc == NULL)
		return early_take(size);
	return fails(MEMORY, CALLER) ? NULL : real_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	if (real_calloc == NULL)
		return early_take(count * size);
	return fails(MEMORY, CALLER) ? NULL : real_calloc(count, size);
}

void *realloc(void *p, size_t size)
{
	if (is_early(p) || real_realloc == NULL) {
		void *moved = malloc(size);

		/* What lies behind it is ours, too. */
		return moved != NULL && p != NULL ? memcpy(moved, p, size) : moved;
	}
	return fails(MEMORY, CALLER) ? NULL : real_realloc(p, size);
}

void *reallocarray(void *p, size_t count, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(count, size, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	if (is_early(p) || real_realloc == NULL)
		return realloc(p, all);
	return fails(MEMORY, CALLER) ? NULL : real_realloc(p, all);
}

char *strdup(const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy;

	if (real_malloc != NULL && fails(MEMORY, CALLER))
		return NULL;
	copy = real_malloc != NULL ? real_malloc(n) : early_take(n);
	return copy != NULL ? memcpy(copy, text, n) : NULL;
}

void free(void *p)
{
	if (!is_early(p) && real_free != NULL)
		real_free(p);
}

/* --- descriptors ------------------------------------------------------------------------- */

#define NEXT(name) ((__typeof__(&name))next_symbol(#name))

int socket(int family, int type, int protocol)
{
	return fails(DESCRIPTORS, CALLER) ? -1 : NEXT(socket)(family, type, protocol);
}

static mode_t mode_of(int flags, va_list *values)
{
	return flags & O_CREAT ? (mode_t)va_arg(*values, int) : 0;
}

#define OPEN(name)                                                                         \
	int name(const char *path, int flags, ...)                                         \
	{                                                                                  \
		va_list values;                                                            \
		mode_t mode;                                                               \
                                                                                           \
		va_start(values, flags);                                                   \
		mode = mode_of(flags, &values);                                            \
		va_end(values);                                                            \
		return fails(DESCRIPTORS, CALLER) ? -1 : NEXT(name)(path, flags, mode);    \
	}
OPEN(open)
OPEN(open64)

FILE *fopen(const char *path, const char *mode)
{
	return fails(DESCRIPTORS, CALLER) ? NULL : NEXT(fopen)(path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
	return fails(DESCRIPTORS, CALLER) ? NULL : NEXT(fopen64)(path, mode);
}

DIR *opendir(const char *path)
{
	return fails(DESCRIPTORS, CALLER) ? NULL : NEXT(opendir)(path);
}

int epoll_create1(int flags)
{
	return fails(DESCRIPTORS, CALLER) ? -1 : NEXT(epoll_create1)(flags);
}

int eventfd(unsigned count, int flags)
{
	return fails(DESCRIPTORS, CALLER) ? -1 : NEXT(eventfd)(count, flags);
}

int pipe2(int fds[2], int flags)
{
	return fails(DESCRIPTORS, CALLER) ? -1 : NEXT(pipe2)(fds, flags);
}

int accept4(int fd, struct sockaddr *from, socklen_t *n, int flags)
{
	return fails(DESCRIPTORS, CALLER) ? -1 : NEXT(accept4)(fd, from, n, flags);
}
