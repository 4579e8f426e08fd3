/* task_context.c - tasks begin and end; whose a host is; late starts. */
#include "task_context.h"

unsigned task_context_index(const char *host, unsigned of)
{
	return (unsigned)(view_hash(view_of(host)) % of);
}

void task_context_note_start(struct task_context *c, struct span lateness)
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

void task_part(struct task *t)
{
	struct task_context *context = t->context;

	if (t->next == NULL)
		return;
	task_unlink(t);
	context->parted(context);
}

/* A task may end others with it, so that only the head of a list is safe to go on from. */
void tasks_leave(struct task_context *context, struct span grace)
{
	struct task *t;

	while ((t = task_list_first(&context->tasks)) != NULL) {
		task_unlink(t);
		task_link(&context->departing, t);
		if (t->kind->leave != NULL)
			t->kind->leave(t, grace);
	}
}
