/* errors.h - what is wrong with a configuration, gathered with its place.
 *
 * Errors reach consoles, logs and, after POST /-/reload, whoever asked. A file may have been
 * named by mistake (/etc/shadow, a private key). So words of a file (QUOTE, CONTENT) are shown
 * only when every user of this machine may read the file; of all others an error says where it
 * is, with the column, what was expected, and words of our own. `bare` texts never have words
 * of files: they are for readers who are no users of this machine.
 */
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

enum { PRIVATE_FILES_MAX = 64 };

struct errors {
	struct config_errors found;
	struct place places[CONFIG_ERRORS_MAX]; /* of found.list */
	/* Hashes of the names of files whose words are not shown; more of them than fit: of all
	 * files. */
	uint64_t private_files[PRIVATE_FILES_MAX];
	size_t private_count;
};

void errors_init(struct errors *);
void errors_fini(struct errors *);

/* hint: what to do, "" if there is nothing to say. The texts are made printable. */
void errors_add(struct errors *, struct place, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same with a column, which begins at 1; 0: unknown. It is shown where words are not. */
void errors_add_at(struct errors *, struct place, unsigned column, const char *hint,
		   const char *what);

/* Not every user may read this file, as later errors name it. */
void errors_keep_private(struct errors *, const char *file);

/* In place of all others. What errors_add does, too, when there is no memory for one. */
void errors_out_of_memory(struct errors *);

/* Hands them over, file by file in the order the files were first complained of, each by
 * line; nothing stays behind. */
void errors_take(struct errors *, struct config_errors *ret_errors);

/* Words made fit for a sentence: printable, cut, in single quotes. */
struct quote {
	char text[103];
};
const char *quote_text(struct quote *, struct view);
const char *quote_content(struct quote *, struct view, const char *marks);
/* Words of a file, for errors_add only. They live until the end of the block. */
#define QUOTE(view)        quote_content(&(struct quote){ { 0 } }, (view), "'")
/* The same in double quotes, and without any. */
#define QUOTE_DOUBLE(view) quote_content(&(struct quote){ { 0 } }, (view), "\"")
#define CONTENT(view)      quote_content(&(struct quote){ { 0 } }, (view), "")
/* A name that is no secret: of a file, or of one of our own words. */
#define QUOTE_NAME(view)   quote_text(&(struct quote){ { 0 } }, (view))

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
