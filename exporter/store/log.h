/* log.h - log lines in logfmt or JSON: any thread adds them without waiting, one thread
 * writes them.
 *
 * A line goes into a queue of bounded size. The writing thread writes as much as stderr
 * takes and never waits for a slow reader. A line that does not fit into the queue is lost
 * and counted, and a log line reports the number as soon as there is room.
 */
#ifndef MAILVANE_LOG_H
#define MAILVANE_LOG_H

#include "buffer.h"
#include "instant.h"

/* A pipe takes a line of this length in one piece (PIPE_BUF on Linux). */
enum { LOG_LINE_MAX = 4096, LOG_QUEUE_MAX = 256 * 1024 };

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_style { LOG_LOGFMT, LOG_JSON };

/* A field whose value is NULL is left out. */
struct log_field {
	const char *key, *value;
};

/* A number as the value of a field. Returns dst. */
enum { LOG_NUMBER_MAX = 24 };
const char *log_number(char dst[LOG_NUMBER_MAX], uint64_t number);

struct log;

/* Writes to fd, which the caller closes. NULL: out of memory or descriptors. */
struct log *log_new(int fd);
/* Leaves out levels below `least`. To be called before the first line; the default is
 * LOG_INFO and logfmt. */
void log_choose(struct log *, enum log_level least, enum log_style);
/* Returns true if lines of this level are written. */
bool log_wants(const struct log *, enum log_level);
/* Reads the words of --log.level and --log.format. False: the word is unknown. */
bool log_level_of(const char *word, enum log_level *ret_level);
bool log_style_of(const char *word, enum log_style *ret_style);
/* Lines in the queue are lost: call log_flush before. NULL does nothing. */
void log_free(struct log *);

/* Adds a line. Any thread; never waits. */
void log_put(struct log *, enum log_level, const char *message, const struct log_field *,
	     size_t count);

/* A descriptor that is readable while there are new lines; log_drain empties it. */
int log_wake_fd(const struct log *);

/* Writes as much as fd takes without waiting. True: lines are left, so wait until fd is
 * writable. One thread only. */
bool log_drain(struct log *);

/* Writes until the queue is empty or the span is over. */
void log_flush(struct log *, struct span);

/* Number of lines lost since the start. Any thread. */
uint64_t log_dropped(struct log *);

/* Puts one line with its newline, at most LOG_LINE_MAX bytes; a field that does not fit
 * is left out. */
void log_format(struct buffer *, enum log_style, struct moment, enum log_level,
		const char *message, const struct log_field *, size_t count);

#endif
