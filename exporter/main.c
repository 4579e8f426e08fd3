/* main.c - the program: options, start, the loop of the main thread, end.
 *
 * The main thread waits for signals, for requested reloads, for log lines to write, and for
 * the time to check the files of the configuration for changes. Engine threads probe. The
 * web thread answers HTTP.
 */
#include "descriptor_limit.h"
#include "descriptors.h"
#include "exporter.h"
#include "exporter_options.h"
#include "exposition.h"
#include "metrics_page.h"
#include "names_log.h"
#include "printable.h"
#include "routes.h"
#include "rules_watch.h"
#include "state_log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_USAGE = 2 };
enum { CHANGED_EVERY_MS = 5000, FLUSH_AT_END_MS = 100 };

static const char version[] = MAILVANE_VERSION;

/* --- messages before the log exists --------------------------------------------------------- */

static int main_fail(const char *what, int status)
{
	fprintf(stderr, "mailvane_exporter: %s\n", what);
	return status;
}

static void print_clean(FILE *out, const char *text)
{
	char clean[1024];

	printable_copy(clean, sizeof(clean), view_of(text));
	fputs(clean, out);
}

static void print_errors(const struct config_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		const struct config_error *error = &errors->list[i];

		print_clean(stderr, error->where);
		fputs(": ", stderr);
		print_clean(stderr, error->what);
		if (*error->hint) {
			fputs(" (", stderr);
			print_clean(stderr, error->hint);
			fputs(")", stderr);
		}
		fputs("\n", stderr);
	}
	if (errors->total > errors->count)
		fprintf(stderr, "and %zu more errors\n", errors->total - errors->count);
}

static void print_rule_errors(struct errors *errors)
{
	struct config_errors found;

	errors_take(errors, &found);
	print_errors(&found);
	config_errors_fini(&found);
}

/* --- --config.check and --once -------------------------------------------------------------- */

static size_t server_count(const struct plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->target_count; i++)
		if (i == 0 ||
		    strcmp(plan->targets[i].server, plan->targets[i - 1].server) != 0)
			count++;
	return count;
}

static int main_check(const struct exporter_options *options, const struct config *config,
		      const struct rules *rules)
{
	const struct web_words none = { 0 };
	const struct web_words *warnings = rules->config ? &rules->config->warnings : &none;
	size_t servers = server_count(config->plan), targets = config->plan->target_count;

	print_clean(stdout, options->config_file);
	printf(": OK, %zu server%s, %zu target%s\n", servers, servers == 1 ? "" : "s",
	       targets, targets == 1 ? "" : "s");
	if (!options->web_config_file)
		return EXIT_SUCCESS;
	print_clean(stdout, options->web_config_file);
	printf(": OK, %s, %zu users\n", rules->tls ? "HTTPS" : "HTTP",
	       rules->config->users.n);
	for (size_t i = 0; i < warnings->n; i++) {
		printf("  warning: ");
		print_clean(stdout, warnings->list[i]);
		printf("\n");
	}
	return EXIT_SUCCESS;
}

static bool print_answer(struct text_stream *answer)
{
	struct strbuf strbuf;
	bool complete = false, whole = true;

	strbuf_init(&strbuf);
	while (!complete && whole) {
		strbuf_clear(&strbuf);
		complete = !answer->more(answer, &strbuf);
		whole = !strbuf.failed && fwrite(strbuf.p, 1, strbuf.n, stdout) == strbuf.n;
	}
	strbuf_fini(&strbuf);
	return whole && fflush(stdout) == 0;
}

/* The engine runs on this thread (engine_run_once), so each line is written at once. */
static void once_log_result(void *log, const struct target *target,
			    const struct result *result, const struct published *published)
{
	state_log_result(log, &(struct filed_result){ .target = target,
						      .result = result,
						      .published = published });
	log_drain(log);
}

static void once_log_name(void *log, const struct target *target,
			  const struct name_result *name,
			  const struct name_results_change *change)
{
	names_log_changed(log, target, name, change);
	log_drain(log);
}

static void once_log_skipped(void *log, uint64_t count)
{
	names_log_skipped(log, count);
	log_drain(log);
}

static int main_once(struct plan *plan, struct log *log, struct moment started)
{
	const struct engine_hooks hooks = { .probed = once_log_result,
					    .name_changed = once_log_name,
					    .name_changes_dropped = once_log_skipped,
					    .user = log };
	struct health health = { .version = version,
				 .started = started,
				 .targets = plan->target_count,
				 .reload_ok = true,
				 .loaded = started };
	struct text_stream *answer;
	char error[512];
	bool printed;

	if (!engine_run_once(plan, &hooks, error, sizeof(error)))
		return main_fail(error, EXIT_FAILURE);
	process_read(&health.process);
	answer = exposition_new(plan, &health, TEXT_PROMETHEUS);
	if (!answer)
		return main_fail("out of memory", EXIT_FAILURE);
	printed = print_answer(answer);
	answer->free(answer);
	return printed ? EXIT_SUCCESS : main_fail("cannot write the metrics", EXIT_FAILURE);
}

