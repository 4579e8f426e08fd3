/* breaker.h - leaves an account alone after a failed login.
 *
 * Repeated failures make servers delay or ban every client at our address (Dovecot's anvil,
 * fail2ban), so a wrong password is tried again after 1 minute, then 2, 4 ... up to an hour.
 */
#ifndef MAILVANE_BREAKER_H
#define MAILVANE_BREAKER_H

#include "instant.h"

struct breaker {
	struct breaker_entry **table; /* of accounts that failed lately */
	size_t count;
};

/* Who logs in where: a changed password is another login. */
uint64_t breaker_key(const char *host, const char *user, const char *password);

/* False: out of memory. */
bool breaker_init(struct breaker *);
void breaker_fini(struct breaker *);

/* It holds nothing and has nothing to remember. */
bool breaker_is_empty(const struct breaker *);

/* True: log in. False: not before *ret_until. */
bool breaker_allows(const struct breaker *, uint64_t key, struct instant now,
		    struct instant *ret_until);
/* "not tried, it failed lately; the next try is in 58s (2026-11-22T06:58:00Z)". `wall` is the
 * time of day at `now`. */
enum { BREAKER_WORDS_MAX = 160 };
const char *breaker_words(struct instant now, struct instant until, struct moment wall,
			  char dst[BREAKER_WORDS_MAX]);

/* Logins that nobody has tried for a day behind their time are forgotten then: their targets
 * are gone, or their passwords changed. */
void breaker_failed(struct breaker *, uint64_t key, struct instant now);
void breaker_passed(struct breaker *, uint64_t key);

/* What is known of a login that failed, for who keeps it beyond the breaker's life. */
struct breaker_mark {
	struct span wait; /* the last one; the next is twice as long */
	struct instant until;
};
/* False, and *ret_mark untouched: nothing. */
bool breaker_recall(const struct breaker *, uint64_t key, struct breaker_mark *ret_mark);
/* Of a key the breaker does not know. False: out of memory. */
bool breaker_restore(struct breaker *, uint64_t key, struct breaker_mark);

#endif
