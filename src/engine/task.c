/* task.c - a list of tasks, as a ring. */
#include "task.h"

void task_list_init(struct task_list *list)
{
	list->ring.next = list->ring.previous = &list->ring;
}

bool task_list_is_empty(const struct task_list *list)
{
	return list->ring.next == &list->ring;
}

struct task *task_list_next(const struct task_list *list, const struct task *t)
{
	return t->next != &list->ring ? t->next : NULL;
}

struct task *task_list_first(const struct task_list *list)
{
	return task_list_next(list, &list->ring);
}

void task_link(struct task_list *list, struct task *t)
{
	t->next = &list->ring;
	t->previous = list->ring.previous;
	t->previous->next = t;
	list->ring.previous = t;
}

void task_unlink(struct task *t)
{
	t->previous->next = t->next;
	t->next->previous = t->previous;
	t->next = t->previous = NULL;
}
