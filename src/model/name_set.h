/* name_set.h - the customer names that a shared host has certificates for, in the order of their
 * hashes, which is the order in which they are probed.
 *
 * A set does not change and is counted: the services of a server share one. The place of a name is
 * its 64-bit hash, read as a fraction of the interval, so that a name keeps its time when others are
 * added or removed.
 */
#ifndef MAILVANE_NAME_SET_H
#define MAILVANE_NAME_SET_H

#include "view.h"

struct name_set;

/* The longest name with its NUL (RFC 1035 section 2.3.4). */
enum { NAME_SET_NAME_MAX = 254 };

/* Copies the names, which must differ, be in small letters and shorter than NAME_SET_NAME_MAX. At most
 * UINT32_MAX of them. The caller is the one holder. NULL: out of memory. */
struct name_set *name_set_new(const char *const *names, size_t count);
/* Thread-safe. NULL does nothing and is returned. */
struct name_set *name_set_hold(struct name_set *);
void name_set_release(struct name_set *);

size_t name_set_count(const struct name_set *);
/* The name and the place of a number from 0, in the order of places. The name is lent. */
const char *name_set_name(const struct name_set *, size_t number);
uint64_t name_set_place(const struct name_set *, size_t number);

/* The number of the name with this rank, from 0, in alphabetical order. */
size_t name_set_by_letters(const struct name_set *, size_t rank);

/* The number of the first name at this place or after it; name_set_count: there is none. */
size_t name_set_at_place(const struct name_set *, uint64_t place);

/* Finds a name, ignoring ASCII case. False: it is not in the set, and *ret_number is untouched. */
bool name_set_find(const struct name_set *, struct view name, size_t *ret_number);

/* Whether both have the same names. */
bool name_set_same(const struct name_set *, const struct name_set *);

#endif
