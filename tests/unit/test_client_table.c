#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client_table.h"

#include "view.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

static struct client_table table;
static struct instant now;
static int next_fd;

static struct client_name named(const char *address)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, address, &four.sin_addr) == 1)
		return client_name_of((struct sockaddr *)&four, -1);
	assert_int_equal(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
	return client_name_of((struct sockaddr *)&six, -1);
}

static void pass_ms(int64_t ms)
{
	now = instant_plus(now, span_of_ms(ms));
}

static struct client *row(int fd)
{
	for (size_t i = 0; i < CLIENTS_ROWS; i++)
		if (table.rows[i].state != CLIENT_FREE && table.rows[i].fd == fd)
			return &table.rows[i];
	fail_msg("descriptor %d has no row", fd);
	return NULL;
}

/* By the moves that there are. */
static void bring(struct client *client, enum client_state state)
{
	if (state != CLIENT_RECEIVING)
		assert_true(client_table_move(&table, client, CLIENT_ANSWERING, now));
	if (state != CLIENT_RECEIVING && state != CLIENT_ANSWERING)
		assert_true(client_table_move(&table, client, state, now));
	assert_int_equal(client->state, state);
}

static int leave(struct client *client)
{
	assert_true(client_table_move(&table, client, CLIENT_CLOSING, now));
	return client->fd;
}

/* One more, a millisecond after the one before; the descriptor of who had to leave, -1 for
 * none, -2 when it is not let in. */
static int come(struct client_name name, enum client_state state)
{
	struct client *leaves;
	int fd = -1;

	pass_ms(1);
	if (!client_table_admit(&table, name, now, &leaves))
		return -2;
	if (leaves)
		fd = leave(leaves);
	bring(client_table_add(&table, ++next_fd, name, now), state);
	return fd;
}

/* The descriptor of one that is overdue, CLOSING from now on; -1: none. */
static int overdue(void)
{
	struct client *client = client_table_overdue(&table, now);

	return client ? leave(client) : -1;
}

static bool may(int fd)
{
	return client_table_may_answer_large(&table, row(fd), now);
}

static void come_many(struct client_name name, enum client_state state, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(come(name, state), -1);
}

static struct client_name numbered(unsigned i)
{
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(0xc6336400 + i) };

	return client_name_of((struct sockaddr *)&four, -1);
}

static void names_who_is_the_same(void **state)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	struct client_name a = named("192.0.2.1"), b = named("::ffff:192.0.2.1"), user;
	int ends[2];
	uid_t uid = getuid();

	(void)state;
	assert_memory_equal(&a, &b, sizeof(a));
	assert_false(a.local);
	a = named("2001:db8:1:2::1");
	b = named("2001:db8:1:2:ffff::9");
	assert_memory_equal(&a, &b, sizeof(a));
	assert_false(a.local);
	b = named("2001:db8:1:3::1");
	assert_memory_not_equal(&a, &b, sizeof(a));
	assert_true(named("127.0.0.1").local);
	assert_true(named("::1").local);
	assert_true(named("::ffff:127.9.9.9").local);
	assert_false(named("128.0.0.1").local);

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	user = client_name_of((struct sockaddr *)&local, ends[0]);
	assert_true(user.local);
	assert_memory_equal(user.bytes, &uid, sizeof(uid));
	close(ends[0]);
	close(ends[1]);
}

static void the_greedy_displace_themselves(void **state)
{
	struct client_name greedy = named("192.0.2.1");

	(void)state;
	assert_int_equal(come(named("192.0.2.2"), CLIENT_IDLE), -1);
	come_many(greedy, CLIENT_RECEIVING, 3);
	come_many(greedy, CLIENT_IDLE, CLIENTS_PER_NAME - 3);
	/* First those that are kept unused, longest first, then those that are slow to ask. */
	assert_int_equal(come(greedy, CLIENT_ANSWERING), 5);
	assert_int_equal(come(greedy, CLIENT_ANSWERING), 6);
	for (int i = 2; i < CLIENTS_PER_NAME - 3; i++)
		assert_int_equal(come(greedy, CLIENT_ANSWERING), 5 + i);
	assert_int_equal(come(greedy, CLIENT_ANSWERING), 2);
	assert_int_equal(come(named("192.0.2.3"), CLIENT_RECEIVING), -1);
}

/* One that waits for a hash or a probe and whose client says nothing more, before one that is
 * slow to ask; one that does say more stays. */
static void who_may_have_gone_makes_room(void **state)
{
	struct client_name greedy = named("192.0.2.1");

	(void)state;
	come_many(greedy, CLIENT_RECEIVING, CLIENTS_PER_NAME - 2);
	come_many(greedy, CLIENT_SUSPENDED, 2);
	row(CLIENTS_PER_NAME)->half_closed = true;
	assert_int_equal(come(greedy, CLIENT_RECEIVING), CLIENTS_PER_NAME);
	assert_int_equal(come(greedy, CLIENT_RECEIVING), 1);
}

