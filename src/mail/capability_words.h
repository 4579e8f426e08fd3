/* offered.h - the capabilities of a server, as words on one line. */
#ifndef MAILVANE_CAPABILITY_WORDS_H
#define MAILVANE_CAPABILITY_WORDS_H

#include "dialogue.h"

struct offered {
	size_t n;
	bool full; /* more was offered than there is room for; the text ends in U+2026 */
	char text[DIALOGUE_OFFERED_MAX];
};

/* Nothing offered. */
void capability_words_init(struct offered *);

/* Adds " NAME", or " NAME=A,B" with the words of `parameters`, cleaned by printable_copy. A
 * capability is added whole or not at all. */
void capability_words_add(struct offered *, struct view name, struct view parameters);

/* True when `wanted` is among the words of such a line: "SIZE" also as "SIZE=1000". */
bool capability_words_have(struct view offered, const char *wanted);

#endif
