/* arguments.c - two tables of options, what each does, and what they mean together.
 *
 * The classics stop at the first word that is no option and silently leave the rest unread:
 * "check_smtp mx -S -D 30" checks nothing of a certificate. Here the rest is read too. Words
 * beyond the host are ignored, as they were; so the "true" that Icinga's templates put behind
 * -q and -E does no harm.
 */
#include "arguments.h"

#include "buffer.h"
#include "plugin_text.h"
#include "suggest.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPT_OPERAND = 1, /* getopt's, for what is no option */
	OPT_SNI = 256,
	OPT_VERIFY,
	OPT_CA_FILE,
	OPT_STARTTLS,
	OPT_IGNORE_EXPIRY,
	OPT_PROXY,
};

/* The first '-' keeps the words in their order, ':' makes a missing value known. */
static const char smtp_short[] = "-:hVv46Lt:p:f:e:c:w:H:C:R:sSD:F:A:U:P:qr";
static const char tcp_short[] = "-:hVv46EAH:s:e:q:m:c:w:t:p:C:W:d:Sr:jD:M:N:";

static const struct option smtp_long[] = {
	/* clang-format off */
	{ "hostname",            required_argument, NULL, 'H' },
	{ "port",                required_argument, NULL, 'p' },
	{ "expect",              required_argument, NULL, 'e' },
	{ "command",             required_argument, NULL, 'C' },
	{ "response",            required_argument, NULL, 'R' },
	{ "from",                required_argument, NULL, 'f' },
	{ "fqdn",                required_argument, NULL, 'F' },
	{ "authtype",            required_argument, NULL, 'A' },
	{ "authuser",            required_argument, NULL, 'U' },
	{ "authpass",            required_argument, NULL, 'P' },
	{ "lmtp",                no_argument,       NULL, 'L' },
	{ "starttls",            no_argument,       NULL, 'S' },
	{ "ssl",                 no_argument,       NULL, 's' },
	{ "tls",                 no_argument,       NULL, 's' },
	{ "sni",                 no_argument,       NULL, OPT_SNI },
	{ "certificate",         required_argument, NULL, 'D' },
	{ "ignore-certificate-expiration", no_argument, NULL, OPT_IGNORE_EXPIRY },
	{ "verify",              no_argument,       NULL, OPT_VERIFY },
	{ "ca-file",             required_argument, NULL, OPT_CA_FILE },
	{ "proxy",               no_argument,       NULL, OPT_PROXY },
	{ "ignore-quit-failure", no_argument,       NULL, 'q' },
	{ "warning",             required_argument, NULL, 'w' },
	{ "critical",            required_argument, NULL, 'c' },
	{ "timeout",             required_argument, NULL, 't' },
	{ "use-ipv4",            no_argument,       NULL, '4' },
	{ "use-ipv6",            no_argument,       NULL, '6' },
	{ "verbose",             no_argument,       NULL, 'v' },
	{ "version",             no_argument,       NULL, 'V' },
	{ "help",                no_argument,       NULL, 'h' },
	{ NULL,                  0,                 NULL, 0 },
	/* clang-format on */
};

static const struct option tcp_long[] = {
	/* clang-format off */
	{ "hostname",       required_argument, NULL, 'H' },
	{ "port",           required_argument, NULL, 'p' },
	{ "escape",         no_argument,       NULL, 'E' },
	{ "send",           required_argument, NULL, 's' },
	{ "expect",         required_argument, NULL, 'e' },
	{ "all",            no_argument,       NULL, 'A' },
	{ "quit",           required_argument, NULL, 'q' },
	{ "refuse",         required_argument, NULL, 'r' },
	{ "mismatch",       required_argument, NULL, 'M' },
	{ "jail",           no_argument,       NULL, 'j' },
	{ "maxbytes",       required_argument, NULL, 'm' },
	{ "delay",          required_argument, NULL, 'd' },
	{ "certificate",    required_argument, NULL, 'D' },
	{ "ignore-certificate-expiration", no_argument, NULL, OPT_IGNORE_EXPIRY },
	{ "ssl",            no_argument,       NULL, 'S' },
	{ "starttls",       no_argument,       NULL, OPT_STARTTLS },
	{ "sni",            required_argument, NULL, OPT_SNI },
	{ "verify",         no_argument,       NULL, OPT_VERIFY },
	{ "ca-file",        required_argument, NULL, OPT_CA_FILE },
	{ "proxy",          no_argument,       NULL, OPT_PROXY },
	{ "warning",        required_argument, NULL, 'w' },
	{ "critical",       required_argument, NULL, 'c' },
	{ "critical-codes", required_argument, NULL, 'C' },
	{ "warning-codes",  required_argument, NULL, 'W' },
	{ "timeout",        required_argument, NULL, 't' },
	{ "use-ipv4",       no_argument,       NULL, '4' },
	{ "use-ipv6",       no_argument,       NULL, '6' },
	{ "verbose",        no_argument,       NULL, 'v' },
	{ "version",        no_argument,       NULL, 'V' },
	{ "help",           no_argument,       NULL, 'h' },
	{ NULL,             0,                 NULL, 0 },
	/* clang-format on */
};

