/* secret.c - the rules for passwords in files. */
#include "secret.h"

#include "dialogue.h"

static const char *password_fault(struct view password)
{
	if (password.n == 0)
		return "has no password";
	if (password.n > DIALOGUE_VALUE_MAX)
		return "has a password of more than 512 bytes";
	for (size_t i = 0; i < password.n; i++) {
		if (password.p[i] == '\n')
			return "has more than one line";
		if ((unsigned char)password.p[i] < 0x20 || password.p[i] == 0x7f)
			return "has a control character in the password";
	}
	return NULL;
}

static struct view without_line_end(struct view text)
{
	if (text.n > 0 && text.p[text.n - 1] == '\n')
		text.n--;
	if (text.n > 0 && text.p[text.n - 1] == '\r')
		text.n--;
	return text;
}

struct view secret_password(struct view text, const char **ret_fault)
{
	struct view password = without_line_end(text);

	*ret_fault = password_fault(password);
	return password;
}

/* RFC 6750 section 2.1. */
static const char *token_fault(struct view token)
{
	if (token.n == 0)
		return "has no token";
	if (token.n > DIALOGUE_TOKEN_MAX)
		return "has a token of more than 4096 bytes";
	for (size_t i = 0; i < token.n; i++)
		if (token.p[i] == '\n')
			return "has more than one line";
		else if (token.p[i] <= ' ' || token.p[i] >= 0x7f)
			return "has a character that no token has";
	return NULL;
}

struct view secret_token(struct view text, const char **ret_fault)
{
	struct view token = without_line_end(text);

	*ret_fault = token_fault(token);
	return token;
}

enum { SECRET_FILE_MAX = 64 * 1024 };

static const char *read_by(struct loader *l, const char *path, struct place place,
			   struct view (*rule)(struct view, const char **),
			   const char *hint)
{
	const char *fault, *secret = NULL;
	struct view text;
	struct file file;

	if (l->no_files)
		return "";
	if (!file_read(path, SECRET_FILE_MAX, FILE_SECRET, &l->errors, place, &file))
		return NULL;
	watch_file(l->watch, path, &file.stamp);
	text = rule((struct view){ file.text, file.size }, &fault);
	if (fault == NULL)
		secret = arena_text(&l->plan->arena, text);
	else
		errors_add(&l->errors, place, hint, "%s %s", QUOTE_NAME(view_of(path)),
			   fault);
	file_fini(&file);
	return secret;
}

const char *secret_read(struct loader *l, const char *path, struct place place)
{
	return read_by(l, path, place, secret_password,
		       "one line with the password, nothing else");
}

const char *secret_read_token(struct loader *l, const char *path, struct place place)
{
	return read_by(l, path, place, secret_token,
		       "one line with the token, nothing else");
}

void secret_watch(struct loader *l, const char *path, struct place place)
{
	struct file file;

	if (!file_read(path, SECRET_FILE_MAX, FILE_SECRET, &l->errors, place, &file))
		return;
	watch_file(l->watch, path, &file.stamp);
	file_fini(&file);
}
