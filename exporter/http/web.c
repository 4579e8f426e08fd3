/* web.c - start and end of the HTTP server, and the loop of the web thread: poll, accept,
 * libmicrohttpd, deadlines, queue. */
#include "events.h"
#include "https.h"
#include "web_state.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Milliseconds between two checks of the deadlines while there are connections; of a
 * pause while all rows are in use; of a pause while no descriptor is free. Runs of the
 * loop at the end, in which waiting requests are answered. */
enum { CLOCK_MS = 1000, FULL_MS = 5, SHORT_MS = 100, LAST_RUNS = 4 };

/* The entries of poll before the listening sockets. */
enum { POLL_WAKE, POLL_CLOSED, POLL_PLAIN, POLL_SECURE, POLL_LISTENING };

void web_wake(struct web *web)
{
	const uint64_t one = 1;

	if (write(web->wake, &one, sizeof(one)) < 0) {
		/* The counter is full, so the thread wakes up anyway. */
	}
}

/* --- libmicrohttpd ---------------------------------------------------------------------------- */

/* libmicrohttpd gets no socket, no thread and no deadlines of its own. */
static struct MHD_Daemon *daemon_start(struct web *web, bool tls)
{
	struct MHD_OptionItem with_tls[] = {
		{ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};
	void (*none)(void) = https_no_certificate();

	memcpy(&with_tls[0].ptr_value, &none, sizeof(none));
	return MHD_start_daemon(
	    MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET |
		(tls ? MHD_USE_TLS : 0),
	    0, NULL, NULL, request_handle, web, MHD_OPTION_URI_LOG_CALLBACK, request_begin,
	    web, MHD_OPTION_NOTIFY_COMPLETED, request_ended, web,
	    MHD_OPTION_NOTIFY_CONNECTION, connection_changed, web,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CLIENTS_ROWS,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)WEB_CONNECTION_MEMORY_MAX,
	    MHD_OPTION_CONNECTION_TIMEOUT, 0U, MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY,
	    tls ? with_tls : &with_tls[1], MHD_OPTION_END);
}

static int daemon_fd(struct MHD_Daemon *daemon)
{
	const union MHD_DaemonInfo *info =
	    daemon ? MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;

	return info ? info->epoll_fd : -1;
}

/* libmicrohttpd may have work that poll does not see. */
static bool daemon_is_busy(struct MHD_Daemon *daemon)
{
	unsigned long long wait_ms;

	return daemon && MHD_get_timeout(daemon, &wait_ms) == MHD_YES && wait_ms == 0;
}

/* --- the web thread ---------------------------------------------------------------------------- */

static void web_fill_pollfds(struct web *web, struct pollfd fds[])
{
	fds[POLL_WAKE] = (struct pollfd){ .fd = web->wake, .events = POLLIN };
	fds[POLL_CLOSED] = (struct pollfd){ .fd = web->closed_epoll, .events = POLLIN };
	fds[POLL_PLAIN] = (struct pollfd){ .fd = daemon_fd(web->plain), .events = POLLIN };
	fds[POLL_SECURE] =
	    (struct pollfd){ .fd = daemon_fd(atomic_load(&web->secure)), .events = POLLIN };
	acceptor_fill_pollfds(&web->acceptor, !client_table_full(&web->clients),
			      instant_now(), fds + POLL_LISTENING);
}

static int web_poll_timeout(struct web *web, int wait_ms)
{
	int most = -1;

	if (daemon_is_busy(web->plain) || daemon_is_busy(atomic_load(&web->secure)))
		return 0;
	if (client_table_full(&web->clients))
		most = FULL_MS;
	else if (instant_before(instant_now(), web->acceptor.pause))
		most = SHORT_MS;
	else if (web->clients.n > 0)
		most = CLOCK_MS;
	if (most < 0 || (wait_ms >= 0 && wait_ms < most))
		return wait_ms;
	return most;
}

static void web_check_deadlines(struct web *web)
{
	struct instant now = instant_now();

	if (instant_before(now, instant_plus(web->deadlines_checked, span_of_ms(CLOCK_MS))))
		return;
	web->deadlines_checked = now;
	web->queue_changed = true; /* an answer may have become older than CLIENT_SAFE_S */
	connections_expire(web, now);
}

