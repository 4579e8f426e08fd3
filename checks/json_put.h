/* json_put.h - pieces of JSON (RFC 8259) to standard output. */
#ifndef MAILVANE_CHECK_JSON_PUT_H
#define MAILVANE_CHECK_JSON_PUT_H

#include "fault.h"
#include "instant.h"

/* Texts are printable UTF-8; a transcript's also hold line ends. NULL is null. */
void json_put_string(const char *text);
void json_put_key(const char *key);
void json_put_text(const char *key, const char *text);
void json_put_number(const char *key, long long number);
/* The value alone; null where it is not known. */
void json_put_known(int64_t number, bool known);
/* Without a decimal comma, whatever the locale; below 0: null. */
void json_put_seconds(const char *key, struct span);
/* 0: null. */
void json_put_date(const char *key, struct moment);
/* The faults in a set whose first bit is that of `first`. */
void json_put_faults(const char *key, unsigned set, enum fault first);

#endif