static void an_answer_is_safe_for_a_while(void **state)
{
	struct client_name greedy = named("192.0.2.1");

	(void)state;
	come_many(greedy, CLIENT_ANSWERING, CLIENTS_PER_NAME);
	assert_int_equal(come(greedy, CLIENT_RECEIVING), -2);
	assert_int_equal(come(named("192.0.2.2"), CLIENT_RECEIVING), -1);
	pass_ms(CLIENT_SAFE_S * 1000 - CLIENTS_PER_NAME - 3);
	assert_int_equal(come(greedy, CLIENT_RECEIVING), -2);
	pass_ms(1);
	assert_int_equal(come(greedy, CLIENT_RECEIVING), 1);
}

static void whoever_has_the_most_makes_room(void **state)
{
	enum { FAR = CLIENTS_MAX - CLIENTS_LOCAL };
	struct client_name greedy = named("192.0.2.1");

	(void)state;
	for (unsigned i = 0; i < FAR - 10; i++)
		assert_int_equal(come(numbered(i), CLIENT_RECEIVING), -1);
	come_many(greedy, CLIENT_IDLE, 10);
	assert_int_equal(come(named("203.0.113.1"), CLIENT_RECEIVING), FAR - 9);
	assert_int_equal(come(named("203.0.113.2"), CLIENT_RECEIVING), FAR - 8);
	/* When all have one, those that are kept unused, then the longest silent. */
	for (unsigned i = 3; i < 10; i++)
		assert_true(come(numbered(FAR + i), CLIENT_RECEIVING) > FAR - 10);
	assert_true(come(named("203.0.113.10"), CLIENT_RECEIVING) > FAR - 10);
	assert_int_equal(come(named("203.0.113.11"), CLIENT_RECEIVING), 1);
}

static void this_machine_has_places_of_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CLIENTS_MAX - CLIENTS_LOCAL; i++)
		assert_int_equal(come(numbered(i), CLIENT_ANSWERING), -1);
	assert_int_equal(come(named("192.0.2.1"), CLIENT_RECEIVING), -2);
	come_many(named("127.0.0.1"), CLIENT_RECEIVING, CLIENTS_LOCAL);
	/* Full. Those from far off are in the midst of an answer, so one of its own. */
	assert_int_equal(come(named("127.0.0.2"), CLIENT_RECEIVING),
			 CLIENTS_MAX - CLIENTS_LOCAL + 1);
}

static void who_is_slow_has_to_leave(void **state)
{
	(void)state;
	come(named("192.0.2.1"), CLIENT_RECEIVING);
	come(named("192.0.2.2"), CLIENT_QUEUED);
	come(named("192.0.2.3"), CLIENT_IDLE);
	come(named("192.0.2.4"), CLIENT_ANSWERING);
	come(named("192.0.2.5"), CLIENT_SUSPENDED);
	pass_ms(CLIENT_RECEIVE_S * 1000 - 5);
	assert_int_equal(overdue(), -1);
	pass_ms(1);
	assert_int_equal(overdue(), 1);
	assert_int_equal(overdue(), -1);
	/* CLOSING is for good. */
	assert_false(client_table_move(&table, row(1), CLIENT_ANSWERING, now));
	pass_ms((CLIENT_QUEUE_S - CLIENT_RECEIVE_S) * 1000 + 1);
	assert_int_equal(overdue(), 2);
	pass_ms((CLIENT_IDLE_S - CLIENT_QUEUE_S) * 1000 + 1);
	assert_int_equal(overdue(), 3);
	pass_ms((CLIENT_ANSWER_S - CLIENT_IDLE_S) * 1000 + 1);
	assert_int_equal(overdue(), 4);
	pass_ms(1);
	assert_int_equal(overdue(), 5);
	assert_int_equal(overdue(), -1);
}

/* Nor does an answer last longer because it is suspended and goes on. */
static void a_deadline_is_not_moved_by_what_happens_meanwhile(void **state)
{
	(void)state;
	come(named("192.0.2.1"), CLIENT_ANSWERING);
	for (int i = 0; i < CLIENT_ANSWER_S; i++) {
		assert_int_equal(overdue(), -1);
		assert_true(client_table_move(&table, row(1), CLIENT_SUSPENDED, now));
		pass_ms(1000);
		assert_true(client_table_move(&table, row(1), CLIENT_ANSWERING, now));
	}
	assert_int_equal(overdue(), 1);
	come(named("192.0.2.2"), CLIENT_IDLE);
	pass_ms(1000);
	assert_true(client_table_move(&table, row(2), CLIENT_RECEIVING, now));
	pass_ms(CLIENT_RECEIVE_S * 1000 - 1);
	assert_int_equal(overdue(), -1);
	pass_ms(1);
	assert_int_equal(overdue(), 2);
}