/* Being read: the words that may be the host, until all are known. */
struct reading {
	struct arguments a;
	char *error;
	const char *operand;  /* the first that does not follow -q or -E */
	const char *doubtful; /* the first that does */
	enum arguments_result stop;
};

static bool arguments_complain(struct reading *r, const char *sentence, const char *value)
{
	char shown[120];

	if (value == NULL) {
		text_copy(r->error, ARGUMENTS_ERROR_MAX, sentence);
		return false;
	}
	plugin_text_copy(shown, sizeof(shown), view_of(value));
	snprintf(r->error, ARGUMENTS_ERROR_MAX, "%s - %s", sentence, shown);
	return false;
}

/* --- values ---------------------------------------------------------------------------- */

/* Blanks around it were always allowed. */
static bool arguments_parse_number(struct view v, uint64_t min, uint64_t max,
				   uint64_t *ret_number)
{
	uint64_t number;

	if (!view_number(view_trim(v), max, &number) || number < min)
		return false;
	*ret_number = number;
	return true;
}

static bool set_unsigned(struct reading *r, const char *text, uint64_t min, uint64_t max,
			 const char *sentence, uint64_t *ret_number)
{
	return arguments_parse_number(view_of(text), min, max, ret_number) ||
	       arguments_complain(r, sentence, NULL);
}

static bool arguments_set_port(struct reading *r, const char *text)
{
	uint64_t port;

	if (!set_unsigned(r, text, 1, 65535, "Port must be a positive integer", &port))
		return false;
	r->a.port = (uint16_t)port;
	return true;
}

static bool set_state_word(const char *text, enum state *ret_state)
{
	static const struct {
		const char *word;
		enum state state;
	} words[] = {
		{ "OK", STATE_OK },
		{ "WARNING", STATE_WARNING },
		{ "CRITICAL", STATE_CRITICAL },
		{ "UNKNOWN", STATE_UNKNOWN },
		{ "0", STATE_OK },
		{ "1", STATE_WARNING },
		{ "2", STATE_CRITICAL },
		{ "3", STATE_UNKNOWN },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (view_equal(view_of(text), words[i].word)) {
			*ret_state = words[i].state;
			return true;
		}
	}
	return false;
}

/* "10", or "10:WARNING" as Nagios Plugins have it. 0, no timeout, is check_smtp's alone. */
static bool arguments_set_timeout(struct reading *r, const char *text)
{
	const char *sentence = "Timeout interval must be a positive integer";
	uint64_t min = r->a.plugin->family == PLUGIN_SMTP ? 0 : 1, seconds;
	size_t n = strcspn(text, ":");

	if (!arguments_parse_number((struct view){ text, n }, min, INT_MAX, &seconds))
		return arguments_complain(r, sentence, NULL);
	if (text[n] == ':' && !set_state_word(text + n + 1, &r->a.timeout_state))
		return arguments_complain(
		    r,
		    "Timeout state must be OK, WARNING, CRITICAL, UNKNOWN or 0 "
		    "to 3",
		    text + n + 1);
	r->a.timeout = (unsigned)seconds;
	return true;
}

static bool set_range(struct reading *r, const char *text, unsigned flag,
		      struct range *range)
{
	r->a.flags |= flag;
	if (range_parse(text, range))
		return true;
	return arguments_complain(r,
				  flag == ARGUMENTS_WARNING
				      ? "Warning time must be a positive"
				      : "Critical time must be a positive",
				  NULL);
}

