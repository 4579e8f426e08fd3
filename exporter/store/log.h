/* log.h - lines of logfmt or JSON, put by any thread without waiting, written by one.
 *
 * A line goes into a queue of bounded size. What writes them waits for no slow reader of
 * stderr: it writes while the descriptor takes them. What does not fit into the queue is counted,
 * and the count said as soon as there is room.
 */
#ifndef MAILVANE_LOG_H
#define MAILVANE_LOG_H

#include "buffer.h"
#include "instant.h"

/* A pipe with room takes a line of this length without blocking (PIPE_BUF on Linux). */
enum { LOG_LINE_MAX = 4096, LOG_QUEUE_MAX = 256 * 1024 };

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_style { LOG_LOGFMT, LOG_JSON };

/* Left out where value is NULL. */
struct log_field {
	const char *key, *value;
};

/* A number as the value of a field. Returns dst. */
enum { LOG_NUMBER_MAX = 24 };
const char *log_number(char dst[LOG_NUMBER_MAX], uint64_t number);

struct log;

/* Writes to fd, which stays the caller's. NULL: out of memory or descriptors. */
struct log *log_new(int fd);
/* Levels below `least` are left out. Before the first line; without it LOG_INFO and logfmt. */
void log_choose(struct log *, enum log_level least, enum log_style);
/* A line of this level would be written. */
bool log_wants(const struct log *, enum log_level);
/* The places of the words of --log.level and --log.format. False: it is none. */
bool log_level_of(const char *word, enum log_level *ret_level);
bool log_style_of(const char *word, enum log_style *ret_style);
/* NULL does nothing. What is queued is lost: flush before. */
void log_free(struct log *);

/* From any thread. */
void log_put(struct log *, enum log_level, const char *message, const struct log_field *,
	     size_t count);

/* Readable when something was put; log_drain empties it. */
int log_wake_fd(const struct log *);

/* Writes what fd takes at once. True: lines are left, wait until fd can be written. One
 * thread only. */
bool log_drain(struct log *);

/* Drains until nothing is left or the span is over. */
void log_flush(struct log *, struct span);

/* Lines lost since the start. Any thread. */
uint64_t log_dropped(struct log *);

/* One line with its newline, cut to fit LOG_LINE_MAX: a field is there whole or not at all. */
void log_format(struct buffer *, enum log_style, struct moment, enum log_level,
		const char *message, const struct log_field *, size_t count);

#endif
