/* printout.h - what the plugin prints: lines, a state, and the response time as performance data.
 *
 * What a server said and what the command line holds is shown by printout_said only, by the rules
 * of plugin_text.h: on one line, cut, and without a bar, which would begin performance data.
 */
#ifndef MAILVANE_CLASSIC_PRINTOUT_H
#define MAILVANE_CLASSIC_PRINTOUT_H

#include "arguments.h"
#include "buffer.h"

enum { PRINTOUT_MAX = 4000, PRINTOUT_SAID_MAX = 400 };

struct printout {
	const struct arguments *arguments;
	enum state state;
	bool has_time; /* a line carries performance data */
	char storage[PRINTOUT_MAX];
	struct buffer text; /* the lines, each with its end */
};

void printout_init(struct printout *, const struct arguments *);
/* Takes the lines back; the state stays. */
void printout_clear(struct printout *);

/* Adds a line. One that does not fit is left out. */
void printout_line(struct printout *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts performance data behind the last line. */
void printout_time(struct printout *, struct span elapsed);
/* The same where the thresholds do not count (check_tcp's mismatch), which it shows as zeros. */
void printout_time_unjudged(struct printout *, struct span elapsed);

/* The state by the thresholds. */
enum state printout_judge(const struct arguments *, struct span elapsed);

/* All lines; when none has performance data the first gets it, with the value unknown. What
 * is returned is the outcome's own. */
const char *printout_text(struct printout *);

/* Returns dst. */
const char *printout_said(char dst[PRINTOUT_SAID_MAX], struct view said);

#endif
