/* loop_lag.h - how late an engine thread is, and how that moves the deadline of a probe.
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

/* A lag up to the first counts as none; a loss of the second or more marks a result as late. */
enum { LOOP_LAG_REAL_MS = 5, LOOP_LAG_LATE_MS = 50 };

/* One for each thread; zeroed before use. */
struct loop_lag {
	struct span seen; /* found by the timers of this turn of the loop */
	struct span turn; /* the lag of the turn whose events are handled now */
};

/* The first entry of the schedule in a turn was due at `due` and runs now. */
void loop_lag_note(struct loop_lag *, struct instant due, struct instant now);
/* The timers of a turn have run; its socket events are handled now. */
void loop_lag_begin_events(struct loop_lag *);

/* The time that one server has lost; zeroed before use. */
struct lost_time {
	struct span lost;
	struct instant counted; /* all up to this time is counted */
	bool excused;           /* its deadline was moved */
};

/* Bytes of the server are read now; the events of this turn began at `since`. */
void lost_time_add(struct lost_time *, const struct loop_lag *, struct instant since,
		   struct instant now);
/* Something that this program had to do for the server was late by this much. */
void lost_time_add_lag(struct lost_time *, struct span lag);

enum deadline_verdict {
	DEADLINE_COUNTS,    /* the server did not answer in time */
	DEADLINE_MOVES,     /* the server gets *ret_more */
	DEADLINE_BLAMES_US, /* this machine had no time to read the answer */
};

/* Decides at the deadline, which is handled `late` after its time. `unread`: bytes of the server
 * wait to be read. *ret_more is set with DEADLINE_MOVES only. */
enum deadline_verdict lost_time_decide(struct lost_time *, struct span late, bool unread,
				       struct span *ret_more);

#endif