/* "30" or "30,10" */
static bool set_certificate(struct reading *r, const char *text)
{
	const char *sentence = "Invalid certificate expiration period";
	size_t n = strcspn(text, ",");
	uint64_t warning, critical = 0;

	if (!arguments_parse_number((struct view){ text, n }, 0, INT_MAX, &warning))
		return arguments_complain(r, sentence, text);
	if (text[n] == ',' &&
	    !arguments_parse_number(view_of(text + n + 1), 0, INT_MAX, &critical))
		return arguments_complain(r, sentence, text + n + 1);
	r->a.cert_warning = (int)warning;
	r->a.cert_critical = (int)critical;
	r->a.flags |= ARGUMENTS_CERTIFICATE;
	if (r->a.plugin->family == PLUGIN_SMTP)
		r->a.flags |= ARGUMENTS_QUIT_FAILURE_IGNORED;
	return true;
}

static bool arguments_add(struct reading *r, struct argument_list *list, const char *text)
{
	if (list->count == ARGUMENTS_LIST_MAX)
		return arguments_complain(
		    r, "Too many values (64 are allowed) of an option", text);
	list->texts[list->count++] = text;
	return true;
}

/* A line of ours to the server must stay one line. */
static bool is_line(const char *text)
{
	return text[strcspn(text, "\r\n")] == '\0';
}

static bool set_line(struct reading *r, const char *text, const char **ret_text)
{
	*ret_text = text;
	return is_line(text) ||
	       arguments_complain(r, "A line break cannot be sent to the server", text);
}

/* <a@b> or a@b */
static bool set_from(struct reading *r, const char *text)
{
	r->a.from = text + strspn(text, "<");
	r->a.from_n = strcspn(r->a.from, ">");
	return set_line(r, text, &text);
}

static bool set_reaction(struct reading *r, const char *text, const char *sentence,
			 enum state *ret_state)
{
	if (strncmp(text, "ok", 2) == 0)
		*ret_state = STATE_OK;
	else if (strncmp(text, "warn", 4) == 0)
		*ret_state = STATE_WARNING;
	else if (strncmp(text, "crit", 4) == 0)
		*ret_state = STATE_CRITICAL;
	else
		return arguments_complain(r, sentence, NULL);
	return true;
}

/* --- options --------------------------------------------------------------------------- */

static bool set_flag(struct reading *r, unsigned flags)
{
	r->a.flags |= flags;
	return true;
}

static bool set_host(struct reading *r, const char *text)
{
	r->a.host = text;
	return set_flag(r, ARGUMENTS_HOST_GIVEN);
}

/* What both families have. */
static bool set_common(struct reading *r, int option, const char *value)
{
	switch (option) {
	case 'H':
		return set_host(r, value);
	case 'p':
		return arguments_set_port(r, value);
	case 't':
		return arguments_set_timeout(r, value);
	case 'w':
		return set_range(r, value, ARGUMENTS_WARNING, &r->a.warning);
	case 'c':
		return set_range(r, value, ARGUMENTS_CRITICAL, &r->a.critical);
	case 'D':
		return set_certificate(r, value);
	case '4':
		r->a.family = FAMILY_IPV4;
		return true;
	case '6':
		r->a.family = FAMILY_IPV6;
		return true;
	case 'v':
		return set_flag(r, ARGUMENTS_VERBOSE);
	case 'e':
		r->a.flags &= ~(unsigned)ARGUMENTS_EXACT;
		return arguments_add(r, &r->a.expect, value);
	case OPT_IGNORE_EXPIRY:
		return set_flag(r, ARGUMENTS_EXPIRY_IGNORED);
	case OPT_VERIFY:
		return set_flag(r, ARGUMENTS_VERIFY);
	case OPT_CA_FILE:
		r->a.ca_file = value;
		return set_flag(r, ARGUMENTS_VERIFY);
	case OPT_PROXY:
		return set_flag(r, ARGUMENTS_PROXY);
	default: /* -C and -W of check_tcp: never had a meaning */
		return true;
	}
}

