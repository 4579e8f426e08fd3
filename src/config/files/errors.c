/* errors.c - errors with their place, sorted when they are handed over. */
#include "errors.h"

#include "buffer.h"
#include "printable.h"
#include "suggest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHAT_MAX = 600 };

/* The one error that needs no memory to be told. */
static struct config_error no_memory = {
	.where = (char[]){ "the configuration" },
	.what = (char[]){ "out of memory while it was read" },
	.bare_what = (char[]){ "out of memory while it was read" },
	.bare_hint = (char[]){ "" },
	.hint =
	    (char[]){ "give the process more memory, or its servers to several exporters: "
		      "see --shard" },
};

/* Around words of a file in a text that is being put together; no other text has control
 * characters. */
enum { CONTENT_BEGINS = 0x01, CONTENT_ENDS = 0x02 };

void errors_init(struct errors *e)
{
	*e = (struct errors){ 0 };
}

void config_errors_fini(struct config_errors *e)
{
	for (size_t i = 0; e->list != &no_memory && i < e->count; i++) {
		free(e->list[i].where);
		free(e->list[i].what);
		free(e->list[i].hint);
		free(e->list[i].bare_what);
		free(e->list[i].bare_hint);
	}
	if (e->list != &no_memory)
		free(e->list);
	*e = (struct config_errors){ 0 };
}

void errors_fini(struct errors *e)
{
	config_errors_fini(&e->found);
	errors_init(e);
}

void errors_keep_private(struct errors *e, const char *file)
{
	if (e->private_count < PRIVATE_FILES_MAX)
		e->private_files[e->private_count] = view_hash(view_of(file));
	e->private_count++;
}

static bool errors_is_private(const struct errors *e, const char *file)
{
	if (e->private_count > PRIVATE_FILES_MAX)
		return true;
	for (size_t i = 0; i < e->private_count && file != NULL; i++)
		if (e->private_files[i] == view_hash(view_of(file)))
			return true;
	return false;
}

static char *printable(const char *text)
{
	char line[WHAT_MAX];

	printable_copy(line, sizeof(line), view_of(text));
	return strdup(line);
}

static char *errors_where(struct place place, unsigned column)
{
	char line[WHAT_MAX];

	if (place.line > 0 && column > 0)
		snprintf(line, sizeof(line), "%s:%u:%u", place.file, place.line, column);
	else if (place.line > 0)
		snprintf(line, sizeof(line), "%s:%u", place.file, place.line);
	else
		snprintf(line, sizeof(line), "%s", place.file != NULL ? place.file : "");
	return printable(line);
}

void errors_out_of_memory(struct errors *e)
{
	errors_fini(e);
	e->found = (struct config_errors){ .list = &no_memory, .count = 1, .total = 1 };
}

enum words { WORDS_SHOWN, WORDS_HIDDEN };

/* The text without the marks around words of a file, or without these words. True if there were
 * any. */
static bool errors_put_words(struct buffer *b, const char *text, enum words words)
{
	bool found = false, inside = false;

	for (; *text != '\0'; text++) {
		if (*text == CONTENT_BEGINS && words == WORDS_HIDDEN && !inside)
			buffer_text(b, "(not shown)");
		if (*text == CONTENT_BEGINS)
			found = inside = true;
		else if (*text == CONTENT_ENDS)
			inside = false;
		else if (!inside || words == WORDS_SHOWN)
			buffer_put(b, (struct view){ text, 1 });
	}
	return found;
}

static char *what_of(const char *text, enum words words, bool *ret_hidden)
{
	char line[WHAT_MAX];
	struct buffer b;

	buffer_init(&b, line, sizeof(line));
	if (errors_put_words(&b, text, words) && words == WORDS_HIDDEN)
		*ret_hidden = true;
	return printable(buffer_string(&b));
}

/* A hint made of words of the file says nothing without them. */
static char *hint_of(const char *text, enum words words, bool hidden)
{
	static const char why[] =
	    "words of a file that not every user may read are not shown";
	char line[WHAT_MAX];
	struct buffer b;

	buffer_init(&b, line, sizeof(line));
	if (errors_put_words(&b, text, words) && words == WORDS_HIDDEN) {
		buffer_clear(&b);
		hidden = true;
	}
	if (hidden)
		buffer_format(&b, "%s%s", b.n > 0 ? "; " : "", why);
	return printable(buffer_string(&b));
}

