#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "receiver.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* Takes what it is given into lines "host/service state", or is away. */
struct desk {
	struct transport transport;
	pthread_mutex_t lock;
	pthread_cond_t taken;
	char lines[8192];
	size_t deliveries;
	enum message_outcome answer;
};

static struct desk desk;
static struct passive_counts counts;
static struct receiver *receiver;
static struct log *log_;
static int log_ends[2];

static const struct service service = { .name = "imaps", .port = 993 };
static const struct address nowhere;

static void deliver(struct transport *transport, struct message *messages, size_t count,
		    const atomic_bool *leaving, struct buffer *why)
{
	struct desk *d = (struct desk *)transport;
	struct buffer lines;

	(void)leaving;
	pthread_mutex_lock(&d->lock);
	buffer_init(&lines, d->lines, sizeof(d->lines));
	lines.n = strlen(d->lines);
	for (size_t i = 0; i < count; i++) {
		messages[i].outcome = d->answer;
		if (d->answer == MESSAGE_SENT)
			buffer_format(&lines, "%s/%s %u\n", messages[i].host,
				      messages[i].service, (unsigned)messages[i].state);
	}
	buffer_string(&lines);
	if (d->answer != MESSAGE_SENT)
		buffer_text(why, "nobody there");
	d->deliveries++;
	pthread_cond_broadcast(&d->taken);
	pthread_mutex_unlock(&d->lock);
}

static void leave(struct transport *transport)
{
	(void)transport;
}

static void answer_with(enum message_outcome answer)
{
	pthread_mutex_lock(&desk.lock);
	desk.answer = answer;
	pthread_mutex_unlock(&desk.lock);
}

/* Until there were so many deliveries. */
static void wait_deliveries(size_t count)
{
	pthread_mutex_lock(&desk.lock);
	while (desk.deliveries < count)
		pthread_cond_wait(&desk.taken, &desk.lock);
	pthread_mutex_unlock(&desk.lock);
}

static void wait_count(atomic_ullong *number, unsigned long long want)
{
	for (int i = 0; i < 5000 && atomic_load(number) != want; i++)
		usleep(1000);
	assert_int_equal(atomic_load(number), want);
}

static struct target target_of(const char *server)
{
	return (struct target){ .server = server,
				.host = server,
				.tls_name = server,
				.service = &service,
				.interval = { 60000000000 },
				.slot = slot_new() };
}

static void publish(struct target *t, enum state state)
{
	struct result r;

	result_init(&r, moment_now());
	r.state = state;
	r.fault = r.dialogue_fault = state == STATE_OK ? FAULT_OK : FAULT_CLOSED;
	slot_publish(t->slot, &r, t->addresses == ADDRESS_EACH, 1);
	result_fini(&r);
	receiver_put(receiver, t, &nowhere);
}

static void results_arrive_in_order(void **state)
{
	struct target a = target_of("a"), b = target_of("b");

	(void)state;
	publish(&a, STATE_OK);
	publish(&b, STATE_CRITICAL);
	wait_count(&counts.sent, 2);
	assert_string_equal(desk.lines, "a/mail imaps 0\nb/mail imaps 2\n");
	assert_int_equal(atomic_load(&counts.dropped), 0);
	slot_release(a.slot);
	slot_release(b.slot);
}

static void the_newest_waits_while_nobody_is_there(void **state)
{
	struct target a = target_of("a");
	char text[4096];
	ssize_t n;

	(void)state;
	answer_with(MESSAGE_RETRY);
	publish(&a, STATE_OK);
	wait_deliveries(2); /* tried again by itself */
	publish(&a, STATE_CRITICAL);
	wait_deliveries(3);
	answer_with(MESSAGE_SENT);
	wait_count(&counts.sent, 1);
	assert_string_equal(desk.lines, "a/mail imaps 2\n");
	assert_int_equal(atomic_load(&counts.dropped), 1);

	publish(&a, STATE_OK);
	wait_count(&counts.sent, 2);
	receiver_free(receiver);
	receiver = NULL;
	log_drain(log_);
	n = read(log_ends[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_non_null(strstr(text, "cannot be delivered"));
	assert_null(strstr(strstr(text, "cannot be delivered") + 1, "cannot be delivered"));
	assert_non_null(strstr(text, "delivered again"));
	slot_release(a.slot);
}

static void what_is_refused_is_dropped_and_said_once(void **state)
{
	struct target a = target_of("a");
	char text[4096];
	ssize_t n;

	(void)state;
	answer_with(MESSAGE_REFUSED);
	publish(&a, STATE_OK);
	wait_count(&counts.dropped, 1);
	publish(&a, STATE_OK);
	wait_count(&counts.dropped, 2);
	receiver_free(receiver);
	receiver = NULL;
	log_drain(log_);
	n = read(log_ends[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_non_null(strstr(text, "refused"));
	assert_null(strstr(strstr(text, "refused") + 1, "refused"));
	slot_release(a.slot);
}

static void addresses_of_one_round_are_one_result(void **state)
{
	struct target a = target_of("a");
	struct address one, two;

	(void)state;
	a.addresses = ADDRESS_EACH;
	address_parse(view_of("192.0.2.1"), 25, &one);
	address_parse(view_of("192.0.2.2"), 25, &two);
	answer_with(MESSAGE_RETRY);
	publish(&a, STATE_OK);
	wait_deliveries(1);
	receiver_put(receiver, &a, &one);
	receiver_put(receiver, &a, &two);
	answer_with(MESSAGE_SENT);
	wait_count(&counts.sent, 1);
	assert_string_equal(desk.lines, "a/mail imaps 0\n");
	slot_release(a.slot);
}

static void the_queue_has_an_end(void **state)
{
	enum { MORE = 10 };
	static struct target targets[RECEIVER_QUEUE_MAX + RECEIVER_BATCH_MAX + MORE];

	(void)state;
	answer_with(MESSAGE_RETRY);
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		targets[i] = target_of("t");
		receiver_put(receiver, &targets[i], &nowhere);
	}
	/* None has a result, so what is taken for delivery is dropped, too. */
	assert_true(atomic_load(&counts.dropped) >= MORE);
	receiver_free(receiver);
	receiver = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		slot_release(targets[i].slot);
}

static int set_up(void **state)
{
	const struct passive_names names = { "{server}", "mail {service}" };

	(void)state;
	desk = (struct desk){ .transport = { .name = "desk",
					     .pause = span_of_ms(20),
					     .deliver = deliver,
					     .free = leave },
			      .answer = MESSAGE_SENT };
	pthread_mutex_init(&desk.lock, NULL);
	pthread_cond_init(&desk.taken, NULL);
	atomic_store(&counts.sent, 0);
	atomic_store(&counts.dropped, 0);
	assert_int_equal(pipe2(log_ends, O_NONBLOCK | O_CLOEXEC), 0);
	log_ = log_new(log_ends[1]);
	receiver = receiver_new(&desk.transport, &names, &counts, log_, NULL);
	return receiver == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	receiver_free(receiver);
	receiver = NULL;
	log_free(log_);
	close(log_ends[0]);
	close(log_ends[1]);
	pthread_cond_destroy(&desk.taken);
	pthread_mutex_destroy(&desk.lock);
	return 0;
}

#define WITH_A_DESK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_A_DESK(results_arrive_in_order),
		WITH_A_DESK(the_newest_waits_while_nobody_is_there),
		WITH_A_DESK(what_is_refused_is_dropped_and_said_once),
		WITH_A_DESK(addresses_of_one_round_are_one_result),
		WITH_A_DESK(the_queue_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
