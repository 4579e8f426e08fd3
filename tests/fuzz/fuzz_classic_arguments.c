/* fuzz_classic_arguments.c - whatever the command line is, it is taken or refused with a
 * sentence, and what is taken makes sense.
 *
 * The words are separated by LF; the first is the name of the plugin.
 */
#include "arguments.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { WORDS_MAX = 100 };

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check(const struct arguments *a)
{
	must(a->host != NULL && *a->host != '\0' && a->port > 0);
	must(a->expect.count > 0 && a->expect.count <= ARGUMENTS_LIST_MAX);
	must(a->commands.count <= ARGUMENTS_LIST_MAX);
	must(a->cert_warning >= 0 && a->cert_critical >= 0);
	must(!(a->flags & ARGUMENTS_CERTIFICATE) ||
	     (a->flags & (ARGUMENTS_TLS | ARGUMENTS_STARTTLS)));
	must((a->flags & (ARGUMENTS_TLS | ARGUMENTS_STARTTLS)) !=
	     (ARGUMENTS_TLS | ARGUMENTS_STARTTLS));
	must(!(a->flags & ARGUMENTS_STARTTLS) || a->plugin->starttls != NULL);
	must(a->timeout > 0 || a->plugin->family == PLUGIN_SMTP);
	for (size_t i = 0; i < a->commands.count; i++)
		must(strpbrk(a->commands.texts[i], "\r\n") == NULL);
	must(a->from == NULL || a->from_n <= strlen(a->from));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char error[ARGUMENTS_ERROR_MAX] = "", *argv[WORDS_MAX + 1];
	char *text = malloc(n + 1), *rest = text;
	const struct plugin *plugin;
	struct arguments a;
	int argc = 0;

	must(text != NULL);
	if (n > 0)
		memcpy(text, bytes, n);
	text[n] = '\0';
	while (argc < WORDS_MAX && rest != NULL)
		argv[argc++] = strsep(&rest, "\n");
	argv[argc] = NULL;
	plugin = plugin_find(plugin_basename(argv[0]));
	if (plugin != NULL) {
		switch (arguments_parse(plugin, argv[0], argc, argv, &a, error)) {
		case ARGUMENTS_OK:
			check(&a);
			break;
		case ARGUMENTS_BAD:
			must(*error != '\0' && strlen(error) < sizeof(error));
			break;
		default:
			break;
		}
	}
	free(text);
	return 0;
}
