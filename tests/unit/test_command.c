/* Templates to commands. */
#include "command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct dialogue_buffers room;
static char output[DIALOGUE_OUTPUT_MAX];

static struct dialogue_params params;
static struct dialogue d;

/* Inside TLS, where everything may be said. */
static int set_up(void **state)
{
	(void)state;
	params = (struct dialogue_params){
		.protocol = &imap_protocol,
		.tls = TLS_MODE_IMPLICIT,
		.ehlo_name = "probe.example.net",
		.user = "joe",
		.password = "se\"c\\ret",
	};
	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, TRUST_VERIFIED);
	d.learned |= LEARNED_MECHANISM(MECHANISM_PLAIN);
	return 0;
}

static void assert_says(const char *template, const char *command)
{
	struct view out;

	assert_null(command_write(&d, template));
	out = dialogue_output(&d);
	assert_int_equal(out.n, strlen(command));
	assert_memory_equal(out.p, command, out.n);
	dialogue_sent(&d, out.n);
}

static void assert_refuses(const char *template, const char *complaint)
{
	const char *is = command_write(&d, template);

	assert_non_null(is);
	assert_string_equal(is, complaint);
	assert_int_equal(dialogue_output(&d).n, 0);
}

static void test_forms(void **state)
{
	(void)state;
	assert_says("QUIT", "QUIT\r\n");
	assert_says("EHLO {ehlo_name}", "EHLO probe.example.net\r\n");
	assert_says("{user} {password}", "joe se\"c\\ret\r\n");
	assert_says("{user:quoted} {password:quoted}", "\"joe\" \"se\\\"c\\\\ret\"\r\n");
	assert_says("{user:size}", "{3}\r\n");
	assert_says("{user:literal} {password:literal}",
		    "{3+}\r\njoe {8+}\r\nse\"c\\ret\r\n");
	assert_says("{user:base64}", "am9l\r\n");
	assert_says("{sasl:base64}", "AGpvZQBzZSJjXHJldA==\r\n");
	assert_says("X {mechanism} {sasl:initial}", "X PLAIN AGpvZQBzZSJjXHJldA==\r\n");
	assert_says("X {sasl:string}", "X \"AGpvZQBzZSJjXHJldA==\"\r\n");
}

static void test_tags(void **state)
{
	(void)state;
	assert_says("{tag} NOOP", "a1 NOOP\r\n");
	assert_says("{tag} NOOP", "a2 NOOP\r\n");
	params.user = "a\rb";
	assert_refuses("{tag} LOGIN {user}",
		       "the user name is too long or holds a control character");
	assert_says("{tag} NOOP", "a3 NOOP\r\n");
}

static void test_controls(void **state)
{
	static const char *const bad[] = { "\r", "\n", "a\tb", "\x01", "\x7f", "x\x1b[0m" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		set_up(NULL);
		params.password = bad[i];
		assert_refuses("{password:base64}",
			       "the password is too long or holds a control character");
		assert_refuses("{sasl:base64}",
			       "the password is too long or holds a control character");
		params.user = bad[i];
		assert_refuses("{user:literal}",
			       "the user name is too long or holds a control character");
		assert_refuses("{sasl:string}",
			       "the user name is too long or holds a control character");
		params.ehlo_name = bad[i];
		assert_refuses("EHLO {ehlo_name}",
			       "our own name is too long or holds a control character");
	}
}

/* The longest values that are taken fit in every form. */
static void test_sizes(void **state)
{
	static char long_text[DIALOGUE_VALUE_MAX + 2];

	(void)state;
	memset(long_text, '"', DIALOGUE_VALUE_MAX);
	params.user = params.password = long_text;
	assert_null(command_write(&d, "{tag} LOGIN {user:quoted} {password:quoted}"));
	dialogue_sent(&d, SIZE_MAX);
	assert_null(command_write(&d, "AUTHENTICATE \"PLAIN\" {sasl:string}"));
	assert_memory_equal(dialogue_output(&d).p, "AUTHENTICATE \"PLAIN\" {1368+}\r\n",
			    30);
	dialogue_sent(&d, SIZE_MAX);
	long_text[DIALOGUE_VALUE_MAX] = 'x';
	assert_refuses("{user}", "the user name is too long or holds a control character");
}

static void test_no_room(void **state)
{
	const char *complaint = NULL;
	size_t n = 0;

	(void)state;
	while (complaint == NULL) {
		n = dialogue_output(&d).n;
		complaint = command_write(&d, "{ehlo_name}");
	}
	assert_string_equal(complaint, "no room for a command behind what was not sent");
	assert_int_equal(dialogue_output(&d).n, n);
	dialogue_sent(&d, n);
	assert_says("{ehlo_name}", "probe.example.net\r\n");
}

static void test_not_here(void **state)
{
	(void)state;
	params.tls = TLS_MODE_NONE;
	dialogue_init(&d, &params, &room, output);
	dialogue_start(&d, TRUST_NONE);
	assert_says("EHLO {ehlo_name}", "EHLO probe.example.net\r\n");
	assert_refuses("{user}", "a password may not be sent here");
	assert_refuses("{password}", "a password may not be sent here");
	assert_refuses("{sasl:base64}", "a password may not be sent here");
	params.flags = DIALOGUE_PLAINTEXT_LOGIN;
	assert_says("{user}", "joe\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_forms, set_up),
		cmocka_unit_test_setup(test_tags, set_up),
		cmocka_unit_test_setup(test_controls, set_up),
		cmocka_unit_test_setup(test_sizes, set_up),
		cmocka_unit_test_setup(test_no_room, set_up),
		cmocka_unit_test_setup(test_not_here, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
