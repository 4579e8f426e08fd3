/* options.c - the table of options, and what each does. */
#include "options.h"

#include "buffer.h"
#include "printable.h"
#include "suggest.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

const char options_help[] =
    "Checks the mail services of one host.\n"
    "\n"
    "  check_mail -H mail.example.com -s imaps\n"
    "  check_mail -H mx1.example.com -s smtp,submission,submissions -t 5\n"
    "  check_mail -H 203.0.113.7 -s imap --name mail.example.com \\\n"
    "      --user probe@example.com --password-file /etc/nagios/probe.secret\n"
    "\n"
    "  -H, --hostname HOST      host name or address of the server\n"
    "  -s, --service LIST       smtp smtp-alt submission submissions imap imaps pop3 "
    "pop3s\n"
    "                           lmtp sieve; several with commas between\n"
    "  -p, --port PORT          another port than the service's own (one service only)\n"
    "      --tls MODE           none, opportunistic, starttls (required) or implicit\n"
    "      --name NAME          name to ask for by SNI and to find in the certificate "
    "(HOST)\n"
    "      --ca-file FILE       trust only these authorities (the system's)\n"
    "      --user USER          log in, inside verified TLS only\n"
    "      --password-file FILE its first line; must not be readable by others\n"
    "      --ehlo NAME          our own name in EHLO (this host's)\n"
    "  -t, --timeout SECONDS    for everything together (10)\n"
    "  -4, -6                   only IPv4, only IPv6 (the first address that works)\n"
    "  -h, --help  -V, --version\n"
    "\n"
    "Exit: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN (bad arguments or our own trouble).\n";

enum {
	OPT_TLS = 256,
	OPT_NAME,
	OPT_CA_FILE,
	OPT_USER,
	OPT_PASSWORD_FILE,
	OPT_EHLO,
};

