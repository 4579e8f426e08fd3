#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "icinga2_api.h"

static const struct message message = {
	.host = "mx\"1",
	.service = "mail imaps",
	.text = "MAIL WARNING - caf\xc3\xa9 \\ \"x\" [a/b] | imaps_time=0.1s;;;0 "
		"imaps_dns=U\nimaps (port 993): WARNING\nmore\n",
	.state = STATE_WARNING,
	.at = { 1795262400500 },
	.took = { 250000000 },
	.interval = { 60000000000 },
};

static const char *body(const struct message *p)
{
	static struct strbuf out;

	strbuf_fini(&out);
	icinga2_api_body(&out, p);
	assert_false(out.failed);
	strbuf_put(&out, (struct view){ "", 1 });
	return out.p;
}

static void a_result_is_one_object(void **state)
{
	(void)state;
	assert_string_equal(
	    body(&message),
	    "{\"type\":\"Service\",\"service\":\"mx\\\"1!mail imaps\",\"exit_status\":1,"
	    "\"plugin_output\":\"MAIL WARNING - caf\xc3\xa9 \\\\ \\\"x\\\" "
	    "[a/b]\\u000aimaps "
	    "(port 993): WARNING\\u000amore\","
	    "\"performance_data\":[\"imaps_time=0.1s;;;0\",\"imaps_dns=U\"],"
	    "\"check_source\":\"mailvane_exporter\",\"execution_start\":1795262400.500,"
	    "\"execution_end\":1795262400.750,\"ttl\":181}");
}

static void no_values_are_an_empty_list(void **state)
{
	struct message plain = message;

	(void)state;
	plain.text = "MAIL OK\n";
	assert_non_null(
	    strstr(body(&plain), "\"plugin_output\":\"MAIL OK\",\"performance_data\":[],"));
	plain.text = "";
	assert_non_null(
	    strstr(body(&plain), "\"plugin_output\":\"\",\"performance_data\":[],"));
}

/* Port 1 of this machine: nobody is there. */
static void who_is_not_there_is_away(void **state)
{
	const struct passive_icinga2 settings = { .url = "https://127.0.0.1:1",
						  .user = "u",
						  .password = "p",
						  .tls_name = "icinga.example.com" };
	struct message messages[20];
	char storage[256];
	struct buffer why;
	struct transport *transport;
	atomic_bool leaving = false;

	(void)state;
	buffer_init(&why, storage, sizeof(storage));
	transport = icinga2_api_new(&settings, &why);
	assert_non_null(transport);
	for (size_t i = 0; i < ARRAY_SIZE(messages); i++)
		messages[i] = message;
	transport->deliver(transport, messages, ARRAY_SIZE(messages), &leaving, &why);
	for (size_t i = 0; i < ARRAY_SIZE(messages); i++)
		assert_int_equal(messages[i].outcome, MESSAGE_RETRY);
	assert_non_null(strstr(buffer_string(&why), "Failed to connect"));
	transport->free(transport);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_result_is_one_object),
		cmocka_unit_test(no_values_are_an_empty_list),
		cmocka_unit_test(who_is_not_there_is_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
