/* password.c - the rules for secret files are the configuration's. */
#include "password.h"

#include "buffer.h"
#include "dialogue.h"
#include "file.h"
#include "secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *password_take(struct arena *arena, struct view text, bool token,
				 const char *where, char error[REFUSAL_MAX])
{
	const char *fault;
	struct view password =
	    token ? secret_token(text, &fault) : secret_password(text, &fault);

	if (fault == NULL)
		return arena_text(arena, password);
	refusal(error, token ? "token from" : "password from", where, fault);
	return NULL;
}

static void password_explain(struct errors *errors, char error[REFUSAL_MAX])
{
	struct config_errors found;
	struct buffer b;

	errors_take(errors, &found);
	buffer_init(&b, error, REFUSAL_MAX);
	buffer_text(&b, found.list[0].what);
	if (found.list[0].hint[0] != '\0')
		buffer_format(&b, ": %s", found.list[0].hint);
	buffer_string(&b);
	config_errors_fini(&found);
}

static const char *from_file(struct arena *arena, const char *path, bool token,
			     char error[REFUSAL_MAX])
{
	struct place nowhere = { NULL, 0 };
	struct errors errors;
	struct file file;
	const char *password;

	errors_init(&errors);
	if (!file_read(path, 2 * DIALOGUE_TOKEN_MAX, FILE_SECRET, &errors, nowhere,
		       &file)) {
		password_explain(&errors, error);
		return NULL;
	}
	password =
	    password_take(arena, (struct view){ file.text, file.size }, token, path, error);
	file_fini(&file);
	errors_fini(&errors);
	return password;
}

const char *password_from_file(struct arena *arena, const char *path,
			       char error[REFUSAL_MAX])
{
	return from_file(arena, path, false, error);
}

const char *token_from_file(struct arena *arena, const char *path, char error[REFUSAL_MAX])
{
	return from_file(arena, path, true, error);
}

const char *password_from_fd(struct arena *arena, int fd, char error[REFUSAL_MAX])
{
	char text[2 * DIALOGUE_VALUE_MAX];
	const char *password;
	size_t n = 0;

	while (n < sizeof(text)) {
		ssize_t got = read(fd, text + n, sizeof(text) - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			refusal(error, "--password-fd", "", strerror(errno));
			return NULL;
		}
		if (got == 0)
			break;
		n += (size_t)got;
	}
	password =
	    password_take(arena, (struct view){ text, n }, false, "the descriptor", error);
	explicit_bzero(text, sizeof(text));
	return password;
}

const char *password_from_env(struct arena *arena, const char *variable,
			      char error[REFUSAL_MAX])
{
	char *value = getenv(variable);
	const char *password;

	if (value == NULL) {
		refusal(error, "--password-env", variable,
			"the environment has no such variable");
		return NULL;
	}
	password = password_take(arena, view_of(value), false, variable, error);
	explicit_bzero(value, strlen(value));
	unsetenv(variable);
	return password;
}
