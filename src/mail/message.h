/* message.h - a message sent in a dialogue: line ends, dots, and the end (RFC 5321 section
 * 4.5.2). */
#ifndef MAILVANE_MESSAGE_H
#define MAILVANE_MESSAGE_H

#include "driver.h"

/* Begins to put the message into the output. NULL: done; else a static sentence that says
 * why it cannot be sent. */
const char *message_begin(struct dialogue *);

/* Fills the output with the next part of the message. False: the end was put there
 * before. */
bool message_fill(struct dialogue *);

#endif
