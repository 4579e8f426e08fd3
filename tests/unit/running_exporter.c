#include "running_exporter.h"

#include "folder.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char path[] = "mailvane.conf";

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	abort();
}

void running_configure(const char *more)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "interval = \"1d\"; ehlo_name = \"monitor.example.com\";\n"
		 "services = ( { name = \"far\"; protocol = \"smtp\"; port = 1; tls = "
		 "\"starttls\"; } );\n"
		 "servers = ( { name = \"mx\"; host = \"127.0.0.1\"; services = [ \"far\" "
		 "]; } );\n%s",
		 more);
	folder_write(path, 0644, text);
}

void running_start(struct running *x)
{
	struct config_errors errors = { 0 };
	struct config *config;
	char error[200];

	folder_enter();
	running_configure("");
	must(pipe2(x->log_ends, O_CLOEXEC) == 0, "pipe2");
	x->log = log_new(x->log_ends[1]);
	must(x->log != NULL, "log_new");
	config = config_load(path, &errors);
	must(config != NULL, errors.count > 0 ? errors.list[0].what : "config_load");
	x->exporter = exporter_new(config, path, "1.2.3", x->log, error, sizeof(error));
	must(x->exporter != NULL, error);
	x->store = exporter_store(x->exporter);
}

void running_stop(struct running *x)
{
	exporter_free(x->exporter);
	log_free(x->log);
	close(x->log_ends[0]);
	close(x->log_ends[1]);
	folder_leave();
}

const char *running_log(struct running *x)
{
	struct pollfd p = { .fd = x->log_ends[0], .events = POLLIN };
	size_t n = 0;

	log_drain(x->log);
	while (n + 1 < sizeof(x->lines) && poll(&p, 1, 0) > 0) {
		ssize_t got = read(p.fd, x->lines + n, sizeof(x->lines) - 1 - n);

		must(got > 0, "read");
		n += (size_t)got;
	}
	x->lines[n] = '\0';
	return x->lines;
}

void running_probed(struct running *x, enum state state)
{
	struct plan *plan = store_plan(x->store);
	struct result result;

	result_init(&result, moment_now());
	result.state = state;
	slot_publish(plan->targets[0].slot, &result, false, 1);
	result_fini(&result);
	plan_release(plan);
}
