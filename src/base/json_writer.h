/* json_writer.h - JSON (RFC 8259) written piece by piece, to wherever the caller wants it.
 *
 * A key names a member of an object; it is NULL for an element of an array and for the document
 * itself. Commas are the writer's business.
 */
#ifndef MAILVANE_JSON_WRITER_H
#define MAILVANE_JSON_WRITER_H

#include "fault.h"
#include "instant.h"

/* Objects and arrays inside each other; a document has no more of them. */
enum { JSON_DEPTH_MAX = 8 };

/* The caller may change `to` between two calls. */
struct json {
	void (*put)(void *to, struct view text);
	void *to;
	unsigned depth;
	bool on_a_line;                   /* the next value begins a line */
	bool has_members[JSON_DEPTH_MAX]; /* the object or array at this depth */
	char closes_with[JSON_DEPTH_MAX]; /* '}' or ']' */
};

void json_init(struct json *, void (*put)(void *to, struct view text), void *to);

void json_object(struct json *, const char *key);
void json_array(struct json *, const char *key);
/* Closes the object or array that was opened last. */
void json_end(struct json *);
/* The next member or element begins on a line of its own. */
void json_line(struct json *);

/* No byte is lost: what printable.h does not show stands as an escape, and a broken byte as
 * U+FFFD. NULL: null. */
void json_text(struct json *, const char *key, const char *text);
void json_number(struct json *, const char *key, int64_t);
void json_bool(struct json *, const char *key, bool);
void json_null(struct json *, const char *key);
/* In seconds, with a point whatever the locale; a negative span is null. */
void json_seconds(struct json *, const char *key, struct span);
/* Unix time in seconds; RFC 3339. A moment of 0 is null. */
void json_time(struct json *, const char *key, struct moment);
void json_date(struct json *, const char *key, struct moment);
/* An array of the words of a set whose first bit is that of `first`. */
void json_faults(struct json *, const char *key, unsigned set, enum fault first);

/* What stands between the quotes of a string. */
void json_escape(struct json *, struct view text);

#endif
