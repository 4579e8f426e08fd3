/* listing.h - a text that grows: what the reference and the dump are written to. */
#ifndef MAILVANE_CONFIG_LISTING_H
#define MAILVANE_CONFIG_LISTING_H

#include <stdbool.h>
#include <stddef.h>

/* {0} is empty. The text, if there is one, is on the heap and ends with a NUL. */
struct listing {
	char *text;
	size_t n, cap;
	bool failed; /* out of memory: something is missing, and nothing more is put */
};

void listing_put(struct listing *, const char *text);

/* Back to its first n characters. */
void listing_cut(struct listing *, size_t n);

/* The text, which the caller frees; NULL: there is none, or something is missing. */
char *listing_take(struct listing *);

/* Each of these texts, up to a NULL. */
void listing_put_all(struct listing *, const char *const *texts);
#define LISTING_PUT(listing, ...)                                                          \
	listing_put_all((listing), (const char *const[]){ __VA_ARGS__, NULL })

#endif
