#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "folder.h"
#include "routes.h"
#include "running_exporter.h"
#include "web_state.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Every way in which a request can end. The test is the web thread: it sees and ages the rows of
 * the table. After each test no row is taken, no descriptor is open and (with a sanitizer) no byte
 * is left. */

/* The answer is larger than the buffers on the way. */
enum { TARGETS = 3000, SMALL = 4096 };

static struct running x;
static struct web *web;
static struct site site;
static int listening;
static struct sockaddr_in at;
static size_t descriptors_before;
static char heard[4096];

/* --- clients ---------------------------------------------------------------------------------- */

static size_t descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t n = 0;

	while (readdir(folder))
		n++;
	closedir(folder);
	return n;
}

static void turn(int count)
{
	for (int i = 0; i < count; i++)
		web_run_once(web, 0);
}

static unsigned count(enum client_state state)
{
	unsigned counts[CLIENT_STATES];

	client_table_count(&web->clients, counts);
	return counts[state];
}

/* Other threads may have to do something first. */
static void await(enum client_state state, unsigned n)
{
	for (int i = 0; i < 3000 && count(state) != n; i++)
		web_run_once(web, 10);
	if (count(state) != n)
		fail_msg("%u rows are %s, not %u", count(state), client_state_word(state),
			 n);
}

static void await_all_free(void)
{
	await(CLIENT_FREE, CLIENTS_ROWS);
	assert_int_equal(web->clients.n, 0);
}

/* Connected to the server, which takes it for one of that address. */
static int dial_from(const char *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), small = SMALL, served;
	struct sockaddr_in from = { .sin_family = AF_INET };

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	served = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(served >= 0);
	setsockopt(served, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	inet_pton(AF_INET, address, &from.sin_addr);
	connection_add(web, served, (struct sockaddr *)&from, sizeof(from));
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	turn(3);
}