static bool set_smtp(struct reading *r, int option, const char *value)
{
	switch (option) {
	case 'C':
		return set_line(r, value, &value) &&
		       arguments_add(r, &r->a.commands, value);
	case 'R':
		return arguments_add(r, &r->a.responses, value);
	case 'f':
		return set_from(r, value);
	case 'F':
		return set_line(r, value, &r->a.fqdn);
	case 'A':
		r->a.authtype = value;
		return true;
	case 'U':
		r->a.authuser = value;
		return true;
	case 'P':
		r->a.authpass = value;
		return true;
	case 'L':
		return set_flag(r, ARGUMENTS_LMTP);
	case 'S':
		return set_flag(r, ARGUMENTS_STARTTLS);
	case 's':
		return set_flag(r, ARGUMENTS_TLS);
	case 'r':
		return set_flag(r, ARGUMENTS_PROXY);
	case 'q':
		return set_flag(r, ARGUMENTS_QUIT_FAILURE_IGNORED);
	case OPT_SNI:
		return set_flag(r, ARGUMENTS_SNI);
	default:
		return set_common(r, option, value);
	}
}

static bool set_tcp(struct reading *r, int option, const char *value)
{
	uint64_t number;

	switch (option) {
	case 'E':
		return set_flag(r, ARGUMENTS_ESCAPE);
	case 's':
		r->a.send = value;
		return true;
	case 'q':
		r->a.quit = value;
		return true;
	case 'A':
		return set_flag(r, ARGUMENTS_ALL);
	case 'r':
		return set_reaction(r, value, "Refuse must be one of ok, warn, crit",
				    &r->a.refuse);
	case 'M':
		return set_reaction(r, value, "Mismatch must be one of ok, warn, crit",
				    &r->a.mismatch);
	case 'j':
		return set_flag(r, ARGUMENTS_JAIL);
	case 'm':
		if (!set_unsigned(r, value, 1, INT_MAX,
				  "Maxbytes must be a positive integer", &number))
			return false;
		r->a.maxbytes = (unsigned long)number;
		return true;
	case 'd':
		if (!set_unsigned(r, value, 1, INT_MAX, "Delay must be a positive integer",
				  &number))
			return false;
		r->a.delay = (unsigned)number;
		return true;
	case 'S':
		return set_flag(r, ARGUMENTS_TLS);
	case OPT_STARTTLS:
		return set_flag(r, ARGUMENTS_STARTTLS);
	case OPT_SNI:
		r->a.sni = value;
		return set_flag(r, ARGUMENTS_TLS);
	case 'N':
		r->a.sni = value;
		return true;
	default:
		return set_common(r, option, value);
	}
}

/* --- the whole ------------------------------------------------------------------------- */

static const struct option *long_options(const struct plugin *plugin)
{
	return plugin->family == PLUGIN_SMTP ? smtp_long : tcp_long;
}

/* getopt has refused argv[optind - 1]: unknown, ambiguous or without its value. */
static bool arguments_refuse(struct reading *r, int option, char *const *argv)
{
	const struct option *known = long_options(r->a.plugin);
	const char *names[ARRAY_SIZE(smtp_long) + ARRAY_SIZE(tcp_long)];
	const char *typed = argv[optind - 1], *near = NULL;
	char letter[] = { '-', (char)optopt, '\0' }, sentence[80];
	size_t n = 0;

	/* A letter may stand among others ("-vx"); a long name has codes above them. */
	if (strncmp(typed, "--", 2) != 0 && optopt > ' ' && optopt <= '~')
		typed = letter;
	if (option == ':')
		return arguments_complain(r, "option needs a value", typed);
	for (; known[n].name != NULL; n++)
		names[n] = known[n].name;
	if (strncmp(typed, "--", 2) == 0)
		near = suggest_word((struct view){ typed + 2, strcspn(typed + 2, "=") },
				    names, n);
	snprintf(sentence, sizeof(sentence), "unknown option%s%s%s",
		 near != NULL ? ", did you mean --" : "", near != NULL ? near : "",
		 near != NULL ? "?" : "");
	return arguments_complain(r, sentence, typed);
}

static void rewrite_old_spellings(int argc, char **argv)
{
	static char spellings[][2][4] = { { "-to", "-t" },
					  { "-wt", "-w" },
					  { "-ct", "-c" } };

	for (int i = 1; i < argc; i++)
		for (size_t k = 0; k < ARRAY_SIZE(spellings); k++)
			if (strcmp(argv[i], spellings[k][0]) == 0)
				argv[i] = spellings[k][1];
}

