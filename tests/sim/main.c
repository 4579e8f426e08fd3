/* main.c - mailsim: options, threads, signals. */
#include "authority.h"
#include "listener.h"
#include "preset.h"
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

struct options {
	const char *scenario, *ca_dir, *ports_file, *manners, *record, *counters;
	const char *names[SCENARIO_NAMES_MAX];
	unsigned name_count, threads;
	bool with_parent, check;
};

struct program {
	struct options options;
	struct sim sim;
	struct worker *workers;
	unsigned worker_count, listener_count; /* made so far */
	uv_signal_t signals[3];
};

enum { THREADS_MAX = 64, EXIT_USAGE = 2 };

static void usage(FILE *to)
{
	fprintf(to,
		"usage: mailsim [options] SCENARIO\n"
		"A scripted mail server on the loopback interface, for tests.\n\n"
		"  --ca-dir DIR         write the throw-away root as DIR/ca.pem\n"
		"  --ports-file FILE    what is told on stdout, into a file too\n"
		"  --manners-log FILE   a line for each rudeness of a client\n"
		"  --record FILE        everything received, by listener, clear or tls\n"
		"  --counters FILE      written at SIGUSR1 and at the end\n"
		"  --name NAME          of the good certificates and in greetings; again\n"
		"                       for more (in place of the scenario's)\n"
		"  --threads N          1 to %d, default 1\n"
		"  --with-parent        end when the parent process does\n"
		"  --check              read the scenario, open nothing\n"
		"  --help, --version\n\n"
		"When all listeners are open it prints a line `NAME PROTOCOL ADDRESS PORT "
		"TLS`\n"
		"for each, then `ready`. SIGTERM ends it.\n",
		THREADS_MAX);
}

static void help(void)
{
	size_t count;
	const char *const *words;

	usage(stdout);
	words = fault_words(&count);
	printf("\nfaults (fault=NAME[@PHASE][:MS]):\n");
	for (size_t i = 0; i < count; i++)
		printf("  %s\n", words[i]);
	words = authority_kinds(&count);
	printf("\ncertificates (cert=NAME):\n");
	for (size_t i = 0; i < count; i++)
		printf("  %-22s %s\n", words[i], authority_words(i));
}

static bool parse_threads(const char *text, unsigned *ret_threads)
{
	uint64_t number;

	if (view_number(view_of(text), THREADS_MAX, &number) && number > 0) {
		*ret_threads = (unsigned)number;
		return true;
	}
	fprintf(stderr, "mailsim: --threads wants a number from 1 to %d, not '%s'\n",
		THREADS_MAX, text);
	return false;
}

static bool add_name(struct options *o, const char *name)
{
	if (o->name_count == SCENARIO_NAMES_MAX) {
		fprintf(stderr, "mailsim: more than %d names\n", SCENARIO_NAMES_MAX);
		return false;
	}
	o->names[o->name_count++] = name;
	return true;
}

/* -1: go on; else exit with it. */
static int parse(int argc, char **argv, struct options *o)
{
	enum {
		CA = 1,
		PORTS,
		MANNERS,
		RECORD,
		COUNTERS,
		NAME,
		THREADS,
		PARENT,
		CHECK,
		HELP,
		VERSION
	};
	static const struct option known[] = {
		{ "ca-dir", required_argument, NULL, CA },
		{ "ports-file", required_argument, NULL, PORTS },
		{ "manners-log", required_argument, NULL, MANNERS },
		{ "record", required_argument, NULL, RECORD },
		{ "counters", required_argument, NULL, COUNTERS },
		{ "name", required_argument, NULL, NAME },
		{ "threads", required_argument, NULL, THREADS },
		{ "with-parent", no_argument, NULL, PARENT },
		{ "check", no_argument, NULL, CHECK },
		{ "help", no_argument, NULL, HELP },
		{ "version", no_argument, NULL, VERSION },
		{ 0 },
	};
	const char **texts[] = { [CA] = &o->ca_dir,
				 [PORTS] = &o->ports_file,
				 [MANNERS] = &o->manners,
				 [RECORD] = &o->record,
				 [COUNTERS] = &o->counters };
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case CA:
		case PORTS:
		case MANNERS:
		case RECORD:
		case COUNTERS:
			*texts[c] = optarg;
			break;
		case NAME:
			if (!add_name(o, optarg))
				return EXIT_USAGE;
			break;
		case THREADS:
			if (!parse_threads(optarg, &o->threads))
				return EXIT_USAGE;
			break;
		case PARENT:
			o->with_parent = true;
			break;
		case CHECK:
			o->check = true;
			break;
		case HELP:
			help();
			return EXIT_SUCCESS;
		case VERSION:
			puts("mailsim " MAILVANE_VERSION);
			return EXIT_SUCCESS;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (argc - optind != 1) {
		usage(stderr);
		return EXIT_USAGE;
	}
	o->scenario = argv[optind];
	return -1;
}

