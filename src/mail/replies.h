/* replies.h - turns a negative reply of a server into a fault. */
#ifndef MAILVANE_REPLIES_H
#define MAILVANE_REPLIES_H

#include "driver.h"

/* For SMTP and LMTP: decides by reply code (RFC 5321 section 4.2, 4954 section 6, 7504),
 * enhanced status code (RFC 3463) and current phase. */
enum fault replies_smtp_fault(const struct dialogue *, const struct mail_reply *);

/* For IMAP, POP3 and ManageSieve: decides by response code (RFC 5530; RFC 2449 section 8
 * and 3206; RFC 5804 section 1.3). Without a known code it decides by phase and by the
 * text. */
enum fault replies_word_fault(const struct dialogue *, const struct mail_reply *);

#endif
