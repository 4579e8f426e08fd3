/* stretched.h - keys that a thread has stretched from passwords before.
 *
 * A server asks for the same thousands of rounds of PBKDF2 at every login (RFC 7677 section 4),
 * always with the salt of the account: a probe each minute needs to pay for them once. Each thread
 * has a table of its own, which is wiped and freed when the thread ends.
 */
#ifndef MAILVANE_PBKDF2_CACHE_H
#define MAILVANE_PBKDF2_CACHE_H

#include "digest.h"

/* So many are kept; a new one takes the place of the one that was of no use for longest. */
enum { PBKDF2_CACHE_MAX = 32 };

/* What is stretched, and how. Two terms that differ in anything have different keys. */
struct pbkdf2_inputs {
	enum digest digest;
	struct view password, salt;
	unsigned iterations;
};

/* False, and nothing written: not here. */
bool pbkdf2_cache_find(const struct pbkdf2_inputs *, uint8_t ret_key[DIGEST_MAX]);
/* Out of memory it is not kept. */
void pbkdf2_cache_keep(const struct pbkdf2_inputs *, const uint8_t key[DIGEST_MAX]);

#endif
