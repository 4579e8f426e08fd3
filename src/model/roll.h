/* roll.h - the customer names that a shared host has certificates for: a list in the order of
 * their hashes, which is the order in which they are asked for.
 *
 * Immutable and counted: the services of a server share one. A place is a 64-bit hash read as
 * a share of the interval, so that names keep theirs when others come and go.
 */
#ifndef MAILVANE_ROLL_H
#define MAILVANE_ROLL_H

#include "view.h"

struct roll;

/* The longest name with its NUL (RFC 1035 section 2.3.4). */
enum { ROLL_NAME_MAX = 254 };

/* Copies names, each at most once among them, in small letters and less than ROLL_NAME_MAX
 * bytes long. At most UINT32_MAX of them. NULL: out of memory. One holder: the caller. */
struct roll *roll_new(const char *const *names, size_t count);
/* Thread-safe. NULL does nothing and is returned. */
struct roll *roll_hold(struct roll *);
void roll_release(struct roll *);

size_t roll_count(const struct roll *);
/* By number from 0, in the order of places; lent. */
const char *roll_name(const struct roll *, size_t number);
uint64_t roll_place(const struct roll *, size_t number);

/* The number of the name that is `rank`th by its letters, from 0. */
size_t roll_by_letters(const struct roll *, size_t rank);

/* Of the first name whose place is not before this one; roll_count: there is none. */
size_t roll_at_place(const struct roll *, uint64_t place);

/* Ignoring ASCII case. False, and *ret_number untouched: it is not among them. */
bool roll_find(const struct roll *, struct view name, size_t *ret_number);

/* The same names in both? */
bool roll_same(const struct roll *, const struct roll *);

#endif