/* Tens of thousands of connections want as many descriptors. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static bool open_log(const char *path, int *ret_fd)
{
	*ret_fd = -1;
	if (path == NULL)
		return true;
	*ret_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	if (*ret_fd < 0)
		fprintf(stderr, "mailsim: %s: %s\n", path, strerror(errno));
	return *ret_fd >= 0;
}

static bool open_listeners(struct program *p)
{
	struct sim *sim = &p->sim;
	unsigned i = 0;

	sim->listeners = calloc(sim->scenario.listener_count, sizeof(*sim->listeners));
	if (sim->listeners == NULL)
		return false;
	for (const struct listener_plan *plan = sim->scenario.listeners; plan != NULL;
	     plan = plan->next, i++) {
		if (!listener_open(&sim->listeners[i], plan, sim->threads))
			return false;
		sim->listener_count = i + 1;
		if (!listener_secure(&sim->listeners[i], sim->authority))
			return false;
	}
	return true;
}

static void tell(const struct sim *sim, FILE *to)
{
	for (unsigned i = 0; i < sim->listener_count; i++) {
		const struct listener *l = &sim->listeners[i];

		fprintf(to, "%s %s %s", l->plan->name,
			protocol_kind_name(l->plan->protocol), l->plan->host);
		if (l->plan->hosts > 1)
			fprintf(to, "-%lu",
				strtoul(strrchr(l->plan->host, '.') + 1, NULL, 10) +
				    l->plan->hosts - 1);
		fprintf(to, " %u %s\n", l->port, tls_mode_name(l->plan->tls));
	}
	fprintf(to, "ready\n");
	fflush(to);
}

/* Into a file whose name appears when it is whole. */
static bool tell_file(const struct sim *sim, const char *path)
{
	char beside[4096];
	FILE *file;

	snprintf(beside, sizeof(beside), "%s.new", path);
	file = fopen(beside, "we");
	if (file != NULL) {
		tell(sim, file);
		if (fclose(file) == 0 && rename(beside, path) == 0)
			return true;
	}
	fprintf(stderr, "mailsim: %s: %s\n", path, strerror(errno));
	return false;
}

static void on_signal(uv_signal_t *signal, int number)
{
	struct program *p = signal->data;

	if (number == SIGUSR1) {
		if (p->options.counters != NULL)
			counters_write(&p->sim, p->options.counters);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(p->signals); i++)
		uv_close((uv_handle_t *)&p->signals[i], NULL);
	for (unsigned i = 0; i < p->worker_count; i++)
		worker_stop(&p->workers[i]);
}

static void watch_signals(struct program *p)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGUSR1 };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		uv_signal_init(&p->workers[0].loop, &p->signals[i]);
		p->signals[i].data = p;
		uv_signal_start(&p->signals[i], on_signal, numbers[i]);
	}
}

static void *thread(void *worker)
{
	worker_run(worker);
	return NULL;
}

/* Signals reach the main thread only, which is worker 0. */
static void run_workers(struct program *p)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	for (unsigned i = 1; i < p->worker_count; i++)
		if (pthread_create(&p->workers[i].thread, NULL, thread, &p->workers[i]) !=
		    0) {
			fprintf(stderr, "mailsim: cannot start a thread\n");
			abort();
		}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	worker_run(&p->workers[0]);
	for (unsigned i = 1; i < p->worker_count; i++)
		pthread_join(p->workers[i].thread, NULL);
}

static bool make_workers(struct program *p)
{
	p->workers = calloc(p->sim.threads, sizeof(*p->workers));
	if (p->workers == NULL)
		return false;
	for (unsigned i = 0; i < p->sim.threads; i++) {
		if (!worker_init(&p->workers[i], &p->sim, i))
			return false;
		p->worker_count++;
	}
	return true;
}

static bool prepare(struct program *p)
{
	struct options *o = &p->options;
	struct sim *sim = &p->sim;

	for (unsigned i = 0; i < o->name_count; i++)
		sim->scenario.names[i] = o->names[i];
	if (o->name_count > 0)
		sim->scenario.name_count = o->name_count;
	sim->threads = o->threads;
	sim->authority = authority_new(&sim->scenario);
	return sim->authority != NULL && open_log(o->manners, &sim->manners) &&
	       open_log(o->record, &sim->record) && open_listeners(p) &&
	       (o->ca_dir == NULL || authority_publish(sim->authority, o->ca_dir)) &&
	       (o->ports_file == NULL || tell_file(sim, o->ports_file));
}

static void clean_up(struct program *p)
{
	for (unsigned i = 0; i < p->worker_count; i++)
		worker_fini(&p->workers[i]);
	free(p->workers);
	for (unsigned i = 0; i < p->sim.listener_count; i++)
		listener_close(&p->sim.listeners[i]);
	free(p->sim.listeners);
	authority_free(p->sim.authority);
	if (p->sim.manners >= 0)
		close(p->sim.manners);
	if (p->sim.record >= 0)
		close(p->sim.record);
	scenario_fini(&p->sim.scenario);
}

int main(int argc, char **argv)
{
	struct program p = { .options.threads = 1, .sim.manners = -1, .sim.record = -1 };
	const pid_t parent = getppid();
	int status = parse(argc, argv, &p.options);

	if (status >= 0)
		return status;
	if (!scenario_load(&p.sim.scenario, p.options.scenario))
		return EXIT_USAGE;
	if (p.options.check) {
		scenario_fini(&p.sim.scenario);
		return EXIT_SUCCESS;
	}
	signal(SIGPIPE, SIG_IGN);
	if (p.options.with_parent)
		prctl(PR_SET_PDEATHSIG, SIGTERM);
	raise_limit();
	status = EXIT_FAILURE;
	/* A parent that is gone already will not end us. */
	if ((!p.options.with_parent || getppid() == parent) && prepare(&p) &&
	    make_workers(&p)) {
		watch_signals(&p);
		tell(&p.sim, stdout);
		run_workers(&p);
		status = EXIT_SUCCESS;
		if (p.options.counters != NULL &&
		    !counters_write(&p.sim, p.options.counters))
			status = EXIT_FAILURE;
	}
	clean_up(&p);
	return status;
}
