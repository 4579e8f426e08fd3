/* file_text.c - a change is a new file, size or time: the way editors and daemons write them. */
#include "file_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool file_changed(const char *path, struct stat *seen)
{
	struct stat now;

	if (stat(path, &now) < 0)
		memset(&now, 0, sizeof(now));
	if (now.st_ino == seen->st_ino && now.st_dev == seen->st_dev &&
	    now.st_size == seen->st_size && now.st_mtim.tv_sec == seen->st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == seen->st_mtim.tv_nsec)
		return false;
	*seen = now;
	return true;
}

static char *file_text_read_all(FILE *file)
{
	size_t n = 0, room = 4096;
	char *text = malloc(room);

	while (text != NULL) {
		char *more;

		n += fread(text + n, 1, room - 1 - n, file);
		if (n < room - 1 || room >= FILE_TEXT_MAX)
			break;
		room *= 2;
		more = realloc(text, room);
		if (more == NULL)
			free(text);
		text = more;
	}
	if (text != NULL)
		text[n] = '\0';
	return text;
}

char *file_text(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text;

	if (file == NULL)
		return NULL;
	text = file_text_read_all(file);
	fclose(file);
	return text;
}