static int ask(const char *text)
{
	int fd = dial_from("127.0.0.1");

	say(fd, text);
	return fd;
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: test\r\n"
#define SCRAPE    GET("/metrics") "\r\n"
#define ALICE     "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n"

/* What has come so far. */
static const char *hear(int fd)
{
	ssize_t n = recv(fd, heard, sizeof(heard) - 1, MSG_DONTWAIT);

	heard[n > 0 ? n : 0] = '\0';
	return heard;
}

static bool is_cut(int fd)
{
	ssize_t n;

	while ((n = recv(fd, heard, sizeof(heard), MSG_DONTWAIT)) > 0)
		;
	return n == 0 || errno == ECONNRESET;
}

static void hang_up(int fd, bool reset)
{
	const struct linger at_once = { .l_onoff = 1 };

	if (reset)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
}

static void hang_up_all(const int fds[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		hang_up(fds[i], i % 2);
}

/* As if it were in its state since then. */
static void age(enum client_state state, int seconds)
{
	for (size_t i = 0; i < CLIENTS_ROWS; i++)
		if (web->clients.rows[i].state == state)
			web->clients.rows[i].since.ns -= seconds * 1000000000LL;
	web->deadlines_checked.ns -= 2000000000LL;
	turn(1);
}

/* As many as have a turn at once, and the others wait. */
static void fill_turns(int fds[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		fds[i] = ask(SCRAPE);
	assert_int_equal(count(CLIENT_ANSWERING), CLIENT_LARGE_LOCAL);
	assert_int_equal(count(CLIENT_QUEUED), n - CLIENT_LARGE_LOCAL);
}

/* --- answered ----------------------------------------------------------------------------------- */

static void a_request_is_answered(void **state)
{
	int fd = ask(GET("/-/healthy") "\r\n");

	(void)state;
	assert_non_null(strstr(hear(fd), "healthy\n"));
	assert_int_equal(count(CLIENT_IDLE), 1);
	say(fd, GET("/-/healthy") "Connection: close\r\n\r\n");
	assert_non_null(strstr(hear(fd), "healthy\n"));
	assert_true(is_cut(fd));
	await_all_free();
	close(fd);
}

static void what_is_no_request_is_refused(void **state)
{
	static const char *const rubbish[] = {
		"\r\n\r\n\r\n",
		"GET\r\n\r\n",
		"GET /\r\n\r\n",
		"\x16\x03\x01\x02",
		"GET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
		"GET / HTTP/1.1\r\nHost\r\n\r\n",
		"POST /-/reload HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rubbish); i++)
		close(ask(rubbish[i]));
	await_all_free();
}

/* --- gone --------------------------------------------------------------------------------------- */

static void gone_before_the_request_is_complete(void **state)
{
	static const char *const starts[] = {
		"",
		"GET /met",
		(GET("/metrics") "X: "),
		(GET("/metrics") "Content-Length: 9\r\n\r\nx"),
		(GET("/metrics") "Transfer-Encoding: chunked\r\n\r\n5\r\nx"),
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(starts); i++) {
		int fd = ask(starts[i / 2]);

		assert_int_equal(count(CLIENT_RECEIVING), 1);
		hang_up(fd, i % 2);
		await_all_free();
	}
}

static void gone_while_the_answer_is_sent(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		int fd = ask(SCRAPE);

		assert_int_equal(count(CLIENT_ANSWERING), 1);
		if (i < 2)
			assert_non_null(strstr(hear(fd), " 200 "));
		hang_up(fd, i % 2);
		await_all_free();
	}
}

static void gone_while_it_waits_for_its_turn(void **state)
{
	int fds[3 * CLIENT_LARGE_LOCAL];

	(void)state;
	fill_turns(fds, ARRAY_SIZE(fds));
	hang_up_all(fds + CLIENT_LARGE_LOCAL, 2 * CLIENT_LARGE_LOCAL);
	await(CLIENT_QUEUED, 0);
	/* Not because they had their turns. */
	assert_int_equal(count(CLIENT_ANSWERING), CLIENT_LARGE_LOCAL);
	hang_up_all(fds, CLIENT_LARGE_LOCAL);
	await_all_free();
}

static void gone_while_a_password_is_hashed(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		int fd = ask(GET("/metrics") ALICE "\r\n");

		/* Cut between two turns, whether the answer is there or not. */
		hang_up(fd, i);
		await_all_free();
	}
}

/* The hash is waited for, as a client may say nothing more and still listen. */
static void half_closed_while_a_password_is_hashed(void **state)
{
	int fd = ask(GET("/-/healthy") ALICE "\r\n");

	(void)state;
	shutdown(fd, SHUT_WR);
	for (int i = 0; i < 3000 && !*hear(fd); i++)
		web_run_once(web, 10);
	assert_non_null(strstr(heard, " 401 "));
	close(fd);
	await_all_free();
}

static void gone_while_it_listens_to_events(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		int fd = ask(GET("/events") "\r\n");

		assert_int_equal(count(CLIENT_SUSPENDED), 1);
		hang_up(fd, i);
		if (i == 0) /* it is only found out when it is told something */
			exporter_reload(x.exporter, RELOAD_REQUESTED);
		await_all_free();
	}
}

static void gone_while_a_reload_is_waited_for(void **state)
{
	int fd;

	(void)state;
	site.lifecycle = true;
	for (int i = 0; i < 2; i++) {
		fd = ask("POST /-/reload HTTP/1.1\r\nHost: test\r\n\r\n");
		assert_int_equal(count(CLIENT_SUSPENDED), 1);
		hang_up(fd, true);
		if (i == 0)
			await_all_free();
		exporter_reload(x.exporter, RELOAD_REQUESTED);
		await_all_free();
	}
}

/* --- displaced ----------------------------------------------------------------------------------- */

static void displaced_while_it_waits_for_its_turn(void **state)
{
	int fds[CLIENTS_PER_NAME], more[CLIENTS_PER_NAME];

	(void)state;
	fill_turns(fds, ARRAY_SIZE(fds));
	age(CLIENT_QUEUED, CLIENT_SAFE_S + 1);
	for (size_t i = 0; i < CLIENTS_PER_NAME - CLIENT_LARGE_LOCAL; i++)
		more[i] = ask(SCRAPE);
	assert_int_equal(count(CLIENT_CLOSING), 0);
	assert_int_equal(count(CLIENT_QUEUED), CLIENTS_PER_NAME - CLIENT_LARGE_LOCAL);
	for (size_t i = CLIENT_LARGE_LOCAL; i < CLIENTS_PER_NAME; i++)
		assert_true(is_cut(fds[i]));
	hang_up_all(fds, CLIENTS_PER_NAME);
	hang_up_all(more, CLIENTS_PER_NAME - CLIENT_LARGE_LOCAL);
	await_all_free();
}

static void displaced_in_every_other_state(void **state)
{
	static const struct {
		const char *text;
		enum client_state state;
	} ways[] = {
		{ "GET /met", CLIENT_RECEIVING },
		{ GET("/-/healthy") "\r\n", CLIENT_IDLE },
		{ GET("/events") "\r\n", CLIENT_SUSPENDED },
		{ SCRAPE, CLIENT_ANSWERING },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		int fds[CLIENTS_PER_NAME], first = ask(ways[i].text);

		assert_int_equal(count(ways[i].state), 1);
		age(ways[i].state, CLIENT_SAFE_S - 1);
		for (size_t j = 1; j < ARRAY_SIZE(fds); j++)
			fds[j] = ask("GET /met");
		if (ways[i].state == CLIENT_SUSPENDED ||
		    ways[i].state == CLIENT_ANSWERING) {
			/* Those that are slow to ask go first. */
			assert_false(is_cut(first));
			for (size_t j = 0; j < CLIENTS_ROWS; j++)
				if (web->clients.rows[j].state == CLIENT_RECEIVING)
					client_table_move(&web->clients,
							  &web->clients.rows[j],
							  CLIENT_ANSWERING, instant_now());
			age(ways[i].state, 2);
		}
		fds[0] = dial_from("127.0.0.1");
		turn(2);
		assert_true(is_cut(first));
		close(first);
		hang_up_all(fds, ARRAY_SIZE(fds));
		await_all_free();
	}
}

/* Idle ones of many clients do not keep others out. */
static void idle_ones_make_room(void **state)
{
	int fds[CLIENTS_MAX], fd;
	char from[INET_ADDRSTRLEN] = "127.0.1.1";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		from[8] = (char)('1' + i % 8);
		fds[i] = dial_from(from);
		say(fds[i], GET("/-/healthy") "\r\n");
	}
	assert_int_equal(count(CLIENT_IDLE), CLIENTS_MAX);
	fd = dial_from("127.0.2.1");
	say(fd, GET("/-/healthy") "\r\n");
	assert_non_null(strstr(hear(fd), "healthy\n"));
	assert_int_equal(count(CLIENT_IDLE), CLIENTS_MAX);
	hang_up_all(fds, ARRAY_SIZE(fds));
	close(fd);
	await_all_free();
}

