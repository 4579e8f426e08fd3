/* loop_lag.h - how far an engine thread is behind, and what a probe's deadline makes of it.
 *
 * The rule:
 * - A turn of the loop has a lag when the first thing due in it runs late. Up to 5 ms are the
 *   rounding of timers and the ordinary work of a turn; they count as no lag and never add up.
 * - A server loses the time for which its bytes, or its acceptance of the connection, may have lain
 *   unread: the lag of the turn that brought them, and the time that other events of the turn took
 *   before. A server that says nothing loses nothing, however busy the thread is.
 * - When the deadline of a probe comes while something of the server lies unread, or after the
 *   server has lost 50 ms or more, the deadline moves by the time lost. This happens once; the
 *   result is marked as late if it was 50 ms or more.
 * - At the next deadline the server is judged. If it has lost 50 ms again since the first one, the
 *   fault is ours (`internal`), else it is a timeout.
 */
#ifndef MAILVANE_LOOP_LAG_H
#define MAILVANE_LOOP_LAG_H

#include "instant.h"

/* Of less than this nothing is to be said; from this on a result is late. */
enum { LOOP_LAG_REAL_MS = 5, LOOP_LAG_LATE_MS = 50 };

/* Of a thread; zeroed before use. */
struct loop_lag {
	struct span seen; /* by the timers of this turn */
	struct span turn; /* of the turn whose events come now */
};

/* The first thing due in a turn runs now. */
void loop_lag_note(struct loop_lag *, struct instant due, struct instant now);
/* The timers of a turn have run; its events come now. */
void loop_lag_begin_events(struct loop_lag *);

/* What one server has lost; zeroed before use. */
struct lost_time {
	struct span lost;
	struct instant counted; /* until here */
	bool excused;
};

/* Something of the server is read now; the events of the turn began to come at `since`. */
void lost_time_add(struct lost_time *, const struct loop_lag *, struct instant since,
		   struct instant now);
/* What is ours to do was late by this much. */
void lost_time_add_lag(struct lost_time *, struct span lag);

enum deadline_verdict {
	DEADLINE_COUNTS,  /* the server did not answer in time */
	DEADLINE_MOVES,   /* by *ret_more */
	DEADLINE_IS_OURS, /* this machine had no time to read what the server said */
};

/* The deadline has come, and is looked at so much too late; `unread`: something of the server can
 * be read. */
enum deadline_verdict lost_time_judge(struct lost_time *, struct span late, bool unread,
				      struct span *ret_more);

#endif
