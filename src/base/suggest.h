/* suggest.h - "did you mean": the known word nearest to a mistyped one. */
#ifndef MAILVANE_SUGGEST_H
#define MAILVANE_SUGGEST_H

#include "view.h"

/* The nearest of count words by edit distance with transpositions, ignoring case; a word the
 * typed one is a prefix of counts as near. NULL when none is near (a third of the length off). */
const char *suggest_word(struct view typed, const char *const *words, size_t count);

#endif
