/* simulator.c - mailsim as a child process of a test. */
#include "simulator.h"

#include "client.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MS = 5000, STEP_MS = 5 };

struct simulator {
	pid_t pid;
	char dir[64];
	char ca_file[80];
	char *ports; /* what it told when it was ready */
};

__attribute__((noreturn)) static void give_up(const char *what)
{
	fprintf(stderr, "simulator: %s: %s\n", what, strerror(errno));
	exit(99);
}

static const char *path_of(const struct simulator *s, const char *name, char dst[128])
{
	snprintf(dst, 128, "%s/%s", s->dir, name);
	return dst;
}

static char *slurp(FILE *from)
{
	char *text = NULL, line[4096];
	size_t size, n;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		give_up("memory");
	while ((n = fread(line, 1, sizeof(line), from)) > 0)
		fwrite(line, 1, n, to);
	fclose(to);
	return text;
}

static char *slurp_file(const struct simulator *s, const char *name)
{
	char path[128], *text;
	FILE *file = fopen(path_of(s, name, path), "re");

	if (file == NULL)
		give_up(path);
	text = slurp(file);
	fclose(file);
	return text;
}

static void write_scenario(const struct simulator *s, const char *text)
{
	char path[128];
	FILE *file = fopen(path_of(s, "scenario", path), "we");

	if (file == NULL)
		give_up(path);
	fprintf(file, "%s\nlisten control 127.0.0.1:0 name=control\n", text);
	if (fclose(file) != 0)
		give_up(path);
}

static void run(const struct simulator *s, unsigned threads)
{
	char scenario[128], manners[128], record[128], count[16];

	path_of(s, "scenario", scenario);
	path_of(s, "manners", manners);
	path_of(s, "record", record);
	snprintf(count, sizeof(count), "%u", threads);
	execl(MAILSIM_PATH, "mailsim", "--with-parent", "--threads", count, "--ca-dir",
	      s->dir, "--manners-log", manners, "--record", record, scenario, (char *)NULL);
	_exit(127);
}

/* Its stdout up to the line `ready`. */
static char *hear_ports(FILE *from)
{
	char *text = NULL, line[256];
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		give_up("memory");
	while (fgets(line, sizeof(line), from) != NULL) {
		if (strcmp(line, "ready\n") == 0) {
			fclose(to);
			return text;
		}
		fputs(line, to);
	}
	errno = 0;
	give_up(MAILSIM_PATH " did not become ready");
}

struct simulator *simulator_start(const char *scenario)
{
	return simulator_start_threads(scenario, 1);
}

struct simulator *simulator_start_threads(const char *scenario, unsigned threads)
{
	const char *tmp = getenv("TMPDIR");
	struct simulator *s = calloc(1, sizeof(*s));
	int out[2];
	FILE *from;

	if (s == NULL || pipe(out) != 0)
		give_up("pipe");
	snprintf(s->dir, sizeof(s->dir), "%s/mailsim-XXXXXX",
		 tmp == NULL || strlen(tmp) > 40 ? "/tmp" : tmp);
	if (mkdtemp(s->dir) == NULL)
		give_up(s->dir);
	snprintf(s->ca_file, sizeof(s->ca_file), "%s/ca.pem", s->dir);
	write_scenario(s, scenario);
	s->pid = fork();
	if (s->pid < 0)
		give_up("fork");
	if (s->pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		close(out[1]);
		run(s, threads);
	}
	close(out[1]);
	from = fdopen(out[0], "r");
	s->ports = hear_ports(from);
	fclose(from);
	return s;
}

int simulator_stop(struct simulator *s)
{
	static const char *const names[] = { "scenario", "manners", "record", "ca.pem" };
	char path[128];
	int status;

	kill(s->pid, SIGTERM);
	while (waitpid(s->pid, &status, 0) < 0 && errno == EINTR)
		;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlink(path_of(s, names[i], path));
	rmdir(s->dir);
	free(s->ports);
	free(s);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

uint16_t simulator_port(const struct simulator *s, const char *listener)
{
	size_t n = strlen(listener);
	unsigned port;

	for (const char *line = s->ports; line != NULL && *line != '\0';) {
		if (strncmp(line, listener, n) == 0 && line[n] == ' ' &&
		    sscanf(line + n, " %*s %*s %u", &port) == 1)
			return (uint16_t)port;
		line = strchr(line, '\n');
		line = line == NULL ? NULL : line + 1;
	}
	errno = ENOENT;
	give_up(listener);
}

const char *simulator_ca_file(const struct simulator *s)
{
	return s->ca_file;
}

long long simulator_count(const struct simulator *s, const char *listener, const char *word)
{
	struct client *c = client_connect("127.0.0.1", simulator_port(s, "control"));
	char wanted[128], *text = client_read_all(c), *line, *end;
	long long value = 0;

	client_close(c);
	snprintf(wanted, sizeof(wanted), "listener=%s ", listener);
	line = strstr(text, wanted);
	end = line == NULL ? NULL : strchr(line, '\n');
	if (end == NULL) {
		errno = ENOENT;
		give_up(wanted);
	}
	*end = '\0';
	snprintf(wanted, sizeof(wanted), " %s=", word);
	line = strstr(line, wanted);
	if (line != NULL)
		value = strtoll(line + strlen(wanted), NULL, 10);
	free(text);
	return value;
}

bool simulator_reached(const struct simulator *s, const char *listener, const char *word,
		       long long least)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000L };

	for (int ms = 0; ms < WAIT_MS; ms += STEP_MS) {
		if (simulator_count(s, listener, word) >= least)
			return true;
		nanosleep(&step, NULL);
	}
	return false;
}

char *simulator_manners(const struct simulator *s)
{
	return slurp_file(s, "manners");
}

char *simulator_record(const struct simulator *s)
{
	return slurp_file(s, "record");
}
