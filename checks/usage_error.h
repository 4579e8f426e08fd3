/* refusal.h - sentences about arguments that cannot be used. */
#ifndef MAILVANE_USAGE_ERROR_H
#define MAILVANE_USAGE_ERROR_H

#include "view.h"

#include <getopt.h>

enum { REFUSAL_MAX = 256 };

/* "--port 'x': a number from 1 to 65535 is needed". Returns false, so that a reader of options
 * can return it. */
bool refusal(char error[REFUSAL_MAX], const char *what, const char *value,
	     const char *remedy);

/* getopt_long returned '?' or ':' for argv[optind - 1]: unknown, ambiguous or without its
 * value. Names the nearest of the long options. */
bool usage_error_of_option(char error[REFUSAL_MAX], int returned, char *const *argv,
			   const struct option *known);

/* The value is none of `count` words; names the nearest. Returns false. */
bool usage_error_of_word(char error[REFUSAL_MAX], const char *what, const char *value,
			 const char *const *words, size_t count);

#endif
