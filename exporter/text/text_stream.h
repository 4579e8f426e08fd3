/* text_stream.h - an answer that is made piece by piece, so that its memory does not grow with
 * the number of targets. */
#ifndef MAILVANE_TEXT_STREAM_H
#define MAILVANE_TEXT_STREAM_H

#include "strbuf.h"

/* To be the first member of the struct that makes the answer, such as struct exposition
 * or struct page. */
struct text_stream {
	/* Adds the next piece, which may be empty. False: the answer is complete. */
	bool (*more)(struct text_stream *, struct strbuf *);
	void (*free)(struct text_stream *);
};

#endif
