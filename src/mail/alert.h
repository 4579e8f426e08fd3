/* alert.h - what a server wants a human to read: [ALERT], RFC 9051 section 7.1. */
#ifndef MAILVANE_ALERT_H
#define MAILVANE_ALERT_H

#include "driver.h"

/* Keeps the words behind the code for dialogue_alert, once each. Section 11.3: without TLS
 * anybody may have said them, and they are marked. Lost where no room is to be had. */
void alert_hear(struct dialogue *, struct view words);

#endif
