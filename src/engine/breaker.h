/* breaker.h - a circuit breaker for logins: does not try an account again at once after its login
 * failed.
 *
 * Repeated failures make servers delay or ban every client at our address (Dovecot's anvil,
 * fail2ban), so a wrong password is tried again after 1 minute, then after 2, 4 and so on up to an
 * hour.
 */
#ifndef MAILVANE_BREAKER_H
#define MAILVANE_BREAKER_H

#include "instant.h"

struct breaker {
	struct breaker_entry **table; /* hash table of the accounts that failed lately */
	size_t count;
};

/* Identifies a login. A changed password is another login. */
uint64_t breaker_key(const char *host, const char *user, const char *password);

/* False: out of memory. */
bool breaker_init(struct breaker *);
void breaker_fini(struct breaker *);

/* Whether no login has failed lately. */
bool breaker_is_empty(const struct breaker *);

/* True: the login may be tried. False: not before *ret_until. */
bool breaker_allows(const struct breaker *, uint64_t key, struct instant now,
		    struct instant *ret_until);

/* Writes "not tried, it failed lately; the next try is in 58s (2026-11-22T06:58:00Z)" into dst and
 * returns it. `wall` is the time of day at `now`. */
enum { BREAKER_EXPLANATION_MAX = 160 };
const char *breaker_explanation(struct instant now, struct instant until,
				struct moment wall, char dst[BREAKER_EXPLANATION_MAX]);

/* Records a failed login. Also forgets logins whose next try was due more than a day ago: their
 * targets were removed or their passwords changed. Out of memory nothing is recorded. */
void breaker_failed(struct breaker *, uint64_t key, struct instant now);
/* Records a login that succeeded. */
void breaker_passed(struct breaker *, uint64_t key);

/* The record of a failed login, for callers that keep it longer than the breaker lives. */
struct breaker_mark {
	struct span wait; /* the last wait; the next one is twice as long */
	struct instant until;
};
/* False: there is no record, and *ret_mark is untouched. */
bool breaker_recall(const struct breaker *, uint64_t key, struct breaker_mark *ret_mark);
/* Adds a record for a key that the breaker does not have. False: out of memory. */
bool breaker_restore(struct breaker *, uint64_t key, struct breaker_mark);

#endif
