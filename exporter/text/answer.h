/* answer.h - an answer made piece by piece, so that its memory does not grow with the number
 * of targets, and a slow reader costs one piece.
 */
#ifndef MAILVANE_ANSWER_H
#define MAILVANE_ANSWER_H

#include "strbuf.h"

/* Embedded first in what makes the answer: struct exposition, struct page. */
struct answer {
	/* Adds the next piece, which may be empty. False: the answer is complete. */
	bool (*more)(struct answer *, struct strbuf *);
	void (*free)(struct answer *);
};

#endif
