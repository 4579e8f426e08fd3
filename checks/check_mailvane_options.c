/* check_mailvane_options.c - the table of options of check_mailvane, and what each does. */
#include "check_mailvane_options.h"

#include "buffer.h"

#include <string.h>

const char check_mailvane_options_help[] =
    "Asks a running mailvane_exporter for its last verdict on a mail server.\n"
    "\n"
    "  check_mailvane --server mx1\n"
    "  check_mailvane --server mx1 --service submissions --max-age 5m\n"
    "  check_mailvane --url unix:/run/mailvane/exporter.sock --server mx1\n"
    "\n"
    "  -H, --server NAME     the server's name in the exporter's configuration\n"
    "  -s, --service NAME    one service of it (all of them, the worst decides); `names` "
    "is\n"
    "                        its customers' names, which count among all\n"
    "  -u, --url URL         where the exporter answers: http://HOST:PORT or unix:PATH\n"
    "                        (http://127.0.0.1:19025)\n"
    "      --max-age TIME    an older verdict is UNKNOWN: seconds, or 90s, 5m\n"
    "                        (3 intervals of the service)\n"
    "  -t, --timeout TIME    for everything together: seconds, or 500ms (900ms)\n"
    "  -h, --help  -V, --version\n"
    "\n"
    "Text, values and exit code are those of check_mail; the last line says how old they "
    "are.\n"
    "Exit: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN (bad arguments, no exporter, too old).\n";

enum { OPT_MAX_AGE = 256 };

static const struct option long_options[] = {
	{ "url", required_argument, NULL, 'u' },
	{ "server", required_argument, NULL, 'H' },
	{ "service", required_argument, NULL, 's' },
	{ "max-age", required_argument, NULL, OPT_MAX_AGE },
	{ "timeout", required_argument, NULL, 't' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* "90", "2.5" (seconds) or "5m". */
static bool set_span(struct span *span, const char *name, const char *text, char *error)
{
	char storage[32];
	struct buffer with_unit;

	buffer_init(&with_unit, storage, sizeof(storage));
	buffer_text(&with_unit, text);
	if (*text != '\0' && strspn(text, "0123456789.") == strlen(text))
		buffer_text(&with_unit, "s");
	return (!with_unit.full && span_parse(buffer_view(&with_unit), span)) ||
	       refusal(error, name, text,
		       "seconds or a number with a unit are needed, as 90, 500ms or 5m");
}

static bool check_mailvane_options_set(struct check_mailvane_options *q, int option,
				       const char *value, char *error)
{
	switch (option) {
	case 'u':
		q->url = value;
		return true;
	case 'H':
		q->server = value;
		return true;
	case 's':
		q->service = value;
		return true;
	case OPT_MAX_AGE:
		return set_span(&q->max_age, "--max-age", value, error);
	case 't':
		return set_span(&q->timeout, "--timeout", value, error);
	case 'h':
		q->help = true;
		return true;
	default:
		q->version = true;
		return true;
	}
}

bool check_mailvane_options_parse(int argc, char **argv,
				  struct check_mailvane_options *ret_options,
				  char error[REFUSAL_MAX])
{
	struct check_mailvane_options q = { .url = "http://127.0.0.1:19025",
					    .timeout = span_of_ms(900) };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":u:H:s:t:hV", long_options, NULL)) !=
	       -1) {
		if (option == '?' || option == ':')
			return usage_error_of_option(error, option, argv, long_options);
		if (!check_mailvane_options_set(&q, option, optarg, error))
			return false;
	}
	if (optind < argc)
		return refusal(error, "stray argument", argv[optind], "see --help");
	if (!q.help && !q.version && (q.server == NULL || *q.server == '\0'))
		return refusal(error, "no server", "",
			       "give its name in the exporter's configuration with "
			       "--server NAME");
	*ret_options = q;
	return true;
}
