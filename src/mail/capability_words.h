/* capability_words.h - the capabilities of a server as words on one line. */
#ifndef MAILVANE_CAPABILITY_WORDS_H
#define MAILVANE_CAPABILITY_WORDS_H

#include "dialogue.h"

struct capability_words {
	size_t n;
	bool full; /* a capability did not fit; the text ends in U+2026 */
	char text[DIALOGUE_OFFERED_MAX];
};

/* Makes the list empty. */
void capability_words_init(struct capability_words *);

/* Adds " NAME", or " NAME=A,B" with the words of `parameters`, cleaned by printable_copy.
 * If the capability does not fit, nothing is added and the list is marked as full. */
void capability_words_add(struct capability_words *, struct view name,
			  struct view parameters);

/* True when `wanted` is among the words of such a line: "SIZE" also as "SIZE=1000". */
bool capability_words_have(struct view offered, const char *wanted);

#endif
