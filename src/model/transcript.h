/* transcript.h - the conversation of a probe for people to read: one line for each line sent or
 * received, with placeholders for secrets.
 *
 * It is counted, and does not change after the probe has handed its result over.
 */
#ifndef MAILVANE_TRANSCRIPT_H
#define MAILVANE_TRANSCRIPT_H

#include "dialogue.h"

enum { TRANSCRIPT_MAX = 8 * 1024 };

/* Lines begin with "C: ", "S: " or "-- " (an event); all but the last end with a LF. The text is
 * printable and NUL terminated. What does not fit into TRANSCRIPT_MAX is left out; a last line says
 * so. */
struct transcript;

/* NULL: out of memory. */
struct transcript *transcript_new(void);
/* Thread-safe. NULL does nothing and is returned. */
struct transcript *transcript_hold(struct transcript *);
void transcript_release(struct transcript *);

/* Lent; "" for NULL. */
const char *transcript_text(const struct transcript *);
/* As dialogue_offered_before and _after; "" for NULL. */
const char *transcript_offered_before(const struct transcript *);
const char *transcript_offered_after(const struct transcript *);

/* The probe adds lines and, at the end, the capabilities that the server offered. */
void transcript_add(struct transcript *, const char *prefix, struct view line);
void transcript_set_offered(struct transcript *, const struct dialogue *);

/* Frees the memory that is not used; nothing can be added afterwards. Called before anything else
 * holds it. NULL does nothing. */
void transcript_trim(struct transcript *);

#endif
