/* test_json_writer.c - documents as text, and what stands in strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "buffer.h"
#include "json_writer.h"

static char storage[4096];
static struct buffer out;
static struct json json;

static void put(void *to, struct view text)
{
	assert_true(buffer_put(to, text));
}

static void begin(void)
{
	buffer_init(&out, storage, sizeof(storage));
	json_init(&json, put, &out);
}

static void is(const char *want)
{
	assert_string_equal(buffer_string(&out), want);
	assert_int_equal(json.depth, 0);
}

static void text_is(const char *text, const char *want)
{
	begin();
	json_text(&json, NULL, text);
	is(want);
}

static void texts(void **state)
{
	(void)state;
	text_is("plain", "\"plain\"");
	text_is("a \"b\" \\ c", "\"a \\\"b\\\" \\\\ c\"");
	text_is("\"", "\"\\\"\"");
	text_is("caf\xc3\xa9 </script>", "\"caf\xc3\xa9 </script>\"");
	text_is("\xff\x1b[1m\n\x7f", "\"\xef\xbf\xbd\\u001b[1m\\u000a\\u007f\"");
	/* From right to left; an invisible character beyond the first plane. */
	text_is("a\xe2\x80\xae"
		"b",
		"\"a\\u202eb\"");
	text_is("\xf3\xa0\x80\x81", "\"\\udb40\\udc01\"");
	text_is(NULL, "null");
	text_is("", "\"\"");
}

static void members(void **state)
{
	(void)state;
	begin();
	json_object(&json, NULL);
	json_number(&json, "n", -7);
	json_number(&json, "most", INT64_MIN);
	json_bool(&json, "b", true);
	json_seconds(&json, "s", (struct span){ 1250003000 });
	json_seconds(&json, "never", (struct span){ -1 });
	json_time(&json, "m", (struct moment){ 1795262400005 });
	json_time(&json, "no", (struct moment){ 0 });
	json_date(&json, "d", (struct moment){ 1795262400005 });
	json_date(&json, "no", (struct moment){ 0 });
	json_null(&json, "z");
	json_text(&json, "a \"key\"", "x");
	json_end(&json);
	is("{\"n\":-7,\"most\":-9223372036854775808,\"b\":true,\"s\":1.250003,\"never\":"
	   "null,"
	   "\"m\":1795262400.005,\"no\":null,\"d\":\"2026-11-21T12:00:00Z\",\"no\":null,"
	   "\"z\":null,\"a \\\"key\\\"\":\"x\"}");
}

static void nested(void **state)
{
	(void)state;
	begin();
	json_array(&json, NULL);
	json_end(&json);
	is("[]");
	begin();
	json_object(&json, NULL);
	json_array(&json, "list");
	for (int i = 0; i < 2; i++) {
		json_line(&json);
		json_object(&json, NULL);
		json_number(&json, "i", i);
		json_object(&json, "empty");
		json_end(&json);
		json_end(&json);
	}
	json_end(&json);
	json_faults(&json, "faults",
		    CERT_FAULT_BIT(FAULT_CERT_EXPIRED) | CERT_FAULT_BIT(FAULT_CERT_WEAK),
		    CERT_FAULT_FIRST);
	json_faults(&json, "none", 0, CERT_FAULT_FIRST);
	json_end(&json);
	is("{\"list\":[\n{\"i\":0,\"empty\":{}},\n{\"i\":1,\"empty\":{}}],"
	   "\"faults\":[\"cert_expired\",\"cert_weak\"],\"none\":[]}");
}

static void as_deep_as_it_may_be(void **state)
{
	(void)state;
	begin();
	for (unsigned i = 0; i < JSON_DEPTH_MAX; i++)
		json_array(&json, NULL);
	json_number(&json, NULL, 1);
	json_number(&json, NULL, 2);
	for (unsigned i = 0; i < JSON_DEPTH_MAX; i++)
		json_end(&json);
	is("[[[[[[[[1,2]]]]]]]]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(members),
		cmocka_unit_test(nested),
		cmocka_unit_test(as_deep_as_it_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
