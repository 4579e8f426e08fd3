/* log.c - a ring buffer of lines, under a lock that is held for a memcpy. */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct log {
	int fd, wake[2];
	enum log_level least;
	enum log_style style;
	pthread_mutex_t lock;
	/* position of the oldest byte in the ring, and number of bytes */
	size_t head, used;
	uint64_t unsaid;     /* lines lost since the last line that reported the number */
	atomic_ullong total; /* lines lost since the start */
	char ring[LOG_QUEUE_MAX];

	/* Used by log_drain only: a line that was taken off the ring and is partly
	 * written. */
	char line[LOG_LINE_MAX];
	size_t line_n, line_at;
};

struct log *log_new(int fd)
{
	struct log *log = calloc(1, sizeof(*log));

	if (!log)
		return NULL;
	if (pipe2(log->wake, O_NONBLOCK | O_CLOEXEC) < 0) {
		free(log);
		return NULL;
	}
	log->fd = fd;
	log->least = LOG_INFO;
	pthread_mutex_init(&log->lock, NULL);
	atomic_init(&log->total, 0);
	return log;
}

void log_free(struct log *log)
{
	if (!log)
		return;
	close(log->wake[0]);
	close(log->wake[1]);
	pthread_mutex_destroy(&log->lock);
	free(log);
}

void log_choose(struct log *log, enum log_level least, enum log_style style)
{
	log->least = least;
	log->style = style;
}

bool log_wants(const struct log *log, enum log_level level)
{
	return level >= log->least;
}

int log_wake_fd(const struct log *log)
{
	return log->wake[0];
}

uint64_t log_dropped(struct log *log)
{
	return atomic_load(&log->total);
}

static void push(struct log *log, struct view line)
{
	size_t tail = (log->head + log->used) % sizeof(log->ring);
	size_t first = sizeof(log->ring) - tail;

	if (first > line.n)
		first = line.n;
	memcpy(log->ring + tail, line.p, first);
	memcpy(log->ring, line.p + first, line.n - first);
	log->used += line.n;
}

/* Adds a line with the number of lost lines, if there are any and it fits. */
static void log_put_lost(struct log *log)
{
	char storage[256], digits[24];
	struct buffer line, number;

	if (log->unsaid == 0)
		return;
	buffer_init(&number, digits, sizeof(digits));
	buffer_format(&number, "%llu", (unsigned long long)log->unsaid);
	buffer_init(&line, storage, sizeof(storage));
	log_format(&line, log->style, moment_now(), LOG_WARN,
		   "log lines lost: stderr is too slow",
		   &(struct log_field){ "count", buffer_string(&number) }, 1);
	if (line.n > sizeof(log->ring) - log->used)
		return;
	push(log, buffer_view(&line));
	log->unsaid = 0;
}

void log_put(struct log *log, enum log_level level, const char *message,
	     const struct log_field *fields, size_t count)
{
	char storage[LOG_LINE_MAX];
	struct buffer line;
	ssize_t woken;

	if (!log_wants(log, level))
		return;
	buffer_init(&line, storage, sizeof(storage));
	log_format(&line, log->style, moment_now(), level, message, fields, count);
	pthread_mutex_lock(&log->lock);
	log_put_lost(log);
	if (log->unsaid == 0 && line.n <= sizeof(log->ring) - log->used) {
		push(log, buffer_view(&line));
	} else {
		log->unsaid++;
		atomic_fetch_add(&log->total, 1);
	}
	pthread_mutex_unlock(&log->lock);
	do /* if the pipe is full, the reader is awake */
		woken = write(log->wake[1], "", 1);
	while (woken < 0 && errno == EINTR);
}

/* Moves the oldest line out of the ring. False: the ring is empty. */
static bool pull(struct log *log)
{
	size_t n = 0;

	while (n < log->used) {
		char c = log->ring[(log->head + n) % sizeof(log->ring)];

		log->line[n++] = c;
		if (c == '\n')
			break;
	}
	log->head = (log->head + n) % sizeof(log->ring);
	log->used -= n;
	if (log->used == 0)
		log->head = 0; /* so that the first pages of the ring are used again */
	log->line_n = n;
	log->line_at = 0;
	return n > 0;
}

static bool log_next_line(struct log *log)
{
	bool found;

	pthread_mutex_lock(&log->lock);
	log_put_lost(log);
	found = pull(log);
	pthread_mutex_unlock(&log->lock);
	return found;
}

static bool can_write(int fd, int wait_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, wait_ms) > 0;
}

bool log_drain(struct log *log)
{
	char woken[256];

	while (read(log->wake[0], woken, sizeof(woken)) > 0)
		;
	while (log->line_at < log->line_n || log_next_line(log)) {
		ssize_t n;

		if (!can_write(log->fd, 0))
			return true;
		n = write(log->fd, log->line + log->line_at, log->line_n - log->line_at);
		if (n >= 0)
			log->line_at += (size_t)n;
		else if (errno == EAGAIN)
			return true;
		else if (errno != EINTR)
			log->line_at =
			    /* the reader of stderr is gone: the lines are lost */
			    log->line_n;
	}
	return false;
}

void log_flush(struct log *log, struct span limit)
{
	struct instant end = instant_plus(instant_now(), limit);

	while (log_drain(log)) {
		struct span left = span_between(instant_now(), end);

		if (left.ns <= 0)
			return;
		can_write(log->fd, (int)span_ms(left));
	}
}