static void only_the_moves_of_the_picture_are_made(void **state)
{
	static const char *const moves[CLIENT_STATES] = {
		[CLIENT_FREE] = "",
		[CLIENT_RECEIVING] = "answering idle closing",
		[CLIENT_ANSWERING] = "queued suspended idle closing",
		[CLIENT_QUEUED] = "answering closing",
		[CLIENT_SUSPENDED] = "answering closing",
		[CLIENT_IDLE] = "receiving closing",
		[CLIENT_CLOSING] = "",
	};

	(void)state;
	for (unsigned from = 0; from < CLIENT_STATES; from++)
		for (unsigned to = 0; to < CLIENT_STATES; to++) {
			struct client *client =
			    client_table_add(&table, 1, named("192.0.2.1"), now);

			client->state = from;
			assert_int_equal(client_table_move(&table, client, to, now),
					 strstr(moves[from], client_state_word(to)) !=
					     NULL);
			client_table_remove(&table, client);
		}
	assert_int_equal(table.n, 0);
}

static void every_row_is_counted_once(void **state)
{
	unsigned count[CLIENT_STATES];

	(void)state;
	come(named("192.0.2.1"), CLIENT_RECEIVING);
	come(named("192.0.2.1"), CLIENT_QUEUED);
	come(named("192.0.2.1"), CLIENT_QUEUED);
	leave(row(1));
	client_table_count(&table, count);
	assert_int_equal(count[CLIENT_FREE], CLIENTS_ROWS - 3);
	assert_int_equal(count[CLIENT_QUEUED], 2);
	assert_int_equal(count[CLIENT_CLOSING], 1);
	for (int fd = 1; fd <= 3; fd++)
		client_table_remove(&table, row(fd));
	client_table_count(&table, count);
	assert_int_equal(count[CLIENT_FREE], CLIENTS_ROWS);
}

static void waits_for_those_who_are_leaving(void **state)
{
	struct client_name greedy = named("192.0.2.1");
	unsigned many = 0;

	(void)state;
	while (!client_table_full(&table)) {
		come(greedy, CLIENT_RECEIVING);
		many++;
	}
	assert_true(many >= CLIENTS_PER_NAME + CLIENTS_CLOSING);
	client_table_remove(&table, row(1));
	assert_false(client_table_full(&table));
}

static void few_large_answers_at_once(void **state)
{
	struct client_name far = named("192.0.2.1"), near = named("127.0.0.1");

	(void)state;
	for (int i = 0; i < CLIENT_LARGE_REMOTE; i++) {
		come(far, CLIENT_ANSWERING);
		assert_true(may(next_fd));
	}
	come(far, CLIENT_ANSWERING);
	assert_false(may(next_fd));
	come(named("192.0.2.2"), CLIENT_ANSWERING);
	assert_true(may(next_fd));
	for (int i = 0; i < CLIENT_LARGE_LOCAL; i++) {
		come(near, CLIENT_ANSWERING);
		assert_true(may(next_fd));
	}
	come(near, CLIENT_ANSWERING);
	assert_false(may(next_fd));
	/* One that is answered makes room, one that has to leave, and one whose reader is slow. */
	assert_true(client_table_move(&table, row(1), CLIENT_IDLE, now));
	assert_true(may(CLIENT_LARGE_REMOTE + 1));
	come(far, CLIENT_ANSWERING);
	assert_false(may(next_fd));
	leave(row(2));
	assert_true(may(next_fd));
	come(far, CLIENT_ANSWERING);
	assert_false(may(next_fd));
	pass_ms(CLIENT_SAFE_S * 1000);
	assert_true(may(next_fd));
}

static void turns_are_in_the_order_of_requests(void **state)
{
	struct client *list[CLIENTS_ROWS];

	(void)state;
	for (int i = 0; i < 4; i++)
		come(named("192.0.2.1"), i == 1 ? CLIENT_SUSPENDED : CLIENT_QUEUED);
	client_table_remove(&table, row(1));
	come(named("192.0.2.1"), CLIENT_QUEUED);
	assert_ptr_equal(row(5), &table.rows[0]);
	assert_int_equal(client_table_queue(&table, list), 3);
	assert_int_equal(list[0]->fd, 3);
	assert_int_equal(list[1]->fd, 4);
	assert_int_equal(list[2]->fd, 5);
}

static int start(void **state)
{
	(void)state;
	memset(&table, 0, sizeof(table));
	next_fd = 0;
	now = instant_now();
	return 0;
}

#define TABLE_TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TABLE_TEST(names_who_is_the_same),
		TABLE_TEST(the_greedy_displace_themselves),
		TABLE_TEST(an_answer_is_safe_for_a_while),
		TABLE_TEST(whoever_has_the_most_makes_room),
		TABLE_TEST(this_machine_has_places_of_its_own),
		TABLE_TEST(who_is_slow_has_to_leave),
		TABLE_TEST(who_may_have_gone_makes_room),
		TABLE_TEST(a_deadline_is_not_moved_by_what_happens_meanwhile),
		TABLE_TEST(only_the_moves_of_the_picture_are_made),
		TABLE_TEST(every_row_is_counted_once),
		TABLE_TEST(waits_for_those_who_are_leaving),
		TABLE_TEST(few_large_answers_at_once),
		TABLE_TEST(turns_are_in_the_order_of_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
