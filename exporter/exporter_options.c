/* exporter_options.c - long options from one table, written as `--name=value` or `--name value`. */
#include "exporter_options.h"

#include "printable.h"
#include "suggest.h"

#include <string.h>

/* clang-format off */
static const struct option {
	const char *name;
	/* offset in struct exporter_options of a const char * (with a value) or a bool */
	size_t field;
	/* name of the value in the help; NULL: the option has no value */
	const char *value;
	const char *help;
} table[] = {
	{ "--config.file", offsetof(struct exporter_options, config_file), "FILE",
	  "The configuration: what to probe, and how." },
	{ "--web.listen-address", offsetof(struct exporter_options, listen), "ADDRESS",
	  "Where to answer HTTP: \":19025\" (the default) is every address of this\n"
	  "machine; \"127.0.0.1:19025\" and \"[::1]:19025\" only local ones;\n"
	  "\"unix:/run/mailvane/exporter.sock\" is a socket for owner and group,\n"
	  "without HTTPS and login, whatever --web.config.file says.\n"
	  "May be given several times." },
	{ "--web.systemd-socket", offsetof(struct exporter_options, systemd_socket), NULL,
	  "Answer HTTP on the sockets of a systemd .socket unit, and nowhere else." },
	{ "--web.config.file", offsetof(struct exporter_options, web_config_file), "FILE",
	  "HTTPS, client certificates, users with passwords, and headers, in the\n"
	  "format of Prometheus and its exporters: conf/web-config.yml. Read again\n"
	  "when it changes, as are its certificates." },
	{ "--web.external-url", offsetof(struct exporter_options, external_url), "URL",
	  "Where users find the page, if that is behind a proxy:\n"
	  "\"https://monitor.example.com/mailvane/\"." },
	{ "--web.route-prefix", offsetof(struct exporter_options, route_prefix), "PATH",
	  "The prefix of all paths: \"/mailvane\" for /mailvane/metrics. The default is\n"
	  "the path of the external URL; use \"/\" if the proxy removes it." },
	{ "--web.telemetry-path", offsetof(struct exporter_options, telemetry_path), "PATH",
	  "The path of the metrics, without the prefix: \"/metrics\" by default." },
	{ "--web.enable-lifecycle", offsetof(struct exporter_options, lifecycle), NULL,
	  "Allow POST and PUT of /-/reload, which read the configuration again." },
	{ "--log.level", offsetof(struct exporter_options, log_level_word), "LEVEL",
	  "The lowest level that is logged: debug (each probe), info (the default),\n"
	  "warn or error. A change to OK is info, to WARNING warn, else error." },
	{ "--log.format", offsetof(struct exporter_options, log_format_word), "FORMAT",
	  "logfmt (the default) or json. The log is on standard error." },
	{ "--shard", offsetof(struct exporter_options, share.ordinal), "NUMBER",
	  "Probe only the servers of one shard, counted from 0. Exporters with the\n"
	  "same configuration, one for each shard, probe every server once." },
	{ "--total-shards", offsetof(struct exporter_options, share.total), "NUMBER",
	  "How many shards there are. A new shard takes over some servers of the\n"
	  "others; no other servers move." },
	{ "--shard.from-hostname", offsetof(struct exporter_options, share.from_hostname), NULL,
	  "The shard is the number at the end of this machine's name: probe-2 is 2,\n"
	  "as a StatefulSet of Kubernetes names its pods." },
	{ "--config.check", offsetof(struct exporter_options, config_check), NULL,
	  "Check the configuration, report all errors, and end." },
	{ "--once", offsetof(struct exporter_options, once), NULL,
	  "Probe every target once, print the metrics, and end." },
	{ "--metrics.help", offsetof(struct exporter_options, metrics_help), NULL,
	  "Print every metric with its type, unit, labels and meaning, and end." },
	{ "--version", offsetof(struct exporter_options, version), NULL, "Print the version, and end." },
	{ "--help", offsetof(struct exporter_options, help), NULL, "Print this help, and end." },
};
/* clang-format on */

static bool is_list(const struct option *option)
{
	return option->field == offsetof(struct exporter_options, listen);
}

static const struct option *options_find(struct view name)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (name.n == strlen(table[i].name) &&
		    memcmp(name.p, table[i].name, name.n) == 0)
			return &table[i];
	return NULL;
}

