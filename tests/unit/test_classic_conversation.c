#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "conversation.h"
#include "folder.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

/* A server with one thing to say, in a thread of its own. It ends when the client does. */
struct server {
	int listener;
	uint16_t port;
	pthread_t thread;
	const char *text;
	size_t repeat;     /* how often the text is said */
	useconds_t drip;   /* between two bytes; 0: all at once */
	bool hangs_up;     /* behind the text */
	char heard[16384]; /* until the client's end */
	size_t heard_n;
};

static struct conversation c;

static void say(const struct server *s, int fd)
{
	size_t n = strlen(s->text);

	for (size_t k = 0; k < s->repeat; k++) {
		for (size_t i = 0; i < n && s->drip > 0; i++) {
			if (send(fd, s->text + i, 1, MSG_NOSIGNAL) != 1)
				return;
			usleep(s->drip);
		}
		if (s->drip == 0 && send(fd, s->text, n, MSG_NOSIGNAL) < 0)
			return;
	}
}

static void *serve(void *user)
{
	struct server *s = user;
	int fd = accept(s->listener, NULL, NULL);
	ssize_t n;

	if (fd < 0)
		return NULL;
	say(s, fd);
	if (s->hangs_up)
		shutdown(fd, SHUT_WR);
	while ((n = recv(fd, s->heard + s->heard_n, sizeof(s->heard) - s->heard_n, 0)) > 0)
		s->heard_n += (size_t)n;
	close(fd);
	return NULL;
}

static void start(struct server *s, const struct sockaddr *at, socklen_t n)
{
	s->repeat += s->repeat == 0;
	s->listener = socket(at->sa_family, SOCK_STREAM, 0);
	assert_true(s->listener >= 0);
	assert_int_equal(bind(s->listener, at, n), 0);
	assert_int_equal(listen(s->listener, 5), 0);
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void start_tcp(struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	start(s, (struct sockaddr *)&at, sizeof(at));
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)&at, &n), 0);
	s->port = ntohs(at.sin_port);
}

static void stop(struct server *s)
{
	conversation_fini(&c);
	shutdown(s->listener, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->listener);
}

static void open_to(struct server *s, unsigned timeout)
{
	start_tcp(s);
	assert_true(conversation_init(&c, timeout, NULL));
	assert_int_equal(conversation_resolve(&c, "127.0.0.1", FAMILY_ANY), TURN_DONE);
	assert_int_equal(conversation_open(&c, s->port), TURN_DONE);
}

static void is_line(const char *want)
{
	struct view line;

	assert_int_equal(conversation_line(&c, &line), TURN_DONE);
	assert_int_equal(line.n, strlen(want));
	assert_memory_equal(line.p, want, line.n);
}

static void speaks_line_after_line(void **state)
{
	struct server s = { .text = "220 one\r\n220-two\n\n", .hangs_up = true };
	struct view line;

	(void)state;
	open_to(&s, 20);
	is_line("220 one");
	assert_true(conversation_send(&c, view_of("HELO me\r\n")));
	is_line("220-two");
	is_line("");
	assert_int_equal(conversation_line(&c, &line), TURN_CLOSED);
	assert_true(conversation_is_closed(&c));
	assert_false(conversation_send(&c, view_of("QUIT\r\n")));
	stop(&s);
	assert_int_equal(s.heard_n, 9);
	assert_memory_equal(s.heard, "HELO me\r\n", 9);
}

static void hears_a_last_line_without_its_end(void **state)
{
	struct server s = { .text = "421 too many", .hangs_up = true };
	struct view line;

	(void)state;
	open_to(&s, 20);
	is_line("421 too many");
	assert_int_equal(conversation_line(&c, &line), TURN_CLOSED);
	stop(&s);
}

/* Each byte in time, the whole never: the deadline is of the whole. */
static void ends_a_drip_at_the_deadline(void **state)
{
	struct server s = { .text = "x", .repeat = 100000, .drip = 20000 };
	struct instant begun = instant_now();
	struct view line;
	double took;

	(void)state;
	open_to(&s, 1);
	assert_int_equal(conversation_line(&c, &line), TURN_TIMEOUT);
	took = span_seconds(span_between(begun, instant_now()));
	assert_true(took > 0.9 && took < 5);
	stop(&s);
}

static void has_room_for_so_much(void **state)
{
	struct server s = { .text = "0123456789012345678901234567890123456789",
			    .repeat = 1000 };
	struct view line;

	(void)state;
	open_to(&s, 20);
	assert_int_equal(conversation_line(&c, &line), TURN_FULL);
	stop(&s);
}

static void waits_so_long_for_more(void **state)
{
	struct server s = { .text = "* OK" };
	struct view bytes;

	(void)state;
	open_to(&s, 20);
	assert_int_equal(conversation_bytes(&c, 0, span_of_seconds(20), &bytes), TURN_DONE);
	assert_true(bytes.n > 0);
	while (bytes.n < 4)
		assert_int_equal(
		    conversation_bytes(&c, bytes.n, span_of_seconds(20), &bytes),
		    TURN_DONE);
	assert_int_equal(conversation_bytes(&c, 4, span_of_ms(30), &bytes), TURN_IDLE);
	stop(&s);
}

