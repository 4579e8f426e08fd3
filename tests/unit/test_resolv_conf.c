#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "resolv_conf.h"

#include <stdio.h>
#include <string.h>

static void read_text(const char *text, struct resolv_conf *c)
{
	char copy[2000];

	snprintf(copy, sizeof(copy), "%s", text);
	resolv_conf_read(copy, c);
}

/* "192.0.2.53 53, ::1 5353": all servers with their ports. */
static const char *servers_text(const struct resolv_conf *c)
{
	static char all[1000];
	char text[ADDRESS_TEXT_MAX];

	all[0] = '\0';
	for (size_t i = 0; i < c->server_count; i++)
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s %u",
			 i > 0 ? ", " : "", address_text(&c->servers[i], text),
			 (unsigned)address_port(&c->servers[i]));
	return all;
}

static void reads_a_file(void **state)
{
	struct resolv_conf c;

	(void)state;
	read_text("# made by something\n"
		  "domain old.test\n"
		  "nameserver 192.0.2.53 # the first\n"
		  "\tnameserver\t2001:db8::53\r\n"
		  "nameserver fe80::53%lo\n"
		  "nameserver dns.test\n"
		  "nameserver\n"
		  "search a.test  b.test\t. c.test\n"
		  "options timeout:1 ndots:3 rotate ; trust-ad\n"
		  "sortlist 192.0.2.0\n"
		  "nameserver 192.0.2.54",
		  &c);
	assert_string_equal(
	    servers_text(&c),
	    "192.0.2.53 53, 2001:db8::53 53, fe80::53%lo 53, 192.0.2.54 53");
	assert_int_equal(c.search_count, 3);
	assert_string_equal(c.search[0], "a.test");
	assert_string_equal(c.search[2], "c.test");
	assert_int_equal(c.ndots, 3);
}

static void has_a_server_always(void **state)
{
	struct resolv_conf c;

	(void)state;
	read_text("search a.test\n", &c);
	assert_string_equal(servers_text(&c), "127.0.0.1 53");
	resolv_conf_read(NULL, &c);
	assert_string_equal(servers_text(&c), "127.0.0.1 53");
	assert_int_equal(c.ndots, 1);
	assert_int_equal(c.search_count, 0);
}

static void keeps_within_its_bounds(void **state)
{
	char text[2000] = "options ndots:99\nsearch ";
	struct resolv_conf c;

	(void)state;
	for (int i = 0; i < RESOLV_SEARCH_MAX + 3; i++)
		strcat(text, "d.test ");
	for (int i = 0; i < RESOLV_SERVERS_MAX + 3; i++)
		strcat(text, "\nnameserver 192.0.2.1");
	read_text(text, &c);
	assert_int_equal(c.search_count, RESOLV_SEARCH_MAX);
	assert_int_equal(c.server_count, RESOLV_SERVERS_MAX);
	assert_int_equal(c.ndots, 15);
	memset(text, 'a', sizeof(text));
	memcpy(text, "search ", 7);
	text[7 + RESOLV_NAME_MAX] = '\0';
	read_text(text, &c);
	assert_int_equal(c.search_count, 0);
}

static void reads_a_list(void **state)
{
	static const struct {
		const char *list, *servers;
	} good[] = {
		{ "192.0.2.53", "192.0.2.53 53" },
		{ "192.0.2.53:5353", "192.0.2.53 5353" },
		{ "2001:db8::53", "2001:db8::53 53" },
		{ "[2001:db8::53]", "2001:db8::53 53" },
		{ "[2001:db8::53]:5353, 192.0.2.53 ", "2001:db8::53 5353, 192.0.2.53 53" },
		{ "192.0.2.53:65535", "192.0.2.53 65535" },
	};
	const char *error = NULL;
	struct resolv_conf c;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_true(resolv_conf_parse_servers(good[i].list, &c, &error));
		assert_string_equal(servers_text(&c), good[i].servers);
		assert_int_equal(c.search_count, 0);
	}
	assert_null(error);
	assert_false(resolv_conf_parse_servers("192.0.2.53,", &c, &error));
	assert_non_null(strstr(error, "IP address"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_file),
		cmocka_unit_test(has_a_server_always),
		cmocka_unit_test(keeps_within_its_bounds),
		cmocka_unit_test(reads_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
