/* replay_corpus.c - runs a fuzz target over files, where there is no libFuzzer.
 *
 * Arguments are files or directories (their regular files, not deeper). Each input lies in a
 * block of exactly its size, so that a sanitizer or valgrind sees a read behind its end.
 * Fails when nothing was run: a corpus that went missing must not pass.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void complain(const char *path)
{
	fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
	exit(1);
}

static size_t replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(size);

	if (!file || (!bytes && size > 0) || fread(bytes, 1, size, file) != size)
		complain(path);
	fclose(file);
	if (LLVMFuzzerTestOneInput(bytes, size) != 0) {
		fprintf(stderr, "replay: %s: refused by the target\n", path);
		exit(1);
	}
	free(bytes);
	return 1;
}

static size_t replay(const char *path, int depth);

static size_t replay_directory(const char *path)
{
	struct dirent **names;
	int count = scandir(path, &names, NULL, alphasort);
	size_t ran = 0;

	if (count < 0)
		complain(path);
	for (int i = 0; i < count; i++) {
		char *inside;

		if (asprintf(&inside, "%s/%s", path, names[i]->d_name) < 0)
			complain(path);
		ran += replay(inside, 1);
		free(inside);
		free(names[i]);
	}
	free(names);
	return ran;
}

static size_t replay(const char *path, int depth)
{
	struct stat found;

	if (stat(path, &found) < 0)
		complain(path);
	if (S_ISREG(found.st_mode))
		return replay_file(path, (size_t)found.st_size);
	if (S_ISDIR(found.st_mode) && depth == 0)
		return replay_directory(path);
	return 0;
}

int main(int argc, char **argv)
{
	size_t ran = 0;

	for (int i = 1; i < argc; i++)
		ran += replay(argv[i], 0);
	printf("replayed %zu inputs\n", ran);
	return ran == 0;
}