/* CVE-2011-0411 */
static void refuses_what_lies_before_tls(void **state)
{
	struct server s = { .text = "220 ready\r\n250 injected\r\n" };
	struct classic_tls_options wish = { .name = "m.test" };

	(void)state;
	open_to(&s, 20);
	is_line("220 ready");
	assert_int_equal(conversation_secure(&c, &wish), TURN_FAILED);
	assert_non_null(strstr(c.reason, "injected"));
	stop(&s);
	assert_int_equal(s.heard_n, 0);
}

static void sends_more_than_fits_at_once(void **state)
{
	struct server s = { .text = "220 x\r\n" };
	char text[12001];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	open_to(&s, 20);
	assert_true(conversation_send(&c, view_of(text)));
	is_line("220 x");
	stop(&s);
	assert_int_equal(s.heard_n, 12000);
}

static void tries_the_next_address(void **state)
{
	struct server s = { .text = "220 x\r\n" };
	struct address nobody;

	(void)state;
	start_tcp(&s);
	assert_true(conversation_init(&c, 20, NULL));
	assert_int_equal(conversation_resolve(&c, "127.0.0.1", FAMILY_ANY), TURN_DONE);
	assert_true(address_parse(view_of("127.77.7.7"), 0, &nobody));
	c.answer.addresses[1] = c.answer.addresses[0];
	c.answer.addresses[0] = nobody;
	c.answer.count = 2;
	assert_int_equal(conversation_open(&c, s.port), TURN_DONE);
	is_line("220 x");
	stop(&s);
}

static void tells_why_nobody_answers(void **state)
{
	struct server s = { .text = "" };

	(void)state;
	start_tcp(&s);
	assert_true(conversation_init(&c, 20, NULL));
	assert_int_equal(conversation_resolve(&c, "127.77.7.7", FAMILY_ANY), TURN_DONE);
	assert_int_equal(conversation_open(&c, s.port), TURN_FAILED);
	assert_int_equal(c.error, ECONNREFUSED);
	stop(&s);
}

static void knows_kinds_of_addresses(void **state)
{
	(void)state;
	assert_true(conversation_init(&c, 20, NULL));
	assert_int_equal(conversation_resolve(&c, "::1", FAMILY_IPV4), TURN_FAILED);
	assert_int_equal(conversation_resolve(&c, "[::1]", FAMILY_IPV6), TURN_DONE);
	assert_int_equal(conversation_resolve(&c, "127.0.0.1", FAMILY_IPV6), TURN_FAILED);
	conversation_fini(&c);
}

static void speaks_through_a_socket_of_the_machine(void **state)
{
	struct server s = { .text = "* OK\r\n" };
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "imap.sock" };
	char path[200], folder[100];

	(void)state;
	folder_enter();
	assert_non_null(getcwd(folder, sizeof(folder)));
	snprintf(path, sizeof(path), "%s/imap.sock", folder);
	start(&s, (struct sockaddr *)&at, sizeof(at));
	assert_true(conversation_init(&c, 20, NULL));
	assert_int_equal(conversation_open_path(&c, path), TURN_DONE);
	is_line("* OK");
	stop(&s);
	folder_leave();
}

static void tells_why_a_path_does_not_open(void **state)
{
	char path[300];

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_true(conversation_init(&c, 20, NULL));
	assert_int_equal(conversation_open_path(&c, "/nowhere/x.sock"), TURN_FAILED);
	assert_int_equal(c.error, ENOENT);
	assert_int_equal(conversation_open_path(&c, path), TURN_FAILED);
	assert_int_equal(c.error, ENAMETOOLONG);
	conversation_fini(&c);
}

static void keeps_a_transcript_without_secrets(void **state)
{
	struct server s = { .text = "220 a\033[31m\r\n", .hangs_up = true };
	char storage[100];
	struct buffer transcript;

	(void)state;
	buffer_init(&transcript, storage, sizeof(storage));
	open_to(&s, 20);
	c.transcript = &transcript;
	is_line("220 a\033[31m");
	conversation_send(&c, view_of("HELO\r\n"));
	conversation_send_secret(&c, view_of("c2VjcmV0\r\n"), "password");
	for (int i = 0; i < 50; i++)
		conversation_send(&c, view_of("NOOP\r\n"));
	stop(&s);
	assert_null(strstr(buffer_string(&transcript), "c2Vj"));
	assert_non_null(
	    strstr(buffer_string(&transcript), "C: HELO\nC: password\nC: NOOP\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(speaks_line_after_line),
		cmocka_unit_test(hears_a_last_line_without_its_end),
		cmocka_unit_test(ends_a_drip_at_the_deadline),
		cmocka_unit_test(has_room_for_so_much),
		cmocka_unit_test(waits_so_long_for_more),
		cmocka_unit_test(refuses_what_lies_before_tls),
		cmocka_unit_test(sends_more_than_fits_at_once),
		cmocka_unit_test(tries_the_next_address),
		cmocka_unit_test(tells_why_nobody_answers),
		cmocka_unit_test(knows_kinds_of_addresses),
		cmocka_unit_test(speaks_through_a_socket_of_the_machine),
		cmocka_unit_test(tells_why_a_path_does_not_open),
		cmocka_unit_test(keeps_a_transcript_without_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
