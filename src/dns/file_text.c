/* file_text.c - a change is a new file, size or time: the way editors and daemons write
 * them. */
#include "file_text.h"

#include <errno.h>
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

static bool file_text_is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM;
}

bool file_text_read(const char *path, char **ret_text)
{
	FILE *file = fopen(path, "re");
	char *text;

	if (file == NULL && file_text_is_shortage(errno))
		return false;
	text = file != NULL ? file_text_read_all(file) : NULL;
	if (file != NULL && fclose(file) == 0 && text == NULL)
		return false;
	*ret_text = text;
	return true;
}
