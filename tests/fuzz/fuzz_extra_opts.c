/* fuzz_extra_opts.c - whatever an ini file holds, only options come of it: one dash or two, no
 * NUL, no line break, and no more of them than lines. */
#include "extra_opts.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct extra_opts opts = { 0 };
	char error[EXTRA_OPTS_ERROR_MAX] = "";
	char *text = malloc(n + 1);
	struct arena arena;
	size_t lines = 1;

	must(text != NULL);
	if (n > 0)
		memcpy(text, bytes, n);
	arena_init(&arena);
	for (size_t i = 0; i < n; i++)
		lines += text[i] == '\n';
	if (extra_opts_read(&arena, (struct view){ text, n }, "f.ini", "check_imap", &opts,
			    error))
		must(opts.count > 0);
	else
		must(*error != '\0');
	must(opts.count <= lines);
	for (size_t i = 0; i < opts.count; i++) {
		must(opts.options[i][0] == '-' && opts.options[i][1] != '\0');
		must(strchr(opts.options[i], '\n') == NULL);
	}
	arena_fini(&arena);
	free(text);
	return 0;
}
