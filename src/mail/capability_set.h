/* capability_set.h - STARTTLS and the login methods that a server offers, as bits.
 *
 * Two sets can be compared, so that a report can say what an attacker or a bad update has
 * removed or added.
 */
#ifndef MAILVANE_CAPABILITY_SET_H
#define MAILVANE_CAPABILITY_SET_H

#include "view.h"

/* Each member is a set of enum capability_set_bit, or 0 if the dialogue ended before the
 * list. */
struct capability_set {
	uint32_t before; /* offered in plain text */
	uint32_t after;  /* offered inside TLS */
};

enum capability_set_bit {
	CAPABILITY_STARTTLS = 1 << 0,
	CAPABILITY_LOGIN_COMMAND = 1 << 1, /* the protocol's own login: LOGIN, USER */
	CAPABILITY_LIST_COMPLETE = 1 << 2, /* the whole list was received */
	/* Higher bits stand for mechanisms, see capability_set_mechanism. */
};

/* The bit of the mechanism with this name, even if we cannot use it; 0 for an unknown
 * name. */
uint32_t capability_set_mechanism(struct view name);

/* True if both sets are equal. */
bool capability_set_same(const struct capability_set *, const struct capability_set *);

enum { CAPABILITY_WORDS_MAX = 512 };

/* Describes what has become worse: STARTTLS is gone, a login is newly offered in plain
 * text, or a mechanism is gone, each with the old and the new list. False and "" if nothing
 * is worse. A new mechanism inside TLS, or one that is no longer offered in plain text, is
 * no loss. */
bool capability_changes(const struct capability_set *was, const struct capability_set *is,
			char ret_words[CAPABILITY_WORDS_MAX]);

#endif