static const struct option long_options[] = {
	{ "hostname", required_argument, NULL, 'H' },
	{ "service", required_argument, NULL, 's' },
	{ "port", required_argument, NULL, 'p' },
	{ "tls", required_argument, NULL, OPT_TLS },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "ca-file", required_argument, NULL, OPT_CA_FILE },
	{ "user", required_argument, NULL, OPT_USER },
	{ "password-file", required_argument, NULL, OPT_PASSWORD_FILE },
	{ "ehlo", required_argument, NULL, OPT_EHLO },
	{ "timeout", required_argument, NULL, 't' },
	{ "use-ipv4", no_argument, NULL, '4' },
	{ "use-ipv6", no_argument, NULL, '6' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static bool complain(char *error, const char *what, const char *value, const char *remedy)
{
	struct buffer b;
	char shown[80];

	printable_copy(shown, sizeof(shown), view_of(value));
	buffer_init(&b, error, OPTIONS_ERROR_MAX);
	buffer_format(&b, "%s '%s': %s", what, shown, remedy);
	buffer_string(&b);
	return false;
}

static bool set_services(struct options *o, const char *list, char *error)
{
	struct view rest = view_of(list);

	for (;;) {
		const char *comma = rest.n > 0 ? memchr(rest.p, ',', rest.n) : NULL;
		struct view name = { rest.p,
				     comma != NULL ? (size_t)(comma - rest.p) : rest.n };

		if (o->service_count == OPTIONS_SERVICES_MAX)
			return complain(error, "--service", list, "too many services");
		o->services[o->service_count++] = view_trim(name);
		if (comma == NULL)
			return true;
		rest = view_skip(rest, name.n + 1);
	}
}

static bool set_port(struct options *o, const char *text, char *error)
{
	uint64_t port;

	if (!view_number(view_of(text), 65535, &port) || port == 0)
		return complain(error, "--port", text,
				"a number from 1 to 65535 is needed");
	o->port = (uint16_t)port;
	return true;
}

static bool set_tls(struct options *o, const char *text, char *error)
{
	o->tls_given = true;
	return tls_mode_from_name(view_of(text), &o->tls) ||
	       complain(error, "--tls", text,
			"it is one of none, opportunistic, starttls and implicit");
}

/* "10", "2.5" or "500ms". */
static bool set_timeout(struct options *o, const char *text, char *error)
{
	char with_unit[32];
	bool bare = *text != '\0' && strspn(text, "0123456789.") == strlen(text);

	snprintf(with_unit, sizeof(with_unit), "%.20s%s", text, bare ? "s" : "");
	if (!span_parse(view_of(with_unit), &o->timeout) || span_seconds(o->timeout) > 3600)
		return complain(error, "--timeout", text,
				"seconds are needed, more than 0 and at most 3600");
	return true;
}

static bool set_addresses(struct options *o, enum address_mode mode, char *error)
{
	if (o->addresses != ADDRESS_FIRST && o->addresses != mode)
		return complain(error, "-4", "-6", "only one of the two can be given");
	o->addresses = mode;
	return true;
}

static bool set(struct options *o, int option, char *value, char *error)
{
	switch (option) {
	case 'H':
		o->host = value;
		return true;
	case 's':
		return set_services(o, value, error);
	case 'p':
		return set_port(o, value, error);
	case OPT_TLS:
		return set_tls(o, value, error);
	case OPT_NAME:
		o->name = value;
		return true;
	case OPT_CA_FILE:
		o->ca_file = value;
		return true;
	case OPT_USER:
		o->user = value;
		return true;
	case OPT_PASSWORD_FILE:
		o->password_file = value;
		return true;
	case OPT_EHLO:
		o->ehlo_name = value;
		return true;
	case 't':
		return set_timeout(o, value, error);
	case '4':
		return set_addresses(o, ADDRESS_IPV4, error);
	case '6':
		return set_addresses(o, ADDRESS_IPV6, error);
	case 'h':
		o->help = true;
		return true;
	default:
		o->version = true;
		return true;
	}
}

/* getopt has refused argv[optind - 1]: unknown, ambiguous or without its value. */
static bool refuse(int option, char *const *argv, char *error)
{
	const char *names[ARRAY_SIZE(long_options)];
	const char *typed = argv[optind - 1], *near = NULL;
	char remedy[80];
	size_t n = 0;

	if (option == ':')
		return complain(error, "option", typed, "it needs a value");
	for (; long_options[n].name != NULL; n++)
		names[n] = long_options[n].name;
	if (strncmp(typed, "--", 2) == 0)
		near = suggest_word((struct view){ typed + 2, strcspn(typed + 2, "=") },
				    names, n);
	if (near == NULL)
		return complain(error, "unknown option", typed, "see --help");
	snprintf(remedy, sizeof(remedy), "did you mean --%s?", near);
	return complain(error, "unknown option", typed, remedy);
}

static bool check_whole(const struct options *o, char *error)
{
	if (o->help || o->version)
		return true;
	if (o->host == NULL || *o->host == '\0')
		return complain(error, "no host", "", "give one with -H HOST");
	if (o->service_count == 0)
		return complain(error, "no service", "",
				"give one with -s, e.g. -s smtp or -s imaps,pop3s");
	if (o->port != 0 && o->service_count > 1)
		return complain(error, "--port", "",
				"it can be given for one service only");
	if ((o->user == NULL) != (o->password_file == NULL))
		return complain(error, "login", o->user != NULL ? o->user : "",
				"--user and --password-file belong together");
	return true;
}

bool options_parse(int argc, char **argv, struct options *ret_options,
		   char error[OPTIONS_ERROR_MAX])
{
	struct options o = { .timeout = span_of_seconds(10) };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":H:s:p:t:46hV", long_options, NULL)) !=
	       -1) {
		if (option == '?' || option == ':')
			return refuse(option, argv, error);
		if (!set(&o, option, optarg, error))
			return false;
	}
	if (optind < argc)
		return complain(error, "stray argument", argv[optind], "see --help");
	if (!check_whole(&o, error))
		return false;
	*ret_options = o;
	return true;
}
