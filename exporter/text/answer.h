/* answer.h - an answer that is made piece by piece, so that its memory does not grow with
 * the number of targets. */
#ifndef MAILVANE_ANSWER_H
#define MAILVANE_ANSWER_H

#include "strbuf.h"

/* To be the first member of the struct that makes the answer, such as struct exposition
 * or struct page. */
struct answer {
	/* Adds the next piece, which may be empty. False: the answer is complete. */
	bool (*more)(struct answer *, struct strbuf *);
	void (*free)(struct answer *);
};

#endif
