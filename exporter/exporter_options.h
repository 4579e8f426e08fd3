/* exporter_options.h - the exporter's command line. */
#ifndef MAILVANE_EXPORTER_OPTIONS_H
#define MAILVANE_EXPORTER_OPTIONS_H

#include "log.h"
#include "shard_options.h"
#include "sockets.h"

/* NULL: not given. */
struct exporter_options {
	const char *config_file;
	const char *listen[SOCKETS_MAX];
	size_t listen_n; /* at least 1 */
	bool systemd_socket, lifecycle;
	const char *web_config_file;
	const char *external_url, *route_prefix, *telemetry_path;
	const char *log_level_word, *log_format_word;
	enum log_level log_level;
	enum log_style log_style;
	struct shard_options share;
	bool config_check, once, metrics_help, version, help;
};

/* Fills in the defaults and the given options; texts point into argv. False: error has
 * one line that says which option is wrong and what to write. */
bool exporter_options_parse(int argc, char *const *argv,
			    struct exporter_options *ret_options, struct buffer *error);

/* The text of --help. */
void exporter_options_help(struct buffer *);

#endif
