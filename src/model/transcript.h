/* transcript.h - what was said in a probe, for people: a line for each line, secrets as their
 * template.
 *
 * Counted and immutable once the probe has told its result.
 */
#ifndef MAILVANE_TRANSCRIPT_H
#define MAILVANE_TRANSCRIPT_H

#include "dialogue.h"

enum { TRANSCRIPT_MAX = 8 * 1024 };

/* Lines begin with "C: ", "S: " or "-- " (ours, about what happened), and all but the last end
 * with a LF; printable, NUL terminated. What does not fit is left out, and said so. */
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

/* For the probe that writes it. */
void transcript_add(struct transcript *, const char *prefix, struct view line);
void transcript_offered(struct transcript *, const struct dialogue *);

/* Gives back the room that was not needed; nothing can be added any more. Before anybody else
 * holds it. NULL does nothing. */
void transcript_trim(struct transcript *);

#endif