void web_run_once(struct web *web, int wait_ms)
{
	struct pollfd fds[POLL_LISTENING + SOCKETS_MAX];
	struct MHD_Daemon *secure;
	uint64_t wakes;

	web_fill_pollfds(web, fds);
	poll(fds, ARRAY_SIZE(fds), web_poll_timeout(web, wait_ms));
	if (fds[POLL_WAKE].revents && read(web->wake, &wakes, sizeof(wakes)) < 0) {
		/* There was nothing to read; the loop goes on anyway. */
	}
	requests_take_woken(web);
	connections_check_closed(web);
	acceptor_accept(&web->acceptor, fds + POLL_LISTENING, connection_add, web);
	MHD_run(web->plain);
	secure = atomic_load(&web->secure);
	if (secure)
		MHD_run(secure);
	web_check_deadlines(web);
	if (web->queue_changed)
		requests_start_queued(web);
}

/* Answers waiting requests if that takes no time, then closes everything. */
static void web_end(struct web *web)
{
	struct MHD_Daemon *secure = atomic_load(&web->secure);

	acceptor_fini(&web->acceptor);
	for (size_t i = 0; i < CLIENTS_ROWS; i++)
		if (web->clients.rows[i].request)
			request_continue(web->clients.rows[i].request);
	for (int i = 0; i < LAST_RUNS; i++)
		web_run_once(web, 0);
	for (size_t i = 0; i < CLIENTS_ROWS; i++)
		if (web->clients.rows[i].state != CLIENT_FREE)
			connection_end(web, &web->clients.rows[i]);
	if (web->plain)
		MHD_stop_daemon(web->plain);
	if (secure)
		MHD_stop_daemon(secure);
}

static void *web_run(void *cls)
{
	struct web *web = cls;

	while (!atomic_load(&web->ending))
		web_run_once(web, -1);
	web_end(web);
	return NULL;
}

/* --- rules ------------------------------------------------------------------------------------- */

bool web_change(struct web *web, struct rules *rules)
{
	if (rules->tls && !atomic_load(&web->secure))
		atomic_store(&web->secure, daemon_start(web, true));
	if (rules->tls && !atomic_load(&web->secure)) {
		rules_release(rules);
		return false;
	}
	access_change(web->access, rules);
	return true;
}

bool web_rules_changed(struct web *web)
{
	struct rules *rules = access_rules(web->access);
	bool changed = rules_changed(rules);

	rules_release(rules);
	return changed;
}

/* --- creation and end --------------------------------------------------------------------------- */

static bool web_open(struct web *web, struct rules *rules)
{
	web->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	web->closed_epoll = epoll_create1(EPOLL_CLOEXEC);
	web->access = access_new(rules_hold(rules));
	web->events = events_new(web->content.changes, web->content.store);
	if (web->wake >= 0 && web->closed_epoll >= 0 && web->access && web->events)
		web->plain = daemon_start(web, false);
	if (web->plain)
		return web_change(web, rules);
	rules_release(rules);
	return false;
}

struct web *web_prepare(const struct site *site, struct rules *rules,
			struct web_content content)
{
	struct web *web = calloc(1, sizeof(*web));

	if (!web) {
		rules_release(rules);
		return NULL;
	}
	web->site = site;
	web->content = content;
	web->woken_end = &web->woken;
	web->deadlines_checked = instant_now();
	pthread_mutex_init(&web->lock, NULL);
	if (web_open(web, rules))
		return web;
	web_free(web);
	return NULL;
}

struct web *web_new(const struct sockets *sockets, const struct site *site,
		    struct rules *rules, struct web_content content)
{
	struct web *web = web_prepare(site, rules, content);

	if (!web)
		return NULL;
	acceptor_init(&web->acceptor, sockets);
	web->running = pthread_create(&web->thread, NULL, web_run, web) == 0;
	if (web->running)
		return web;
	web->acceptor.n = 0; /* the sockets stay with the caller */
	web_free(web);
	return NULL;
}

void web_free(struct web *web)
{
	if (!web)
		return;
	events_end(web->events);
	atomic_store(&web->ending, true);
	if (web->running) {
		web_wake(web);
		pthread_join(web->thread, NULL);
	} else if (web->plain) {
		web_end(web);
	}
	events_free(web->events);
	access_free(web->access);
	if (web->wake >= 0)
		close(web->wake);
	if (web->closed_epoll >= 0)
		close(web->closed_epoll);
	pthread_mutex_destroy(&web->lock);
	free(web);
}
