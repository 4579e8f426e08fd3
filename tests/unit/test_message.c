/* test_message.c - a message is sent whole and with nothing that ends it early, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "driver.h"

#include <stdlib.h>
#include <string.h>

static struct dialogue dialogue;
static struct dialogue_params params;
static struct dialogue_mail mail;
static struct dialogue_buffers buffers;
static char output[DIALOGUE_OUTPUT_MAX];

static void answer(const char *reply)
{
	dialogue_sent(&dialogue, dialogue_output(&dialogue).n);
	dialogue_feed(&dialogue, view_of(reply));
}

/* Up to the answer to DATA. */
static void begin(struct view message)
{
	mail = (struct dialogue_mail){ .message = message };
	params = (struct dialogue_params){ .protocol = &smtp_protocol,
					   .conversation = &smtp_submission,
					   .mail = &mail,
					   .ehlo_name = "probe.example.net",
					   .from = "a@example.net",
					   .to = "b@example.org" };
	dialogue_init(&dialogue, &params, &buffers, output);
	dialogue_start(&dialogue, TRUST_NONE);
	answer("220 ready\r\n");
	answer("250 ready\r\n");
	answer("250 sender\r\n");
	answer("250 recipient\r\n");
	answer("354 go on\r\n");
}

static const char *complaint(struct view message)
{
	begin(message);
	return dialogue_outcome(&dialogue)->fault == FAULT_INTERNAL
		   ? dialogue_outcome(&dialogue)->text
		   : "";
}

static void some_are_not_sent(void **state)
{
	static char bytes[DIALOGUE_MESSAGE_MAX + 1];

	(void)state;
	assert_string_equal(complaint(view_of("a\r")),
			    "the message holds a CR that ends no line");
	assert_string_equal(complaint((struct view){ "a\0b", 3 }),
			    "the message holds a NUL byte");
	memset(bytes, 'a', sizeof(bytes));
	assert_string_equal(complaint((struct view){ bytes, 999 }),
			    "a line of the message is too long");
	assert_string_equal(complaint((struct view){ bytes, 998 }), "");
	memset(bytes, '\n', sizeof(bytes));
	assert_string_equal(complaint((struct view){ bytes, sizeof(bytes) }),
			    "the message is too long to be sent");
	assert_string_equal(complaint((struct view){ bytes, sizeof(bytes) - 1 }), "");
}

/* What arrives when the dots are taken away again, in n bytes; 0: it is no message. */
static size_t received_message(struct view said, char *ret_bytes)
{
	size_t n = 0;

	for (size_t at = 0; at < said.n;) {
		const char *end = memmem(said.p + at, said.n - at, "\r\n", 2);
		size_t line;

		if (end == NULL)
			return 0;
		line = (size_t)(end - said.p) + 2 - at;
		if (line == 3 && said.p[at] == '.')
			return at + line == said.n ? n : 0;
		if (said.p[at] == '.')
			at++, line--;
		memcpy(ret_bytes + n, said.p + at, line);
		n += line;
		at += line;
	}
	return 0;
}

/* However the caller sends it, and wherever dots and line ends fall in the parts. */
static void a_long_one_goes_in_parts(void **state)
{
	static const size_t sends[] = { 1, 7, DIALOGUE_OUTPUT_MAX };
	static char message[DIALOGUE_MESSAGE_MAX], said[3 * DIALOGUE_MESSAGE_MAX],
	    got[3 * DIALOGUE_MESSAGE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = i % 7 == 5 ? '\r' : i % 7 == 6 ? '\n' : '.';
	memcpy(message + sizeof(message) - 2, "\r\n", 2);
	memset(message + sizeof(message) - 9, 'x', 7);
	for (size_t i = 0; i < ARRAY_SIZE(sends); i++) {
		size_t n = 0;
		struct view out;

		begin((struct view){ message, sizeof(message) });
		while ((out = dialogue_output(&dialogue)).n > 0) {
			size_t part = out.n < sends[i] ? out.n : sends[i];

			assert_true(n + part <= sizeof(said));
			memcpy(said + n, out.p, part);
			n += part;
			dialogue_sent(&dialogue, part);
		}
		assert_int_equal(received_message((struct view){ said, n }, got),
				 sizeof(message));
		assert_memory_equal(got, message, sizeof(message));
		assert_int_equal(dialogue_feed(&dialogue, view_of("250 2.0.0 done\r\n")),
				 WISH_READ);
		assert_string_equal(dialogue_outcome(&dialogue)->text, "done");
	}
}

/* QUIT in the middle of a message would be a line of it. */
static void a_deadline_in_the_middle_ends_it(void **state)
{
	static char bytes[20000];

	(void)state;
	memset(bytes, '\n', sizeof(bytes));
	begin((struct view){ bytes, sizeof(bytes) });
	dialogue_sent(&dialogue, dialogue_output(&dialogue).n);
	assert_true(dialogue_output(&dialogue).n > 0);
	assert_int_equal(dialogue_timeout(&dialogue), WISH_END);
	assert_int_equal(dialogue_output(&dialogue).n, 0);
	assert_int_equal(dialogue_outcome(&dialogue)->fault, FAULT_TIMEOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(some_are_not_sent),
		cmocka_unit_test(a_long_one_goes_in_parts),
		cmocka_unit_test(a_deadline_in_the_middle_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
