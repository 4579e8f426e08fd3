/* check_classic - the classic mail plugins behind their old names, in one program.
 *
 * check_smtp speaks SMTP (smtp_rules.c), the others only look at the greeting (tcp_rules.c), as
 * they always did. Everything is printed at the end, on standard output.
 */
#include "../extra_opts.h"
#include "../last_word.h"
#include "check.h"
#include "smtp_rules.h"
#include "tcp_rules.h"
#include "usage.h"

#include <stdio.h>

/* The conversation has its own deadline; beyond that something hangs. */
enum { GRACE_S = 3 };

/* A conversation shown line by line, below what is printed otherwise. */
static void print_transcript(struct buffer *transcript)
{
	if (transcript->n == 0)
		return;
	buffer_string(transcript);
	printout_no_bars(transcript->p);
	fputs(transcript->p, stdout);
}

static int run(const struct arguments *a)
{
	static struct check check;
	static char storage[CONVERSATION_TRANSCRIPT_MAX];
	struct buffer transcript;
	bool verbose = a->flags & ARGUMENTS_VERBOSE;

	if (a->timeout > 0)
		last_word_after(a->timeout + GRACE_S);
	buffer_init(&transcript, storage, sizeof(storage));
	check.arguments = a;
	check.begun = instant_now();
	printout_init(&check.printout, a);
	if (!conversation_init(&check.conversation, a->timeout,
			       verbose ? &transcript : NULL)) {
		printf("%s UNKNOWN - out of file descriptors or memory\n", a->service);
		return STATE_UNKNOWN;
	}
	if (a->plugin->family == PLUGIN_SMTP)
		smtp_check(&check);
	else
		tcp_check(&check);
	fputs(printout_text(&check.printout), stdout);
	print_transcript(&transcript);
	conversation_fini(&check.conversation);
	return (int)check.printout.state;
}

static int with_arguments(const struct plugin *plugin, const char *progname, int argc,
			  char **argv)
{
	char error[ARGUMENTS_ERROR_MAX];
	struct arguments a;

	switch (arguments_parse(plugin, progname, argc, argv, &a, error)) {
	case ARGUMENTS_OK:
		return run(&a);
	case ARGUMENTS_VERSION:
		printf("%s (mailvane %s)\n", progname, MAILVANE_VERSION);
		return STATE_UNKNOWN;
	case ARGUMENTS_HELP:
		printf("%s (mailvane %s)\n\n", progname, MAILVANE_VERSION);
		usage_print_help(plugin, progname);
		return STATE_UNKNOWN;
	default:
		printout_no_bars(error);
		printf("%s: %s\n", progname, error);
		usage_print(plugin, progname);
		return STATE_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	const char *progname = plugin_basename(argc > 0 ? argv[0] : "");
	const struct plugin *plugin = plugin_find(progname);
	char error[EXTRA_OPTS_ERROR_MAX], service[PLUGIN_SERVICE_MAX];
	struct arena arena;
	int code;

	if (plugin == NULL) {
		puts("CRITICAL - Generic check_tcp called with unknown service: call it "
		     "check_smtp, check_imap, check_simap, check_pop, check_spop or "
		     "check_ssmtp");
		return STATE_UNKNOWN;
	}
	last_word_prepare(plugin_service(progname, service));
	arena_init(&arena);
	if (extra_opts_expand(&arena, progname, &argc, &argv, error)) {
		code = with_arguments(plugin, progname, argc, argv);
	} else {
		printout_no_bars(error);
		puts(error);
		code = STATE_UNKNOWN;
	}
	arena_fini(&arena);
	return code;
}
