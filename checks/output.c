/* output.c - lines gathered, cleaned and written. With write(2) only: check_mailvane is to
 * start and end as fast as it can.
 */
#include "output.h"

#include "plugin_text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A line grows to three times its bytes at most: each broken byte becomes U+FFFD. */
enum { UNKNOWN = 3, STORAGE_MAX = 96 * 1024, LINE_MAX_BYTES = STORAGE_MAX / 3 - 2 };
enum { WHY_MAX = 512 };

enum line_kind { LINE_PLAIN, LINE_SUMMARY };

static char storage[STORAGE_MAX];

static void output_write(struct buffer *b)
{
	struct view text = buffer_view(b);

	while (text.n > 0) {
		ssize_t n = write(STDOUT_FILENO, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break; /* Nobody reads; the exit code says it. */
		text = view_skip(text, (size_t)n);
	}
	buffer_clear(b);
}

static void output_add_line(struct buffer *b, struct view line, enum line_kind kind)
{
	if (line.n > LINE_MAX_BYTES)
		line.n = LINE_MAX_BYTES;
	if (3 * line.n + 2 > b->cap - b->n)
		output_write(b);
	if (kind == LINE_SUMMARY)
		plugin_text_put_summary(b, line);
	else
		plugin_text_put(b, line);
	buffer_text(b, "\n");
}

/* The first line is of one kind, the others of another. */
static void output_add(struct buffer *b, struct view text, enum line_kind first,
		       enum line_kind others)
{
	enum line_kind kind = first;

	while (text.n > 0) {
		const char *end = memchr(text.p, '\n', text.n);
		struct view line = { text.p,
				     end != NULL ? (size_t)(end - text.p) : text.n };

		output_add_line(b, line, kind);
		kind = others;
		text = view_skip(text, line.n + 1);
	}
}

void output_report(struct view report, struct view last)
{
	struct buffer b;

	buffer_init(&b, storage, sizeof(storage));
	output_add(&b, report, LINE_SUMMARY, LINE_PLAIN);
	output_add(&b, last, LINE_SUMMARY, LINE_SUMMARY);
	output_write(&b);
}

void output_lines_with_values(struct view lines)
{
	struct buffer b;

	buffer_init(&b, storage, sizeof(storage));
	output_add(&b, lines, LINE_SUMMARY, LINE_SUMMARY);
	output_write(&b);
}

void output_lines(struct view lines)
{
	struct buffer b;

	buffer_init(&b, storage, sizeof(storage));
	output_add(&b, lines, LINE_PLAIN, LINE_PLAIN);
	output_write(&b);
}

void output_text(const char *lines)
{
	output_lines(view_of(lines));
}

int output_unknown(const char *service, struct view why)
{
	char line[WHY_MAX + 80], shown[WHY_MAX];
	struct buffer b;

	buffer_init(&b, line, sizeof(line));
	buffer_format(&b, "%.40s UNKNOWN - %s", service,
		      plugin_text_copy(shown, sizeof(shown), why));
	output_lines(buffer_view(&b));
	return UNKNOWN;
}
