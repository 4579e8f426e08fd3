/* mail_reply.h - one reply of a server, gathered line by line. */
#ifndef MAILVANE_MAIL_REPLY_H
#define MAILVANE_MAIL_REPLY_H

#include "buffer.h"

enum answer {
	ANSWER_NO,
	ANSWER_YES,
	ANSWER_MORE, /* the server waits for the rest: 334, "+ " */
};

struct mail_reply {
	enum answer answer;
	bool closing;        /* 421, BYE: the server leaves */
	bool baffled;        /* IMAP BAD: it did not understand us */
	bool listing;        /* sieve: capabilities are among its lines */
	int code;            /* SMTP's, else 0 */
	unsigned lines;      /* so far, the current one included */
	char word[24];       /* enhanced status code or response code, else "" */
	struct buffer words; /* for people, as they came */
	char storage[384];
};

/* Nothing heard yet. It must not be moved. */
void mail_reply_init(struct mail_reply *);

/* Sets `word`. A code that is too long, or not a word of ASCII, is none. */
void mail_reply_mark(struct mail_reply *, struct view code);

/* More words, set apart from those before by a space. What is beyond the room goes. */
void mail_reply_hear(struct mail_reply *, struct view words);

#endif
