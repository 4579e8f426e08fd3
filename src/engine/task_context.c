/* task_context.c - begins and stops tasks; which thread a host belongs to; late starts. */
#include "task_context.h"

unsigned task_context_index_of_host(const char *host, unsigned worker_count)
{
	return (unsigned)(view_hash(view_of(host)) % worker_count);
}

void task_context_count_lateness(struct task_context *c, struct span lateness)
{
	if (lateness.ns > span_of_ms(LOOP_LAG_LATE_MS).ns)
		atomic_fetch_add(&c->counters.late, 1);
	if (lateness.ns > atomic_load(&c->counters.lateness_max_ns))
		atomic_store(&c->counters.lateness_max_ns, lateness.ns);
}

/* --- tasks --------------------------------------------------------------------------------- */

bool task_start(struct task *t, const struct task_kind *kind, struct task_context *context)
{
	t->kind = kind;
	t->context = context;
	task_link(&context->tasks, t);
	if (kind->begin(t))
		return true;
	if (t->next != NULL)
		task_unlink(t);
	return false;
}

void task_end(struct task *t)
{
	struct task_context *context = t->context;

	if (t->next == NULL)
		return;
	task_unlink(t);
	context->task_ended(context);
}

/* A task may end other tasks, so that the loop always continues with the first of the list. */
void tasks_stop(struct task_context *context, struct span grace)
{
	struct task *t;

	while ((t = task_list_first(&context->tasks)) != NULL) {
		task_unlink(t);
		task_link(&context->stopping_tasks, t);
		if (t->kind->stop != NULL)
			t->kind->stop(t, grace);
	}
}
