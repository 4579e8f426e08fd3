#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guests.h"

#include "view.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

static struct guests guests;
static struct instant now;
static int next_fd;

static struct guest_name named(const char *address)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, address, &four.sin_addr) == 1)
		return guest_name_of((struct sockaddr *)&four, -1);
	assert_int_equal(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
	return guest_name_of((struct sockaddr *)&six, -1);
}

static void pass_ms(int64_t ms)
{
	now = instant_plus(now, span_of_ms(ms));
}

/* One more, a millisecond after the one before; the descriptor of who had to leave, -1 for
 * none, -2 when it is not let in. */
static int come(struct guest_name name, enum guest_state state)
{
	int leaves;

	pass_ms(1);
	if (!guests_room(&guests, name, now, &leaves))
		return -2;
	guests_add(&guests, ++next_fd, name, now);
	guests_mark(&guests, next_fd, state, now);
	return leaves;
}

static void come_many(struct guest_name name, enum guest_state state, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(come(name, state), -1);
}

static struct guest_name numbered(unsigned i)
{
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(0xc6336400 + i) };

	return guest_name_of((struct sockaddr *)&four, -1);
}

static void names_who_is_the_same(void **state)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	struct guest_name a = named("192.0.2.1"), b = named("::ffff:192.0.2.1"), user;
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
	user = guest_name_of((struct sockaddr *)&local, ends[0]);
	assert_true(user.local);
	assert_memory_equal(user.bytes, &uid, sizeof(uid));
	close(ends[0]);
	close(ends[1]);
}

static void the_greedy_displace_themselves(void **state)
{
	struct guest_name greedy = named("192.0.2.1");

	(void)state;
	assert_int_equal(come(named("192.0.2.2"), GUEST_ASKING), -1);
	come_many(greedy, GUEST_IDLE, 3);
	come_many(greedy, GUEST_ASKING, GUESTS_PER_ADDRESS - 3);
	/* First those that never asked, longest first, then those that have been answered. */
	assert_int_equal(come(greedy, GUEST_SERVED), 5);
	assert_int_equal(come(greedy, GUEST_SERVED), 6);
	for (int i = 2; i < GUESTS_PER_ADDRESS - 3; i++)
		assert_int_equal(come(greedy, GUEST_SERVED), 5 + i);
	assert_int_equal(come(greedy, GUEST_SERVED), 2);
	assert_int_equal(come(named("192.0.2.3"), GUEST_ASKING), -1);
}

static void an_answer_is_safe_for_a_while(void **state)
{
	struct guest_name greedy = named("192.0.2.1");

	(void)state;
	come_many(greedy, GUEST_SERVED, GUESTS_PER_ADDRESS);
	assert_int_equal(come(greedy, GUEST_ASKING), -2);
	assert_int_equal(come(named("192.0.2.2"), GUEST_ASKING), -1);
	pass_ms(GUESTS_ANSWER_SAFE_S * 1000 - GUESTS_PER_ADDRESS - 3);
	assert_int_equal(come(greedy, GUEST_ASKING), -2);
	pass_ms(1);
	assert_int_equal(come(greedy, GUEST_ASKING), 1);
}

static void whoever_has_the_most_makes_room(void **state)
{
	enum { FAR = GUESTS_MAX - GUESTS_LOCAL };
	struct guest_name greedy = named("192.0.2.1");

	(void)state;
	for (unsigned i = 0; i < FAR - 10; i++)
		assert_int_equal(come(numbered(i), GUEST_ASKING), -1);
	come_many(greedy, GUEST_IDLE, 10);
	assert_int_equal(come(named("203.0.113.1"), GUEST_ASKING), FAR - 9);
	assert_int_equal(come(named("203.0.113.2"), GUEST_ASKING), FAR - 8);
	/* When all have one, the longest silent. */
	for (unsigned i = 3; i < 10; i++)
		assert_true(come(numbered(FAR + i), GUEST_ASKING) > FAR - 10);
	assert_int_equal(come(named("203.0.113.10"), GUEST_ASKING), 1);
}

static void this_machine_has_places_of_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < GUESTS_MAX - GUESTS_LOCAL; i++)
		assert_int_equal(come(numbered(i), GUEST_SERVED), -1);
	assert_int_equal(come(named("192.0.2.1"), GUEST_ASKING), -2);
	come_many(named("127.0.0.1"), GUEST_ASKING, GUESTS_LOCAL);
	/* Full. Those from far off are in the midst of an answer, so one of its own. */
	assert_int_equal(come(named("127.0.0.2"), GUEST_ASKING),
			 GUESTS_MAX - GUESTS_LOCAL + 1);
}

