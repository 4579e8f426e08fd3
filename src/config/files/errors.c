/* errors.c - errors with their place, sorted when they are handed over. */
#include "errors.h"

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
	.hint =
	    (char[]){ "give the process more memory, or its servers to several exporters: "
		      "see --shard" },
};

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
	}
	if (e->list != &no_memory)
		free(e->list);
	*e = (struct config_errors){ 0 };
}

void errors_fini(struct errors *e)
{
	config_errors_fini(&e->found);
}

static char *printable(const char *text)
{
	char line[WHAT_MAX];

	printable_copy(line, sizeof(line), view_of(text));
	return strdup(line);
}

static char *where(struct place place)
{
	char line[WHAT_MAX];

	if (place.line > 0)
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

/* False: out of memory. */
static bool errors_keep(struct errors *e, struct place place, const char *what,
			const char *hint)
{
	struct config_errors *found = &e->found;
	struct config_error *error;

	if (found->list == NULL)
		found->list = calloc(CONFIG_ERRORS_MAX, sizeof(*found->list));
	if (found->list == NULL)
		return false;
	e->places[found->count] = place;
	error = &found->list[found->count++];
	*error = (struct config_error){
		.where = where(place),
		.what = printable(what),
		.hint = printable(hint),
	};
	return error->where != NULL && error->what != NULL && error->hint != NULL;
}

void errors_add(struct errors *e, struct place place, const char *hint, const char *format,
		...)
{
	struct config_errors *found = &e->found;
	char what[WHAT_MAX];
	va_list values;

	found->total++;
	if (found->count == CONFIG_ERRORS_MAX || found->list == &no_memory)
		return;
	va_start(values, format);
	vsnprintf(what, sizeof(what), format, values);
	va_end(values);
	if (!errors_keep(e, place, what, hint))
		errors_out_of_memory(e);
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
