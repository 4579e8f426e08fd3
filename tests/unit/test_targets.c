/* test_targets.c - many targets: all of them, each once, and in a time that grows with their
 * number only. */
#include "config.h"
#include "folder.h"
#include "target_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 100000, FEWER = 20000 };

static int enter(void **state)
{
	(void)state;
	folder_enter();
	folder_write("main.conf", 0644,
		     "ehlo_name = \"monitor.example.com\"; target_files = [ \"*.json\", "
		     "\"*.csv\" ];\n");
	return 0;
}

static int leave(void **state)
{
	(void)state;
	folder_leave();
	return 0;
}

static void write_csv(const char *path, size_t count, size_t repeated)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	fprintf(out, "name,host,services,account,labels\n");
	for (size_t i = 0; i < count; i++)
		fprintf(out, "customer%zu,mail.customer%zu.example,imaps,,site=fra%zu\n",
			i % repeated, i, i % 7);
	fclose(out);
	folder_write(path, 0644, text);
	free(text);
}

static void write_json(const char *path, size_t groups, size_t hosts)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	fprintf(out, "[\n");
	for (size_t i = 0; i < groups; i++) {
		fprintf(out, "%s{ \"labels\": { \"rack\": \"r%zu\" }, \"targets\": [",
			i > 0 ? "," : "", i);
		for (size_t k = 0; k < hosts; k++)
			fprintf(out, "%s\n\"h%zu-%zu.example:993\"", k > 0 ? "," : "", i,
				k);
		fprintf(out, "] }\n");
	}
	fprintf(out, "]\n");
	fclose(out);
	folder_write(path, 0644, text);
	free(text);
}

static struct config *load(struct config_errors *errors)
{
	struct instant before = instant_now();
	struct config *c = config_load("main.conf", errors);

	print_message("%.2f s\n", span_seconds(span_between(before, instant_now())));
	return c;
}

static void loads_many(size_t count)
{
	struct config_errors errors;
	struct config *c = load(&errors);

	assert_non_null(c);
	assert_int_equal(errors.total, 0);
	assert_int_equal(c->plan->target_count, count);
	for (size_t i = 1; i < count; i++)
		assert_true(
		    strcmp(c->plan->targets[i - 1].server, c->plan->targets[i].server) < 0);
	config_free(c);
}

static void many_rows(void **state)
{
	(void)state;
	write_csv("many.csv", MANY, MANY);
	loads_many(MANY);
}

static void many_groups(void **state)
{
	(void)state;
	write_json("many.json", FEWER, 2);
	loads_many(FEWER * 2);
	write_json("many.json", 1, FEWER);
	loads_many(FEWER);
}

static void many_errors_take_no_longer(void **state)
{
	struct config_errors errors;

	(void)state;
	write_csv("many.csv", FEWER, 10);
	assert_null(load(&errors));
	assert_int_equal(errors.total, FEWER - 10);
	assert_int_equal(errors.count, CONFIG_ERRORS_MAX);
	assert_string_equal(errors.list[0].where, "many.csv:12");
	assert_non_null(strstr(errors.list[0].what, "already, at many.csv:2"));
	config_errors_fini(&errors);
}

static void there_is_an_end(void **state)
{
	const struct target target = { .server = "a", .service = &builtin_services[0] };
	struct target_list list = { .count = CONFIG_TARGETS_MAX };
	struct place place = { "a", 1 };
	struct errors errors;

	(void)state;
	errors_init(&errors);
	assert_false(target_list_add(&list, &target, place, &errors));
	assert_false(target_list_add(&list, &target, place, &errors));
	assert_int_equal(errors.found.total, 1); /* told once */
	assert_true(list.full);
	errors_fini(&errors);
}

static void equal_labels_are_kept_once(void **state)
{
	struct config_errors errors;
	struct config *c;

	(void)state;
	folder_write("a.json", 0644,
		     "[{\"targets\":[\"a.example\",\"b.example\"],"
		     "\"labels\":{\"services\":\"imaps pop3s\",\"site\":\"x\"}}]");
	c = load(&errors);
	assert_non_null(c);
	assert_int_equal(c->plan->target_count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_ptr_equal(c->plan->targets[i].labels, c->plan->targets[0].labels);
	config_free(c);
}

static bool has(const struct plan *plan, const struct target *t)
{
	for (size_t i = plan_find_server(plan, t->server);
	     i < plan->target_count && strcmp(plan->targets[i].server, t->server) == 0; i++)
		if (target_order(&plan->targets[i], t) == 0)
			return true;
	return false;
}

/* Of files of every kind. A fault is one for every shard. */
static void shards_share_the_targets(void **state)
{
	enum { SHARDS = 4 };
	struct config *whole, *shards[SHARDS];
	struct config_errors errors;
	size_t sum = 0;

	(void)state;
	write_csv("many.csv", 400, 400);
	write_json("many.json", 100, 2);
	folder_write("extra.csv", 0644,
		     "name,host,services\nmx,mx.example,smtp imaps pop3s\n");
	whole = load(&errors);
	assert_non_null(whole);
	for (unsigned k = 0; k < SHARDS; k++) {
		shards[k] =
		    config_load_shard("main.conf", &(struct shard){ k, SHARDS }, &errors);
		assert_non_null(shards[k]);
		assert_int_equal(shards[k]->plan->shard.ordinal, k);
		assert_in_range(shards[k]->plan->target_count, 100, 200);
		sum += shards[k]->plan->target_count;
	}
	assert_int_equal(sum, whole->plan->target_count);
	for (size_t i = 0; i < whole->plan->target_count; i++) {
		const struct target *t = &whole->plan->targets[i];

		for (unsigned k = 0; k < SHARDS; k++)
			assert_int_equal(has(shards[k]->plan, t),
					 shard_of(t->server, SHARDS) == k);
	}
	for (unsigned k = 0; k < SHARDS; k++)
		config_free(shards[k]);
	config_free(whole);
	folder_write("bad.csv", 0644, "mx,mx.example,smtp\n");
	for (unsigned k = 0; k < SHARDS; k++) {
		assert_null(
		    config_load_shard("main.conf", &(struct shard){ k, SHARDS }, &errors));
		assert_int_equal(errors.total, 1);
		config_errors_fini(&errors);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
	const struct CMUnitTest tests[] = {
		TEST(many_rows),
		TEST(many_groups),
		TEST(many_errors_take_no_longer),
		TEST(there_is_an_end),
		TEST(equal_labels_are_kept_once),
		TEST(shards_share_the_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
