/* json_text.h - JSON (RFC 8259) written piece by piece; jansson would want it whole. */
#ifndef MAILVANE_JSON_TEXT_H
#define MAILVANE_JSON_TEXT_H

#include "draft.h"
#include "instant.h"

/* The members of one object, or the elements of one array. {0} with `out` is an empty one. */
struct json_list {
	struct draft *out;
	bool begun;
};

/* A text with its quotes; what is not valid UTF-8 becomes U+FFFD. NULL: null. */
void json_text(struct draft *, const char *text);

/* "," behind the first, then the name of a member; for an element NULL. */
void json_next(struct json_list *, const char *name);

void json_member_text(struct json_list *, const char *name, const char *text);
void json_member_number(struct json_list *, const char *name, int64_t);
void json_member_bool(struct json_list *, const char *name, bool);
/* In seconds; a negative span and a moment of 0 are null. */
void json_member_span(struct json_list *, const char *name, struct span);
void json_member_moment(struct json_list *, const char *name, struct moment);

#endif