static bool options_unknown(struct view name, struct buffer *error)
{
	const char *names[ARRAY_SIZE(table)], *meant;
	char shown[PRINTABLE_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		names[i] = table[i].name + strlen("--");
	printable_copy(shown, sizeof(shown), name);
	if (name.n == 0 || name.p[0] != '-') {
		buffer_format(error, "'%s' is not an option; see --help", shown);
		return false;
	}
	while (name.n > 0 && name.p[0] == '-')
		name = view_skip(name, 1);
	meant = suggest_word(name, names, ARRAY_SIZE(names));
	if (meant)
		buffer_format(error, "unknown option '%s': did you mean '--%s'?", shown,
			      meant);
	else
		buffer_format(error, "unknown option '%s'; see --help", shown);
	return false;
}

static bool options_add(const struct option *option, const char *value,
			struct exporter_options *options, struct buffer *error)
{
	if (options->listen_n == ARRAY_SIZE(options->listen)) {
		buffer_format(error, "%s can be given %zu times at most", option->name,
			      ARRAY_SIZE(options->listen));
		return false;
	}
	options->listen[options->listen_n++] = value;
	return true;
}

/* Advances *at if the value is the next argument. */
static bool options_take(const struct option *option, const char *value, char *const *argv,
			 int *at, struct exporter_options *ret_options,
			 struct buffer *error)
{
	char *field = (char *)ret_options + option->field;

	if (!option->value) {
		if (value)
			buffer_format(error, "%s takes no value", option->name);
		else
			*(bool *)(void *)field = true;
		return !value;
	}
	if (!value && argv[*at + 1])
		value = argv[++*at];
	if (!value || !*value) {
		buffer_format(error, "%s needs a value: %s=%s", option->name, option->name,
			      option->value);
		return false;
	}
	if (is_list(option))
		return options_add(option, value, ret_options, error);
	*(const char **)(void *)field = value;
	return true;
}

static bool options_read_words(struct exporter_options *options, struct buffer *error)
{
	char shown[PRINTABLE_MAX];

	options->log_level = LOG_INFO;
	if (options->log_level_word &&
	    !log_level_of(options->log_level_word, &options->log_level)) {
		printable_copy(shown, sizeof(shown), view_of(options->log_level_word));
		buffer_format(error, "--log.level=%s: debug, info, warn or error", shown);
		return false;
	}
	if (options->log_format_word &&
	    !log_style_of(options->log_format_word, &options->log_style)) {
		printable_copy(shown, sizeof(shown), view_of(options->log_format_word));
		buffer_format(error, "--log.format=%s: logfmt or json", shown);
		return false;
	}
	return true;
}

bool exporter_options_parse(int argc, char *const *argv,
			    struct exporter_options *ret_options, struct buffer *error)
{
	*ret_options = (struct exporter_options){ 0 };
	for (int i = 1; i < argc; i++) {
		const char *value = strchr(argv[i], '=');
		struct view name = { argv[i],
				     value ? (size_t)(value - argv[i]) : strlen(argv[i]) };
		const struct option *option = options_find(name);

		if (!option)
			return options_unknown(name, error);
		if (!options_take(option, value ? value + 1 : NULL, argv, &i, ret_options,
				  error))
			return false;
	}
	if (!options_read_words(ret_options, error))
		return false;
	if (ret_options->listen_n == 0)
		ret_options->listen[ret_options->listen_n++] = ":19025";
	if (ret_options->help || ret_options->metrics_help || ret_options->version ||
	    ret_options->config_file)
		return true;
	buffer_text(error,
		    "--config.file=FILE is needed: it says what to probe; see --help");
	return false;
}

/* Puts each line of a help text with an indent. */
static void options_put_help(struct buffer *out, const char *help)
{
	for (const char *end; *help; help = *end ? end + 1 : end) {
		end = strchrnul(help, '\n');
		buffer_format(out, "      %.*s\n", (int)(end - help), help);
	}
}

void exporter_options_help(struct buffer *out)
{
	buffer_text(
	    out, "Usage: mailvane_exporter --config.file=FILE [OPTION...]\n\n"
		 "Probes mail servers on a schedule and shows what it finds: a page for\n"
		 "people at /, metrics for Prometheus at /metrics.\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		buffer_format(out, "  %s%s%s\n", table[i].name, table[i].value ? "=" : "",
			      table[i].value ? table[i].value : "");
		options_put_help(out, table[i].help);
	}
	buffer_text(
	    out, "\nSIGHUP reads the configuration again; so does a change of its files,\n"
		 "within a few seconds.\n");
}
