/* usage_error.c - what is wrong with an argument, and what to give instead. */
#include "usage_error.h"

#include "buffer.h"
#include "plugin_text.h"
#include "suggest.h"

#include <string.h>

enum { KNOWN_MAX = 100 };

bool refusal(char error[REFUSAL_MAX], const char *what, const char *value,
	     const char *remedy)
{
	char shown[80];
	struct buffer b;

	plugin_text_copy(shown, sizeof(shown), view_of(value));
	buffer_init(&b, error, REFUSAL_MAX);
	buffer_format(&b, "%s '%s': %s", what, shown, remedy);
	buffer_string(&b);
	return false;
}

bool usage_error_of_option(char error[REFUSAL_MAX], int returned, char *const *argv,
			   const struct option *known)
{
	const char *typed = argv[optind - 1], *names[KNOWN_MAX], *near = NULL;
	char storage[80];
	struct buffer remedy;
	size_t n = 0;

	if (returned == ':')
		return refusal(error, "option", typed, "it needs a value");
	for (; known[n].name != NULL && n < KNOWN_MAX; n++)
		names[n] = known[n].name;
	if (strncmp(typed, "--", 2) == 0)
		near = suggest_word((struct view){ typed + 2, strcspn(typed + 2, "=") },
				    names, n);
	if (near == NULL)
		return refusal(error, "unknown option", typed, "see --help");
	buffer_init(&remedy, storage, sizeof(storage));
	buffer_format(&remedy, "did you mean --%s?", near);
	return refusal(error, "unknown option", typed, buffer_string(&remedy));
}

bool usage_error_of_word(char error[REFUSAL_MAX], const char *what, const char *value,
			 const char *const *words, size_t count)
{
	const char *near = suggest_word(view_of(value), words, count);
	char storage[80];
	struct buffer remedy;

	if (near == NULL)
		return refusal(error, what, value, "there is no such word; see --help");
	buffer_init(&remedy, storage, sizeof(storage));
	buffer_format(&remedy, "did you mean %s?", near);
	return refusal(error, what, value, buffer_string(&remedy));
}
