/* log_line.c - one line, as logfmt or as JSON. */
#include "log.h"

#include "json_writer.h"
#include "printable.h"

#include <string.h>

/* Room that is kept for a closing brace and a newline. */
enum { END_MAX = 2 };

static const char *const levels[] = { "debug", "info", "warn", "error" };
static const char *const styles[] = { "logfmt", "json" };

static bool log_line_place_of(const char *word, const char *const *words, size_t count,
			      unsigned *ret_place)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], word) == 0) {
			*ret_place = (unsigned)i;
			return true;
		}
	return false;
}

bool log_level_of(const char *word, enum log_level *ret_level)
{
	unsigned place;

	if (!log_line_place_of(word, levels, ARRAY_SIZE(levels), &place))
		return false;
	*ret_level = (enum log_level)place;
	return true;
}

bool log_style_of(const char *word, enum log_style *ret_style)
{
	unsigned place;

	if (!log_line_place_of(word, styles, ARRAY_SIZE(styles), &place))
		return false;
	*ret_style = (enum log_style)place;
	return true;
}

static bool bare(struct view value)
{
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f)
			return false;
	}
	return value.n > 0;
}

static void put_to_line(void *line, struct view text)
{
	buffer_put(line, text);
}

/* logfmt quotes in the way of JSON. */
static void log_line_put_quoted(struct buffer *line, struct view value)
{
	struct json json;

	json_init(&json, put_to_line, line);
	buffer_text(line, "\"");
	json_escape(&json, value);
	buffer_text(line, "\"");
}

/* Cleans the value first: it may be a path or a server's text, and stderr may be a
 * terminal. The result is UTF-8 without control characters. */
static void log_line_put_value(struct buffer *line, enum log_style style, const char *raw)
{
	char clean[1024];
	struct view value = { clean, printable_copy(clean, sizeof(clean), view_of(raw)) };

	if (style == LOG_LOGFMT && bare(value))
		buffer_put(line, value);
	else
		log_line_put_quoted(line, value);
}

static void put_field(struct buffer *line, enum log_style style, const char *key,
		      const char *value)
{
	size_t before = line->n;

	if (!value || line->full)
		return;
	if (style == LOG_JSON)
		buffer_format(line, ",\"%s\":", key);
	else
		buffer_format(line, " %s=", key);
	log_line_put_value(line, style, value);
	if (line->full)
		line->n = before;
}

static void log_line_put_time(struct buffer *line, enum log_style style, struct moment at)
{
	const char *begin = style == LOG_JSON ? "{\"time\":\"" : "time=";
	const char *end = style == LOG_JSON ? "\"" : "";
	char text[MOMENT_TEXT_MAX];
	struct view date = view_of(moment_text(at, text));
	int ms = (int)(at.ms % 1000 < 0 ? at.ms % 1000 + 1000 : at.ms % 1000);

	if (date.n > 0 && date.p[date.n - 1] == 'Z')
		buffer_format(line, "%s%.*s.%03dZ%s", begin, (int)date.n - 1, date.p, ms,
			      end);
	else
		buffer_format(line, "%snever%s", begin, end);
}

void log_format(struct buffer *out, enum log_style style, struct moment at,
		enum log_level level, const char *message, const struct log_field *fields,
		size_t count)
{
	char storage[LOG_LINE_MAX - END_MAX];
	struct buffer line;

	buffer_init(&line, storage, sizeof(storage));
	log_line_put_time(&line, style, at);
	put_field(&line, style, "level", levels[level]);
	put_field(&line, style, "msg", message);
	for (size_t i = 0; i < count; i++)
		put_field(&line, style, fields[i].key, fields[i].value);
	buffer_put(out, buffer_view(&line));
	buffer_text(out, style == LOG_JSON ? "}\n" : "\n");
}

const char *log_number(char dst[LOG_NUMBER_MAX], uint64_t number)
{
	struct buffer b;

	buffer_init(&b, dst, LOG_NUMBER_MAX);
	buffer_format(&b, "%llu", (unsigned long long)number);
	return buffer_string(&b);
}