/* --- overdue -------------------------------------------------------------------------------------- */

static void overdue_in_every_state(void **state)
{
	static const struct {
		const char *text;
		enum client_state state;
		int seconds;
	} ways[] = {
		{ "", CLIENT_RECEIVING, CLIENT_RECEIVE_S },
		{ GET("/metrics") "X: ", CLIENT_RECEIVING, CLIENT_RECEIVE_S },
		{ GET("/-/healthy") "\r\n", CLIENT_IDLE, CLIENT_IDLE_S },
		{ GET("/events") "\r\n", CLIENT_SUSPENDED, CLIENT_ANSWER_S },
		{ SCRAPE, CLIENT_ANSWERING, CLIENT_ANSWER_S },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		int fd = ask(ways[i].text);

		assert_int_equal(count(ways[i].state), 1);
		age(ways[i].state, ways[i].seconds - 1);
		assert_int_equal(count(ways[i].state), 1);
		age(ways[i].state, 2);
		await_all_free();
		assert_true(is_cut(fd));
		close(fd);
	}
}

static void waiting_too_long_for_a_turn_is_refused_in_words(void **state)
{
	int fds[CLIENT_LARGE_LOCAL + 1];

	(void)state;
	fill_turns(fds, ARRAY_SIZE(fds));
	age(CLIENT_QUEUED, CLIENT_QUEUE_S + 1);
	turn(3);
	assert_non_null(strstr(hear(fds[CLIENT_LARGE_LOCAL]), " 429 "));
	assert_non_null(strstr(heard, "too many large answers at once"));
	assert_int_equal(count(CLIENT_IDLE), 1);
	hang_up_all(fds, ARRAY_SIZE(fds));
	await_all_free();
}

/* --- the server stops ------------------------------------------------------------------------------ */

