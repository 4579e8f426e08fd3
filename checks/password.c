/* password.c - the rules for secrets are the configuration's. */
#include "password.h"

#include "buffer.h"
#include "dialogue.h"
#include "file.h"

#include <string.h>

static void explain(struct errors *errors, char *error, size_t cap)
{
	struct config_errors found;
	struct buffer b;

	errors_take(errors, &found);
	buffer_init(&b, error, cap);
	buffer_text(&b, found.list[0].what);
	if (found.list[0].hint[0] != '\0')
		buffer_format(&b, ": %s", found.list[0].hint);
	buffer_string(&b);
	config_errors_fini(&found);
}

static const char *first_line(struct arena *arena, const struct file *file,
			      const char *path, char *error, size_t cap)
{
	struct view line = { file->text, strcspn(file->text, "\r\n") };
	struct buffer b;

	if (line.n > 0 && strlen(file->text) == file->size)
		return arena_text(arena, line);
	buffer_init(&b, error, cap);
	buffer_format(&b, "no password in '%s': its first line is empty, or it holds a NUL",
		      path);
	buffer_string(&b);
	return NULL;
}

const char *password_read(struct arena *arena, const char *path, char *error, size_t cap)
{
	struct place nowhere = { NULL, 0 };
	struct errors errors;
	struct file file;
	const char *password;

	errors_init(&errors);
	if (!file_read(path, DIALOGUE_VALUE_MAX, FILE_SECRET, &errors, nowhere, &file)) {
		explain(&errors, error, cap);
		return NULL;
	}
	password = first_line(arena, &file, path, error, cap);
	file_fini(&file);
	errors_fini(&errors);
	return password;
}
