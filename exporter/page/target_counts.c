/* target_counts.c - counts all targets once for a page. */
#include "target_counts.h"

#include "buffer.h"

/* Worst first, in the order of state_worse. */
static const enum state problem_states[] = { STATE_CRITICAL, STATE_WARNING, STATE_UNKNOWN };

static bool comes_before(const struct problem *a, const struct problem *b)
{
	if (a->state != b->state)
		return state_worse(a->state, b->state) == a->state;
	return a->since.ms > b->since.ms;
}

/* Inserts a problem if it is among the first. */
static void target_counts_put_problem(struct target_counts *c,
				      const struct problem *problem)
{
	size_t i = c->problem_count;

	if (i == TARGET_COUNTS_PROBLEMS_MAX && !comes_before(problem, &c->problems[--i]))
		return;
	for (; i > 0 && comes_before(problem, &c->problems[i - 1]); i--)
		c->problems[i] = c->problems[i - 1];
	c->problems[i] = *problem;
	if (c->problem_count < TARGET_COUNTS_PROBLEMS_MAX)
		c->problem_count++;
}

static void count_found(struct target_counts *c, const struct page_query *q, unsigned kind)
{
	c->found_kinds[kind]++;
	c->found += page_query_has_kind(q, kind);
}

/* Reads whole records, because words of the query are searched in all of it. */
static void target_counts_search(struct target_counts *c, const struct target *target,
				 const struct page_query *q)
{
	struct record records[SLOT_RECORDS_MAX];
	size_t n;

	if (q->server[0] && strcmp(q->server, target->server) != 0)
		return;
	n = slot_copy(target->slot, records, ARRAY_SIZE(records));
	if (n == 0 && page_query_finds(q, target, NULL))
		count_found(c, q, PAGE_PENDING);
	for (size_t i = 0; i < n; i++) {
		if (page_query_finds(q, target, &records[i]))
			count_found(c, q, records[i].last.state);
		slot_record_fini(&records[i]);
	}
}

static void target_counts_count(struct target_counts *c, const struct plan *plan, size_t at)
{
	struct slot_state states[SLOT_RECORDS_MAX];
	size_t n = slot_states(plan->targets[at].slot, states, ARRAY_SIZE(states));

	if (n == 0)
		c->counts[PAGE_PENDING]++;
	c->total += n == 0 ? 1 : n;
	for (size_t i = 0; i < n; i++) {
		c->counts[states[i].state]++;
		c->worst = state_worse(c->worst, states[i].state);
		if (states[i].state != STATE_OK)
			target_counts_put_problem(
			    c,
			    &(struct problem){ at, i, states[i].state, states[i].since });
	}
}

void target_counts_collect(struct target_counts *c, const struct plan *plan,
			   const struct page_query *q)
{
	bool by_kind_only = !q->text[0] && !q->server[0];

	*c = (struct target_counts){ .worst = STATE_OK };
	for (size_t i = 0; i < plan->target_count; i++) {
		const struct target *target = &plan->targets[i];

		if (i == 0 || strcmp(target->server, plan->targets[i - 1].server) != 0)
			c->servers++;
		target_counts_count(c, plan, i);
		if (!by_kind_only)
			target_counts_search(c, target, q);
	}
	for (unsigned i = 0; by_kind_only && i < PAGE_KINDS; i++) {
		c->found_kinds[i] = c->counts[i];
		c->found += page_query_has_kind(q, i) ? c->counts[i] : 0;
	}
}

size_t target_counts_bad(const struct target_counts *c)
{
	return c->counts[STATE_CRITICAL] + c->counts[STATE_WARNING] +
	       c->counts[STATE_UNKNOWN];
}

unsigned target_counts_kind(const struct target_counts *c)
{
	if (target_counts_bad(c) > 0)
		return c->worst;
	return c->counts[PAGE_PENDING] > 0 || c->total == 0 ? PAGE_PENDING : STATE_OK;
}

const char *target_counts_line(const struct target_counts *c,
			       char dst[TARGET_COUNTS_LINE_MAX])
{
	size_t pending = c->counts[PAGE_PENDING];
	const char *gap = "";
	struct buffer b;

	buffer_init(&b, dst, TARGET_COUNTS_LINE_MAX);
	for (unsigned i = 0; i < ARRAY_SIZE(problem_states); i++) {
		enum state state = problem_states[i];

		if (c->counts[state] == 0)
			continue;
		buffer_format(&b, "%s%zu %s", gap, c->counts[state], state_name(state));
		gap = ", ";
	}
	if (b.n > 0)
		return buffer_string(&b);
	if (c->total == 0)
		buffer_text(&b, "Nothing to probe");
	else if (pending > 0)
		buffer_format(&b, "%zu of %zu not probed yet", pending, c->total);
	else
		buffer_format(&b, "All %zu OK", c->total);
	return buffer_string(&b);
}
