/* roll.h - the customer names that a shared host has certificates for: a list in the order of
 * their hashes, which is the order in which they are asked for.
 *
 * Immutable and counted: the services of a server share one. A place is a 64-bit hash read as
 * a share of the interval, so that names keep theirs when others come and go.
 */
#ifndef MAILVANE_NAME_SET_H
#define MAILVANE_NAME_SET_H

#include "view.h"

struct name_set;

/* The longest name with its NUL (RFC 1035 section 2.3.4). */
enum { NAME_SET_NAME_MAX = 254 };

/* Copies names, each at most once among them, in small letters and less than NAME_SET_NAME_MAX
 * bytes long. At most UINT32_MAX of them. NULL: out of memory. One holder: the caller. */
struct name_set *name_set_new(const char *const *names, size_t count);
/* Thread-safe. NULL does nothing and is returned. */
struct name_set *name_set_hold(struct name_set *);
void name_set_release(struct name_set *);

size_t name_set_count(const struct name_set *);
/* By number from 0, in the order of places; lent. */
const char *name_set_name(const struct name_set *, size_t number);
uint64_t name_set_place(const struct name_set *, size_t number);

/* The number of the name that is `rank`th by its letters, from 0. */
size_t name_set_by_letters(const struct name_set *, size_t rank);

/* Of the first name whose place is not before this one; name_set_count: there is none. */
size_t name_set_at_place(const struct name_set *, uint64_t place);

/* Ignoring ASCII case. False, and *ret_number untouched: it is not among them. */
bool name_set_find(const struct name_set *, struct view name, size_t *ret_number);

/* The same names in both? */
bool name_set_same(const struct name_set *, const struct name_set *);

#endif
