/* replies.h - from a server's no to a fault. */
#ifndef MAILVANE_REPLIES_H
#define MAILVANE_REPLIES_H

#include "driver.h"

/* By reply code (RFC 5321 section 4.2, 4954 section 6, 7504) and enhanced status code
 * (RFC 3463) in the phase the dialogue is in. */
enum fault replies_smtp_fault(const struct dialogue *, const struct mail_reply *);

/* By response code: IMAP (RFC 5530), POP3 (RFC 2449 section 8, 3206), ManageSieve (RFC 5804
 * section 1.3); without a known one by phase and, for lack of better, by the words. */
enum fault replies_word_fault(const struct dialogue *, const struct mail_reply *);

#endif
