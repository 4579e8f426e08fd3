/* alert.h - texts that an IMAP server marks with [ALERT] for a human reader, RFC 9051
 * section 7.1. */
#ifndef MAILVANE_ALERT_H
#define MAILVANE_ALERT_H

#include "driver.h"

/* Keeps the text behind the code for dialogue_alert, each text once. A text that came
 * without TLS may be forged (section 11.3) and is marked. The text is lost if there is no
 * memory for buffers. */
void alert_record(struct dialogue *, struct view words);

#endif
