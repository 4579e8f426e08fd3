/* check_classic - the classic mail plugins behind their old names, in one program.
 *
 * check_smtp speaks SMTP (smtp_rules.c), the others only look at the greeting (tcp_rules.c), as
 * they always did. Everything is printed at the end, on standard output.
 */
#include "../extra_opts.h"
#include "../output.h"
#include "../signal_output.h"
#include "check.h"
#include "smtp_rules.h"
#include "tcp_rules.h"
#include "usage.h"

/* The conversation has its own deadline; beyond that something hangs. */
enum { GRACE_S = 3, USAGE_TEXT_MAX = 8192 };

static int check_classic_run(const struct arguments *a)
{
	static struct check check;
	static char storage[CONVERSATION_TRANSCRIPT_MAX];
	struct buffer transcript;
	bool verbose = a->flags & ARGUMENTS_VERBOSE;

	/* -t 0 is no limit, as it always was. */
	signal_output_after(a->timeout > 0 ? a->timeout + GRACE_S : 0);
	buffer_init(&transcript, storage, sizeof(storage));
	check.arguments = a;
	check.begun = instant_now();
	printout_init(&check.printout, a);
	if (!conversation_init(&check.conversation, a->timeout,
			       verbose ? &transcript : NULL)) {
		return output_unknown(a->service,
				      view_of("out of file descriptors or memory"));
	}
	if (a->plugin->family == PLUGIN_SMTP)
		smtp_check(&check);
	else
		tcp_check(&check);
	check_own_failure(&check);
	output_lines_with_values(view_of(printout_text(&check.printout)));
	output_lines(buffer_view(&transcript));
	conversation_fini(&check.conversation);
	return (int)check.printout.state;
}

static int print_usage(const struct plugin *plugin, const char *progname, const char *error)
{
	char text[USAGE_TEXT_MAX];
	struct buffer b;

	buffer_init(&b, text, sizeof(text));
	buffer_format(&b, "%s: %s\n", progname, error);
	usage_put(&b, plugin, progname);
	output_lines(buffer_view(&b));
	return STATE_UNKNOWN;
}

static int print_help(const struct plugin *plugin, const char *progname, bool whole)
{
	char text[USAGE_TEXT_MAX];
	struct buffer b;

	buffer_init(&b, text, sizeof(text));
	buffer_format(&b, "%s (mailvane %s)\n", progname, MAILVANE_VERSION);
	if (whole) {
		buffer_text(&b, "\n");
		usage_put_help(&b, plugin, progname);
	}
	output_lines(buffer_view(&b));
	return STATE_UNKNOWN;
}

static int with_arguments(const struct plugin *plugin, const char *progname, int argc,
			  char **argv)
{
	char error[ARGUMENTS_ERROR_MAX];
	struct arguments a;

	switch (arguments_parse(plugin, progname, argc, argv, &a, error)) {
	case ARGUMENTS_OK:
		return check_classic_run(&a);
	case ARGUMENTS_VERSION:
		return print_help(plugin, progname, false);
	case ARGUMENTS_HELP:
		return print_help(plugin, progname, true);
	default:
		return print_usage(plugin, progname, error);
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
		output_text(
		    "CRITICAL - Generic check_tcp called with unknown service: call it "
		    "check_smtp, check_imap, check_simap, check_pop, check_spop or "
		    "check_ssmtp");
		return STATE_UNKNOWN;
	}
	signal_output_prepare(plugin_service(progname, service));
	arena_init(&arena);
	/* A file may be on a file system that hangs. */
	signal_output_after(ARGUMENTS_TIMEOUT_S + GRACE_S);
	if (extra_opts_expand(&arena, progname, &argc, &argv, error)) {
		code = with_arguments(plugin, progname, argc, argv);
	} else {
		output_text(error);
		code = STATE_UNKNOWN;
	}
	arena_fini(&arena);
	return code;
}
