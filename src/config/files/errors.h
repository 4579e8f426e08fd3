/* errors.h - what is wrong with a configuration, gathered with its place. */
#ifndef MAILVANE_ERRORS_H
#define MAILVANE_ERRORS_H

#include "config_errors.h"
#include "view.h"

/* Where something stands. file NULL: nowhere, a default. line 0: the file as a whole. The
 * text of `file` must outlive the errors' life. */
struct place {
	const char *file;
	unsigned line;
};

struct errors {
	struct config_errors found;
	struct place places[CONFIG_ERRORS_MAX]; /* of found.list */
};

void errors_init(struct errors *);
void errors_fini(struct errors *);

/* hint: what to do, "" if there is nothing to say. The texts are made printable. */
void errors_add(struct errors *, struct place, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* In place of all others. What errors_add does, too, when there is no memory for one. */
void errors_out_of_memory(struct errors *);

/* Hands them over, file by file in the order the files were first complained of, each by
 * line; nothing stays behind. */
void errors_take(struct errors *, struct config_errors *ret_errors);

/* A value of a file made fit for a sentence: printable, cut, in single quotes. */
struct quote {
	char text[100];
};
const char *quote_text(struct quote *, struct view);
/* Lives until the end of the block. */
#define QUOTE(view) quote_text(&(struct quote){ { 0 } }, (view))

/* A formatted hint that lives until the end of the block. */
struct hint {
	char text[600];
};
const char *hint_format(struct hint *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
#define HINT(...) hint_format(&(struct hint){ { 0 } }, __VA_ARGS__)

/* "did you mean 'x'?", or fallback when no word is near. */
const char *hint_similar(struct hint *, struct view typed, const char *const *words,
			 size_t count, const char *fallback);
#define SIMILAR(typed, words, count, fallback)                                             \
	hint_similar(&(struct hint){ { 0 } }, (typed), (words), (count), (fallback))

#endif