/* --- signals -------------------------------------------------------------------------------- */

static volatile sig_atomic_t asked_to_end, asked_to_reload;
static int signal_pipe[2];

static void on_signal(int number)
{
	int saved = errno;

	if (number == SIGHUP)
		asked_to_reload = 1;
	else
		asked_to_end = 1;
	if (write(signal_pipe[1], "", 1) < 0) {
		/* The pipe is full, so the loop wakes up anyway. */
	}
	errno = saved;
}

static bool catch_signals(void)
{
	struct sigaction caught = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct sigaction ignored = { .sa_handler = SIG_IGN };

	if (pipe2(signal_pipe, O_NONBLOCK | O_CLOEXEC) < 0)
		return false;
	sigemptyset(&caught.sa_mask);
	sigaction(SIGPIPE, &ignored, NULL);
	return sigaction(SIGTERM, &caught, NULL) == 0 &&
	       sigaction(SIGINT, &caught, NULL) == 0 &&
	       sigaction(SIGHUP, &caught, NULL) == 0;
}

/* --- the daemon ------------------------------------------------------------------------------ */

static void wait_for_work(struct exporter *exporter, struct log *log, bool lines_left,
			  struct instant until)
{
	char drained[64];
	struct span left = span_between(instant_now(), until);
	struct pollfd fds[] = {
		{ .fd = signal_pipe[0], .events = POLLIN },
		{ .fd = reload_queue_fd(&exporter_store(exporter)->reload_queue),
		  .events = POLLIN },
		/* While stderr is full, the loop waits for room there and not for more
		 * lines. */
		{ .fd = lines_left ? -1 : log_wake_fd(log), .events = POLLIN },
		{ .fd = lines_left ? STDERR_FILENO : -1, .events = POLLOUT },
	};

	poll(fds, ARRAY_SIZE(fds), (int)span_ms(left));
	while (read(signal_pipe[0], drained, sizeof(drained)) > 0)
		;
}

static void main_run(struct exporter *exporter, struct rules_watch *watch, struct log *log)
{
	const struct span pause = span_of_ms(CHANGED_EVERY_MS);
	struct instant next_check = instant_plus(instant_now(), pause);

	while (!asked_to_end) {
		wait_for_work(exporter, log, log_drain(log), next_check);
		if (asked_to_reload ||
		    reload_queue_waits(&exporter_store(exporter)->reload_queue)) {
			asked_to_reload = 0;
			exporter_reload(exporter, RELOAD_REQUESTED);
			rules_watch_check(watch, true);
		} else if (!instant_before(instant_now(), next_check)) {
			exporter_reload(exporter, RELOAD_CHANGED);
			rules_watch_check(watch, false);
		} else {
			continue;
		}
		next_check = instant_plus(instant_now(), pause);
	}
}

static void main_log_started(struct log *log, const struct sockets *sockets,
			     const char *path)
{
	char storage[SOCKETS_MAX * LISTEN_TEXT_MAX];
	struct buffer address;

	buffer_init(&address, storage, sizeof(storage));
	sockets_text(sockets, &address);
	log_put(log, LOG_INFO, "mailvane_exporter started",
		(struct log_field[]){ { "version", version },
				      { "address", buffer_string(&address) },
				      { "config", path } },
		3);
}

/* Takes over the config, the rules and the sockets. */
static int serve(const struct exporter_options *options, struct config *config,
		 struct sockets *sockets, const struct site *site, struct rules *rules,
		 struct log *log)
{
	char error[512];
	struct exporter *exporter =
	    exporter_new(config, options->config_file, version, log, error, sizeof(error));
	struct rules_watch watch = { .path = options->web_config_file, .log = log };
	struct web *web;

	if (!exporter) {
		rules_release(rules);
		sockets_close(sockets);
		return main_fail(error, EXIT_FAILURE);
	}
	rules_warn(rules, options->web_config_file, log);
	watch.web = web =
	    web_new(sockets, site, rules, routes_over(exporter_store(exporter)));
	if (!web) {
		sockets_close(sockets);
		exporter_free(exporter);
		return main_fail("cannot start the HTTP server", EXIT_FAILURE);
	}
	main_log_started(log, sockets, options->config_file);
	main_run(exporter, &watch, log);
	log_put(log, LOG_INFO, "mailvane_exporter stops", NULL, 0);
	sockets_unlink(sockets);
	web_free(web);
	exporter_free(exporter);
	return EXIT_SUCCESS;
}

