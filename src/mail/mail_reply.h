/* mail_reply.h - one reply of a server, collected line by line. */
#ifndef MAILVANE_MAIL_REPLY_H
#define MAILVANE_MAIL_REPLY_H

#include "buffer.h"

enum answer {
	ANSWER_NO,
	ANSWER_YES,
	ANSWER_CONTINUE, /* the server waits for more from us: 334, "+ " */
};

struct mail_reply {
	enum answer answer;
	bool closing;            /* 421, BYE: the server closes the connection */
	bool not_understood;     /* IMAP BAD: the server did not understand the command */
	bool lists_capabilities; /* ManageSieve: some of its lines are capabilities */
	int code;                /* the SMTP reply code, else 0 */
	unsigned lines;          /* lines so far, with the current one */
	char status_code[24];    /* enhanced status code or response code, else "" */
	struct buffer words;     /* the text for people, not cleaned */
	char storage[384];
};

/* Makes the reply empty. The struct must not be moved or copied afterwards. */
void mail_reply_init(struct mail_reply *);

/* Sets `status_code`. A code that is too long or not printable ASCII is ignored. */
void mail_reply_set_code(struct mail_reply *, struct view code);

/* Adds text, separated by a space from the text before. What does not fit is cut off. */
void mail_reply_add_text(struct mail_reply *, struct view words);

#endif