static void who_is_slow_has_to_leave(void **state)
{
	(void)state;
	come(named("192.0.2.1"), GUEST_ASKING);
	come(named("192.0.2.2"), GUEST_IDLE);
	come(named("192.0.2.3"), GUEST_SERVED);
	come(named("192.0.2.4"), GUEST_ENTERING);
	pass_ms(GUESTS_ASK_S * 1000 - 4);
	assert_int_equal(guests_overdue(&guests, now), -1);
	pass_ms(1);
	assert_int_equal(guests_overdue(&guests, now), 1);
	assert_int_equal(guests_overdue(&guests, now), -1);
	/* Told to leave is for good. */
	guests_mark(&guests, 1, GUEST_SERVED, now);
	pass_ms((GUESTS_IDLE_S - GUESTS_ASK_S) * 1000 + 1);
	assert_int_equal(guests_overdue(&guests, now), 2);
	pass_ms((GUESTS_ANSWER_S - GUESTS_IDLE_S) * 1000 + 1);
	assert_int_equal(guests_overdue(&guests, now), 3);
	assert_int_equal(guests_overdue(&guests, now), -1);
}

static void a_request_has_a_deadline_however_often_a_byte_comes(void **state)
{
	(void)state;
	come(named("192.0.2.1"), GUEST_ASKING);
	guests_mark(&guests, 1, GUEST_SERVED, now);
	pass_ms(GUESTS_ASK_S * 1000);
	guests_mark(&guests, 1, GUEST_IDLE, now);
	assert_int_equal(guests_overdue(&guests, now), -1);
	pass_ms(GUESTS_IDLE_S * 1000);
	assert_int_equal(guests_overdue(&guests, now), 1);
}

static void waits_for_those_who_are_leaving(void **state)
{
	struct guest_name greedy = named("192.0.2.1");
	unsigned many = 0;

	(void)state;
	while (!guests_full(&guests)) {
		come(greedy, GUEST_ASKING);
		many++;
	}
	assert_true(many >= GUESTS_PER_ADDRESS + GUESTS_LEAVING);
	guests_remove(&guests, 1);
	assert_false(guests_full(&guests));
}

static void few_are_served_something_heavy_at_once(void **state)
{
	struct guest_name far = named("192.0.2.1"), near = named("127.0.0.1");
	int fd = 0;

	(void)state;
	for (; fd < GUESTS_HEAVY_FAR; fd++) {
		come(far, GUEST_SERVED);
		assert_true(guests_may_burden(&guests, next_fd, now));
	}
	come(far, GUEST_SERVED);
	assert_false(guests_may_burden(&guests, next_fd, now));
	come(named("192.0.2.2"), GUEST_SERVED);
	assert_true(guests_may_burden(&guests, next_fd, now));
	for (int i = 0; i < GUESTS_HEAVY_LOCAL; i++) {
		come(near, GUEST_SERVED);
		assert_true(guests_may_burden(&guests, next_fd, now));
	}
	come(near, GUEST_SERVED);
	assert_false(guests_may_burden(&guests, next_fd, now));
	/* One that is answered makes room, and one whose reader is slow. */
	guests_mark(&guests, 1, GUEST_IDLE, now);
	assert_true(guests_may_burden(&guests, GUESTS_HEAVY_FAR + 1, now));
	guests_mark(&guests, 1, GUEST_SERVED, now);
	assert_false(guests_may_burden(&guests, 1, now));
	pass_ms(GUESTS_ANSWER_SAFE_S * 1000);
	assert_true(guests_may_burden(&guests, 1, now));
}

static void a_descriptor_used_again_is_a_new_guest(void **state)
{
	struct guest_name one = named("192.0.2.1");

	(void)state;
	come_many(one, GUEST_ASKING, 3);
	guests_add(&guests, 2, named("192.0.2.9"), now);
	assert_int_equal(guests.n, 3);
	guests_remove(&guests, 7);
	assert_int_equal(guests.n, 3);
}

static int start(void **state)
{
	(void)state;
	memset(&guests, 0, sizeof(guests));
	next_fd = 0;
	now = instant_now();
	return 0;
}

#define GUEST_TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(names_who_is_the_same),
		GUEST_TEST(the_greedy_displace_themselves),
		GUEST_TEST(an_answer_is_safe_for_a_while),
		GUEST_TEST(whoever_has_the_most_makes_room),
		GUEST_TEST(this_machine_has_places_of_its_own),
		GUEST_TEST(who_is_slow_has_to_leave),
		GUEST_TEST(a_request_has_a_deadline_however_often_a_byte_comes),
		GUEST_TEST(waits_for_those_who_are_leaving),
		GUEST_TEST(few_are_served_something_heavy_at_once),
		GUEST_TEST(a_descriptor_used_again_is_a_new_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
