/* loop_lag.c - the arithmetic of the rule in loop_lag.h. */
#include "loop_lag.h"

/* So that the socket is read before the deadline is checked again. */
enum { MOVE_MIN_MS = 1 };

static struct span real_lag(struct span lag)
{
	return lag.ns > span_of_ms(LOOP_LAG_REAL_MS).ns ? lag : (struct span){ 0 };
}

static bool is_late(struct span lag)
{
	return lag.ns >= span_of_ms(LOOP_LAG_LATE_MS).ns;
}

void loop_lag_note(struct loop_lag *l, struct instant due, struct instant now)
{
	l->seen = real_lag(span_between(due, now));
}

void loop_lag_begin_events(struct loop_lag *l)
{
	l->turn = l->seen;
	l->seen.ns = 0;
}

void lost_time_add_lag(struct lost_time *t, struct span lag)
{
	t->lost.ns += real_lag(lag).ns;
}

void lost_time_add(struct lost_time *t, const struct loop_lag *l, struct instant since,
		   struct instant now)
{
	since = instant_plus(since, (struct span){ -l->turn.ns });
	if (instant_before(since, t->counted))
		since = t->counted;
	lost_time_add_lag(t, span_between(since, now));
	t->counted = now;
}

static struct span lost_before_deadline(const struct lost_time *t, struct span late,
					bool unread)
{
	struct span sum = t->lost;

	if (unread)
		sum.ns += real_lag(late).ns;
	return sum;
}

enum deadline_verdict lost_time_decide(struct lost_time *t, struct span late, bool unread,
				       struct span *ret_more)
{
	struct span more = lost_before_deadline(t, late, unread);

	if (t->excused)
		return is_late(more) ? DEADLINE_BLAMES_US : DEADLINE_COUNTS;
	if (!unread && !is_late(more))
		return DEADLINE_COUNTS;
	t->excused = true;
	t->lost.ns = 0;
	if (more.ns < span_of_ms(MOVE_MIN_MS).ns)
		more = span_of_ms(MOVE_MIN_MS);
	*ret_more = more;
	return DEADLINE_MOVES;
}
