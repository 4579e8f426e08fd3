/* test_task.c - tasks begin, part and leave, in an order that a task may change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "task_context.h"

#include <stdlib.h>
#include <string.h>

struct sample {
	struct task task; /* first */
	const char *name;
	struct sample *takes; /* ends with it, as what a task has begun */
	bool fails;
};

static char left[64]; /* names, in the order of leaving */
static unsigned task_ended;

static bool sample_begin(struct task *t)
{
	assert_non_null(t->next);
	return !((struct sample *)t)->fails;
}

static void sample_leave(struct task *t, struct span grace)
{
	struct sample *s = (struct sample *)t;

	assert_int_equal(grace.ns, 5);
	strcat(left, s->name);
	if (s->takes != NULL) {
		task_end(&s->takes->task);
		free(s->takes);
	}
	task_end(t);
	free(s);
}

static const struct task_kind sample_kind = { .begin = sample_begin, .stop = sample_leave };
static const struct task_kind quiet_kind = { .begin = sample_begin };

static void count_parted(struct task_context *c)
{
	(void)c;
	task_ended++;
}

static struct task_context *context_new(void)
{
	struct task_context *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	task_list_init(&c->tasks);
	task_list_init(&c->stopping_tasks);
	c->task_ended = count_parted;
	left[0] = '\0';
	task_ended = 0;
	return c;
}

static struct sample *sample_start(struct task_context *c, const char *name)
{
	struct sample *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->name = name;
	assert_true(task_start(&s->task, &sample_kind, c));
	return s;
}

static void they_leave_in_order_of_age(void **state)
{
	struct task_context *c = context_new();

	(void)state;
	sample_start(c, "a");
	sample_start(c, "b");
	sample_start(c, "c");
	tasks_stop(c, (struct span){ 5 });
	assert_string_equal(left, "abc");
	assert_int_equal(task_ended, 3);
	assert_true(task_list_is_empty(&c->tasks) &&
		    task_list_is_empty(&c->stopping_tasks));
	free(c);
}

/* A legacy-TLS probe is freed by the target run that it has begun, whichever leaves first. */
static void one_that_leaves_may_end_others(void **state)
{
	struct task_context *c = context_new();
	struct sample *a = sample_start(c, "a");

	(void)state;
	a->takes = sample_start(c, "b");
	sample_start(c, "c");
	tasks_stop(c, (struct span){ 5 });
	assert_string_equal(left, "ac");
	assert_int_equal(task_ended, 3);
	free(c);
}

static void one_without_leave_parts_behind_what_it_began(void **state)
{
	struct task_context *c = context_new();
	struct sample *quiet = calloc(1, sizeof(*quiet));

	(void)state;
	assert_non_null(quiet);
	assert_true(task_start(&quiet->task, &quiet_kind, c));
	sample_start(c, "a")->takes = quiet;
	tasks_stop(c, (struct span){ 5 });
	assert_string_equal(left, "a");
	assert_true(task_list_is_empty(&c->tasks) &&
		    task_list_is_empty(&c->stopping_tasks));
	free(c);
}

static void one_that_cannot_begin_is_not_under_way(void **state)
{
	struct task_context *c = context_new();
	struct sample s = { .name = "s", .fails = true };

	(void)state;
	assert_false(task_start(&s.task, &sample_kind, c));
	assert_true(task_list_is_empty(&c->tasks));
	task_end(&s.task);
	assert_int_equal(task_ended, 0);
	free(c);
}

static void parting_twice_counts_once(void **state)
{
	struct task_context *c = context_new();
	struct sample s = { .name = "s" };

	(void)state;
	assert_true(task_start(&s.task, &sample_kind, c));
	assert_ptr_equal(task_list_first(&c->tasks), &s.task);
	assert_null(task_list_next(&c->tasks, &s.task));
	task_end(&s.task);
	task_end(&s.task);
	assert_int_equal(task_ended, 1);
	free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_leave_in_order_of_age),
		cmocka_unit_test(one_that_leaves_may_end_others),
		cmocka_unit_test(one_without_leave_parts_behind_what_it_began),
		cmocka_unit_test(one_that_cannot_begin_is_not_under_way),
		cmocka_unit_test(parting_twice_counts_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