static bool open_sockets(const struct exporter_options *options, struct sockets *sockets,
			 struct buffer *error)
{
	return options->systemd_socket
		   ? sockets_take(sockets, error)
		   : sockets_open(sockets, options->listen, options->listen_n, error);
}

static int main_start(const struct exporter_options *options, const struct site *site,
		      struct rules *rules, struct config *config, struct log *log)
{
	char storage[512];
	struct sockets sockets;
	struct buffer error;
	bool open;

	buffer_init(&error, storage, sizeof(storage));
	open = open_sockets(options, &sockets, &error);
	if (!open || !catch_signals()) {
		if (open)
			sockets_close(&sockets);
		rules_release(rules);
		config_free(config);
		return main_fail(open ? "cannot catch signals" : buffer_string(&error),
				 EXIT_FAILURE);
	}
	return serve(options, config, &sockets, site, rules, log);
}

/* Takes over the config and the rules. */
static int main_with_config(const struct exporter_options *options, const struct site *site,
			    struct config *config, struct rules *rules)
{
	struct moment started = moment_now();
	struct log *log;
	int status;

	if (options->config_check) {
		status = main_check(options, config, rules);
		rules_release(rules);
		config_free(config);
		return status;
	}
	/* every running probe needs one; the soft limit is often 1024 */
	descriptors_raise();
	log = log_new(STDERR_FILENO);
	if (!log) {
		rules_release(rules);
		config_free(config);
		return main_fail("out of memory or descriptors", EXIT_FAILURE);
	}
	log_choose(log, options->log_level, options->log_style);
	if (options->once) {
		descriptor_limit_apply(config->plan, log);
		status = main_once(config->plan, log, started);
		rules_release(rules);
		config_free(config);
	} else {
		status = main_start(options, site, rules, config, log);
	}
	log_flush(log, span_of_ms(FLUSH_AT_END_MS));
	log_free(log);
	return status;
}

static int main_help(void)
{
	char storage[16384];
	struct buffer text;

	buffer_init(&text, storage, sizeof(storage));
	exporter_options_help(&text);
	fputs(buffer_string(&text), stdout);
	return EXIT_SUCCESS;
}

static int main_metrics_help(void)
{
	struct strbuf text;
	bool written;

	strbuf_init(&text);
	metrics_page(&text);
	written = !text.failed && fwrite(text.p, 1, text.n, stdout) == text.n;
	strbuf_fini(&text);
	return written ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool main_set_site(const struct exporter_options *options, struct site *site,
			  struct buffer *error)
{
	if (!site_init(site, options->external_url, options->route_prefix,
		       options->telemetry_path, error))
		return false;
	site->lifecycle = options->lifecycle;
	if (paths_fit(&routes, site))
		return true;
	buffer_format(
	    error,
	    "--web.telemetry-path=%s: the exporter uses this path for something else",
	    options->telemetry_path);
	return false;
}

static bool main_choose_shard(const struct exporter_options *options, struct shard *shard,
			      struct buffer *error)
{
	char hostname[256] = "";

	if (gethostname(hostname, sizeof(hostname) - 1) != 0)
		hostname[0] = '\0';
	return shard_options_choose(&options->share, hostname, shard, error);
}

int main(int argc, char **argv)
{
	struct config_errors errors = { 0 };
	struct errors web_errors;
	struct exporter_options options;
	struct rules *rules;
	struct shard shard;
	struct site site;
	struct config *config;
	char storage[512];
	struct buffer error;

	errors_init(&web_errors);
	buffer_init(&error, storage, sizeof(storage));
	if (!exporter_options_parse(argc, argv, &options, &error) ||
	    !main_set_site(&options, &site, &error) ||
	    !main_choose_shard(&options, &shard, &error))
		return main_fail(buffer_string(&error), EXIT_USAGE);
	if (options.help)
		return main_help();
	if (options.metrics_help)
		return main_metrics_help();
	if (options.version)
		return printf("mailvane_exporter %s\n", version) < 0;
	config = config_load_shard(options.config_file, &shard, &errors);
	rules = rules_load(options.web_config_file, &web_errors);
	if (config && rules) {
		errors_fini(&web_errors);
		return main_with_config(&options, &site, config, rules);
	}
	if (!config)
		print_errors(&errors);
	if (!rules)
		print_rule_errors(&web_errors);
	config_errors_fini(&errors);
	config_free(config);
	rules_release(rules);
	return EXIT_FAILURE;
}
