/* folder.c - a folder of its own for a test. */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[PATH_MAX], before[PATH_MAX];

static void need(int good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

void folder_enter(void)
{
	const char *home = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/mailvane-test-XXXXXX",
		 home != NULL ? home : "/tmp");
	need(getcwd(before, sizeof(before)) != NULL, "getcwd");
	need(mkdtemp(folder) != NULL, folder);
	need(chdir(folder) == 0, folder);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st, (void)kind, (void)ftw;
	return remove(path);
}

void folder_leave(void)
{
	need(chdir(before) == 0, before);
	need(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0, folder);
}

void folder_write_bytes(const char *path, mode_t mode, const void *bytes, size_t n)
{
	char parent[PATH_MAX], *slash;
	FILE *f;

	snprintf(parent, sizeof(parent), "%s", path);
	slash = strrchr(parent, '/');
	if (slash != NULL) {
		*slash = '\0';
		need(mkdir(parent, 0755) == 0 || errno == EEXIST, parent);
	}
	f = fopen(path, "w");
	need(f != NULL, path);
	need(fwrite(bytes, 1, n, f) == n, path);
	need(fchmod(fileno(f), mode) == 0, path);
	need(fclose(f) == 0, path);
}

void folder_write(const char *path, mode_t mode, const char *text)
{
	folder_write_bytes(path, mode, text, strlen(text));
}

static char *read_bytes(const char *path, size_t *ret_n)
{
	FILE *f = fopen(path, "r");
	char *text;
	long n;

	if (f == NULL)
		return NULL;
	need(fseek(f, 0, SEEK_END) == 0, path);
	n = ftell(f);
	rewind(f);
	text = malloc((size_t)n + 1);
	need(text != NULL && fread(text, 1, (size_t)n, f) == (size_t)n, path);
	text[n] = '\0';
	fclose(f);
	*ret_n = (size_t)n;
	return text;
}

char *folder_read(const char *path)
{
	size_t n;

	return read_bytes(path, &n);
}

static const char *copied;

static int copy_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	size_t length = strlen(path), n;
	int secret = length > 7 && strcmp(path + length - 7, ".secret") == 0;
	char *bytes;

	(void)st, (void)ftw;
	if (kind != FTW_F)
		return 0;
	bytes = read_bytes(path, &n);
	need(bytes != NULL, path);
	folder_write_bytes(path + strlen(copied) + 1, secret ? 0600 : 0644, bytes, n);
	free(bytes);
	return 0;
}

void folder_copy(const char *from)
{
	copied = from;
	need(nftw(from, copy_one, 16, FTW_PHYS) == 0, from);
}