static void note_operand(struct reading *r, const char *word, bool doubtful)
{
	const char **place = doubtful ? &r->doubtful : &r->operand;

	if (*place == NULL)
		*place = word;
}

static bool arguments_read_all(struct reading *r, int argc, char **argv)
{
	bool smtp = r->a.plugin->family == PLUGIN_SMTP;
	int option, before = 0;

	opterr = 0;
	optind = 0; /* glibc: begin anew */
	while ((option = getopt_long(argc, argv, smtp ? smtp_short : tcp_short,
				     long_options(r->a.plugin), NULL)) != -1) {
		if (option == '?' || option == ':')
			return arguments_refuse(r, option, argv);
		if (option == 'h' || option == 'V') {
			r->stop = option == 'h' ? ARGUMENTS_HELP : ARGUMENTS_VERSION;
			return true;
		}
		if (option == OPT_OPERAND)
			note_operand(r, optarg, before == (smtp ? 'q' : 'E'));
		else if (!(smtp ? set_smtp : set_tcp)(r, option, optarg))
			return false;
		before = option;
	}
	for (; optind < argc; optind++)
		note_operand(r, argv[optind], false);
	return true;
}

/* -D and --verify are never without TLS to look at. */
static bool settle_tls(struct reading *r)
{
	const unsigned wants_tls = ARGUMENTS_CERTIFICATE | ARGUMENTS_VERIFY;
	struct arguments *a = &r->a;
	bool starttls = a->flags & ARGUMENTS_STARTTLS;

	if (a->plugin->tls)
		a->flags |= ARGUMENTS_TLS;
	if (starttls && a->plugin->starttls == NULL)
		return arguments_complain(
		    r, "--starttls is not for this plugin: it speaks TLS at once", NULL);
	if (starttls && (a->flags & ARGUMENTS_TLS) && a->plugin->family == PLUGIN_SMTP)
		return arguments_complain(
		    r, "-s (TLS at once) and -S (STARTTLS) exclude each other", NULL);
	if (starttls)
		a->flags &= ~(unsigned)ARGUMENTS_TLS; /* --sni has set it */
	else if ((a->flags & wants_tls) && !(a->flags & ARGUMENTS_TLS))
		a->flags |=
		    a->plugin->family == PLUGIN_SMTP ? ARGUMENTS_STARTTLS : ARGUMENTS_TLS;
	if (a->port == 0)
		a->port = a->plugin->port;
	return true;
}

static bool arguments_settle(struct reading *r)
{
	struct arguments *a = &r->a;
	const char *word = r->operand != NULL ? r->operand : r->doubtful;

	if (a->host == NULL)
		a->host = word;
	if (a->host == NULL)
		a->host = "127.0.0.1";
	if (*a->host == '\0')
		return arguments_complain(r, "Invalid hostname/address", "");
	if (a->port == 0 && (a->flags & ARGUMENTS_TLS) && a->plugin->family == PLUGIN_SMTP)
		a->port = 465;
	return settle_tls(r);
}

enum arguments_result arguments_parse(const struct plugin *plugin, const char *progname,
				      int argc, char **argv,
				      struct arguments *ret_arguments,
				      char error[ARGUMENTS_ERROR_MAX])
{
	struct reading r = { .error = error, .stop = ARGUMENTS_OK };

	r.a = (struct arguments){ .plugin = plugin,
				  .progname = progname,
				  .flags = ARGUMENTS_EXACT,
				  .timeout = ARGUMENTS_TIMEOUT_S,
				  .timeout_state = STATE_CRITICAL,
				  .refuse = STATE_CRITICAL,
				  .mismatch = STATE_WARNING };
	plugin_service(progname, r.a.service);
	if (argc < 2) {
		text_copy(error, ARGUMENTS_ERROR_MAX,
			  plugin->family == PLUGIN_SMTP ? "Could not parse arguments"
							: "No arguments found");
		return ARGUMENTS_BAD;
	}
	rewrite_old_spellings(argc, argv);
	if (!arguments_read_all(&r, argc, argv) ||
	    (r.stop == ARGUMENTS_OK && !arguments_settle(&r)))
		return ARGUMENTS_BAD;
	if (r.a.expect.count == 0)
		r.a.expect.texts[r.a.expect.count++] = plugin->expect;
	*ret_arguments = r.a;
	return r.stop;
}
