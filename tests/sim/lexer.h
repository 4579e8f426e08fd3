/* lexer.h - one line of a scenario file as words.
 *
 * Words are separated by blanks; `#` at the start of a word begins a comment. A word, or the
 * part of it behind `=`, may stand in double quotes and then knows \r \n \t \0 \xHH \\ \".
 * A word that begins with a quote is a text: it has no key.
 */
#ifndef MAILSIM_LEXER_H
#define MAILSIM_LEXER_H

#include "arena.h"

enum { LEXER_WORDS_MAX = 32 };

struct word {
	struct view key;   /* before `=`; empty when there is no key */
	struct view value; /* unquoted; may hold any byte, is followed by a NUL */
};

/* Fills up to LEXER_WORDS_MAX words, copied into the arena. On failure returns false with
 * *ret_error a static sentence. */
bool lexer_line(struct arena *, struct view line, struct word *ret_words, size_t *ret_count,
		const char **ret_error);

#endif
