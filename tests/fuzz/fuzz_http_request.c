/* fuzz_http_request.c - any bytes as a client of the exporter, over a socket pair, through
 * libmicrohttpd to the functions of the paths. The first byte says in how large pieces they come.
 *
 * Nothing crashes or leaks; each answer begins as one; a target with an escaped control character
 * never gets 200; and when the client is gone, so is its row in the table.
 */
#include "routes.h"
#include "running_exporter.h"
#include "web_state.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { TURNS_TO_CLOSE = 100 };

static struct running x;
static struct web *web;
static struct site site;
static char heard[256 * 1024];
static size_t heard_n;
static int outside, inside; /* the folder of the exporter's configuration */

static void must(bool holds)
{
	if (!holds)
		abort();
}

static int here(void)
{
	int fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	must(fd >= 0);
	return fd;
}

static void enter(int folder)
{
	must(fchdir(folder) == 0);
}

static void stop(void)
{
	enter(inside);
	web_free(web);
	running_stop(&x);
}

static void start(void)
{
	struct errors errors;
	struct buffer error;
	char storage[200];

	signal(SIGPIPE, SIG_IGN);
	errors_init(&errors);
	outside = here();
	running_start(&x);
	inside = here();
	running_probed(&x, STATE_OK);
	buffer_init(&error, storage, sizeof(storage));
	must(site_init(&site, NULL, NULL, NULL, &error));
	site.lifecycle = true;
	web = web_prepare(&site, rules_load(NULL, &errors), routes_over(x.store));
	must(web != NULL);
	errors_fini(&errors);
	atexit(stop);
}

static void take(int fd)
{
	ssize_t got;

	while ((got = recv(fd, heard + heard_n, sizeof(heard) - 1 - heard_n, 0)) > 0)
		heard_n += (size_t)got;
	heard[heard_n] = '\0';
	if (heard_n == sizeof(heard) - 1) /* the beginning is enough */
		heard_n = sizeof(heard) / 2;
}

/* The first line of the input has an escape of a control character. */
static bool is_escaped_control(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i + 2 < n && bytes[i] != '\n' && bytes[i] != '\r'; i++)
		if (bytes[i] == '%' && (bytes[i + 1] == '0' || bytes[i + 1] == '1') &&
		    strchr("0123456789abcdefABCDEF", bytes[i + 2]) && bytes[i + 2])
			return true;
	return false;
}

static void converse(int fd, const uint8_t *bytes, size_t n, size_t piece)
{
	for (size_t at = 0; at < n; at += piece) {
		size_t length = n - at < piece ? n - at : piece;

		if (send(fd, bytes + at, length, MSG_NOSIGNAL) <= 0)
			break;
		web_run_once(web, 0);
		take(fd);
	}
	for (int i = 0; i < 3; i++) {
		web_run_once(web, 0);
		take(fd);
		if (reload_queue_waits(&x.store->reload_queue))
			exporter_reload(x.exporter, RELOAD_REQUESTED);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct sockaddr_un nameless = { .sun_family = AF_UNIX };
	static const char ok[] = "HTTP/1.1 200 ", any[] = "HTTP/1.1 ";
	int ends[2];

	if (!web)
		start();
	if (n == 0)
		return 0;
	enter(inside);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
	connection_add(web, ends[0], (const struct sockaddr *)&nameless, sizeof(nameless));
	heard_n = 0;
	heard[0] = '\0';
	converse(ends[1], bytes + 1, n - 1, bytes[0] == '0' ? n : bytes[0]);
	must(!*heard || strncmp(heard, any, strlen(any)) == 0);
	must(!is_escaped_control(bytes + 1, n - 1) || strncmp(heard, ok, strlen(ok)) != 0);
	close(ends[1]);
	for (int i = 0; i < TURNS_TO_CLOSE && web->clients.n > 0; i++)
		web_run_once(web, 0);
	must(web->clients.n == 0);
	enter(outside);
	return 0;
}