static void the_server_stops_in_every_state(void **state)
{
	int fds[CLIENT_LARGE_LOCAL + 6];

	(void)state;
	site.lifecycle = true;
	fds[0] = ask("GET /met");
	fds[1] = ask(GET("/-/healthy") "\r\n");
	fds[2] = ask(GET("/events") "\r\n");
	fds[3] = ask("POST /-/reload HTTP/1.1\r\nHost: test\r\n\r\n");
	fill_turns(fds + 4, CLIENT_LARGE_LOCAL + 2);
	web_free(web);
	web = NULL;
	assert_non_null(strstr(hear(fds[3]), "mailvane_exporter is stopping"));
	assert_non_null(
	    strstr(hear(fds[ARRAY_SIZE(fds) - 1]), "mailvane_exporter is stopping"));
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		assert_true(is_cut(fds[i]));
		close(fds[i]);
	}
}

static void the_server_stops_while_a_password_is_hashed(void **state)
{
	int fd = ask(GET("/metrics") ALICE "\r\n");

	(void)state;
	web_free(web);
	web = NULL;
	assert_true(is_cut(fd));
	close(fd);
}

/* --- setup ------------------------------------------------------------------------------------------ */

static void write_targets(void)
{
	static char rows[TARGETS * 40];
	struct buffer csv;

	buffer_init(&csv, rows, sizeof(rows));
	buffer_text(&csv, "name,host,services,account,labels\n");
	for (unsigned i = 0; i < TARGETS; i++)
		buffer_format(&csv, "s%u,127.0.0.1,far,,\n", i);
	folder_write("many.csv", 0644, buffer_string(&csv));
	running_configure("target_files = [ \"many.csv\" ];\n");
}

static void listen_somewhere(void)
{
	socklen_t length = sizeof(at);

	at = (struct sockaddr_in){ .sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listening, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(listening, 8), 0);
	getsockname(listening, (struct sockaddr *)&at, &length);
}

static int start_with(const char *web_config)
{
	struct errors errors;
	struct buffer error;
	char storage[200];
	struct rules *rules;

	errors_init(&errors);
	running_start(&x);
	write_targets();
	exporter_reload(x.exporter, RELOAD_REQUESTED);
	/* A hash of this cost takes a while, and that of no user as long. */
	folder_write("web.yml", 0644,
		     "basic_auth_users:\n  alice: "
		     "$2y$08$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n");
	rules = rules_load(web_config, &errors);
	buffer_init(&error, storage, sizeof(storage));
	site_init(&site, NULL, NULL, NULL, &error);
	listen_somewhere();
	descriptors_before = descriptors();
	web = rules ? web_prepare(&site, rules, routes_over(x.store)) : NULL;
	errors_fini(&errors);
	return web ? 0 : -1;
}

static int start(void **state)
{
	(void)state;
	return start_with(NULL);
}

static int start_with_users(void **state)
{
	(void)state;
	return start_with("web.yml");
}

static int stop(void **state)
{
	bool back;

	(void)state;
	web_free(web);
	back = descriptors() == descriptors_before;
	close(listening);
	running_stop(&x);
	return back ? 0 : -1;
}

#define SLOT_TEST(name)  cmocka_unit_test_setup_teardown(name, start, stop)
#define LOGIN_TEST(name) cmocka_unit_test_setup_teardown(name, start_with_users, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SLOT_TEST(a_request_is_answered),
		SLOT_TEST(what_is_no_request_is_refused),
		SLOT_TEST(gone_before_the_request_is_complete),
		SLOT_TEST(gone_while_the_answer_is_sent),
		SLOT_TEST(gone_while_it_waits_for_its_turn),
		LOGIN_TEST(gone_while_a_password_is_hashed),
		LOGIN_TEST(half_closed_while_a_password_is_hashed),
		SLOT_TEST(gone_while_it_listens_to_events),
		SLOT_TEST(gone_while_a_reload_is_waited_for),
		SLOT_TEST(displaced_while_it_waits_for_its_turn),
		SLOT_TEST(displaced_in_every_other_state),
		SLOT_TEST(idle_ones_make_room),
		SLOT_TEST(overdue_in_every_state),
		SLOT_TEST(waiting_too_long_for_a_turn_is_refused_in_words),
		SLOT_TEST(the_server_stops_in_every_state),
		LOGIN_TEST(the_server_stops_while_a_password_is_hashed),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
