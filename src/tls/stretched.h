/* stretched.h - keys that a thread has stretched from passwords before.
 *
 * A server asks for the same thousands of rounds of PBKDF2 at every login (RFC 7677 section 4),
 * always with the salt of the account: a probe each minute needs to pay for them once. Each thread
 * has a table of its own, which is wiped and freed when the thread ends.
 */
#ifndef MAILVANE_STRETCHED_H
#define MAILVANE_STRETCHED_H

#include "digest.h"

/* So many are kept; a new one takes the place of the one that was of no use for longest. */
enum { STRETCHED_MAX = 32 };

/* What is stretched, and how. Two terms that differ in anything have different keys. */
struct stretching {
	enum digest digest;
	struct view password, salt;
	unsigned iterations;
};

/* False, and nothing written: not here. */
bool stretched_find(const struct stretching *, uint8_t ret_key[DIGEST_MAX]);
/* Out of memory it is not kept. */
void stretched_keep(const struct stretching *, const uint8_t key[DIGEST_MAX]);

#endif