/* False: out of memory. */
static bool errors_keep(struct errors *e, struct place place, unsigned column,
			const char *what, const char *hint)
{
	enum words words = errors_is_private(e, place.file) ? WORDS_HIDDEN : WORDS_SHOWN;
	struct config_errors *found = &e->found;
	bool hidden = false, bare = false;
	struct config_error *error;

	if (found->list == NULL)
		found->list = calloc(CONFIG_ERRORS_MAX, sizeof(*found->list));
	if (found->list == NULL)
		return false;
	e->places[found->count] = place;
	error = &found->list[found->count++];
	error->where = errors_where(place, words == WORDS_HIDDEN ? column : 0);
	error->what = what_of(what, words, &hidden);
	error->hint = hint_of(hint, words, hidden);
	error->bare_what = what_of(what, WORDS_HIDDEN, &bare);
	error->bare_hint = hint_of(hint, WORDS_HIDDEN, false);
	return error->where != NULL && error->what != NULL && error->hint != NULL &&
	       error->bare_what != NULL && error->bare_hint != NULL;
}

void errors_add_at(struct errors *e, struct place place, unsigned column, const char *hint,
		   const char *what)
{
	e->found.total++;
	if (e->found.count == CONFIG_ERRORS_MAX || e->found.list == &no_memory)
		return;
	if (!errors_keep(e, place, column, what, hint))
		errors_out_of_memory(e);
}

void errors_add(struct errors *e, struct place place, const char *hint, const char *format,
		...)
{
	char what[WHAT_MAX];
	va_list values;

	va_start(values, format);
	vsnprintf(what, sizeof(what), format, values);
	va_end(values);
	errors_add_at(e, place, 0, hint, what);
}

static bool same_file(struct place a, struct place b)
{
	return a.file == b.file || (a.file && b.file && strcmp(a.file, b.file) == 0);
}

/* True when list[i] belongs before list[i - 1], which is in order with all before it. */
static bool belongs_before(const struct errors *e, size_t i)
{
	struct place mine = e->places[i], theirs = e->places[i - 1];

	if (same_file(mine, theirs))
		return mine.line < theirs.line;
	for (size_t k = 0; k + 1 < i; k++)
		if (same_file(mine, e->places[k]))
			return true;
	return false;
}

static void swap_down(struct errors *e, size_t i)
{
	struct config_error error = e->found.list[i];
	struct place place = e->places[i];

	e->found.list[i] = e->found.list[i - 1];
	e->places[i] = e->places[i - 1];
	e->found.list[i - 1] = error;
	e->places[i - 1] = place;
}

void errors_take(struct errors *e, struct config_errors *ret_errors)
{
	for (size_t n = 1; n < e->found.count; n++)
		for (size_t i = n; i > 0 && belongs_before(e, i); i--)
			swap_down(e, i);
	*ret_errors = e->found;
	errors_init(e);
}

const char *quote_text(struct quote *q, struct view text)
{
	size_t n;

	q->text[0] = '\'';
	n = printable_copy(q->text + 1, sizeof(q->text) - 2, text);
	q->text[1 + n] = '\'';
	q->text[2 + n] = '\0';
	return q->text;
}

const char *quote_content(struct quote *q, struct view text, const char *marks)
{
	char shown[sizeof(q->text) - 5];

	printable_copy(shown, sizeof(shown), text);
	snprintf(q->text, sizeof(q->text), "%c%s%s%s%c", CONTENT_BEGINS, marks, shown,
		 marks, CONTENT_ENDS);
	return q->text;
}

const char *hint_format(struct hint *h, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vsnprintf(h->text, sizeof(h->text), format, values);
	va_end(values);
	return h->text;
}

const char *hint_similar(struct hint *h, struct view typed, const char *const *words,
			 size_t count, const char *fallback)
{
	const char *word = suggest_word(typed, words, count);

	if (word == NULL)
		return hint_format(h, "%s", fallback);
	return hint_format(h, "did you mean '%s'?", word);
}
