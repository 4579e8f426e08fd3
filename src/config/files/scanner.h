/* scanner.h - the tokens of a configuration file, exactly as libconfig 1.5 cuts them.
 *
 * libconfig's own scanner ends the process when it cannot read an @include, cuts strings at
 * "\x00" and wraps numbers beyond 32 bits, so nothing reaches it that was not seen here.
 */
#ifndef MAILVANE_CONFIG_SCANNER_H
#define MAILVANE_CONFIG_SCANNER_H

#include "view.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_EQUALS, /* '=' or ':' */
	TOKEN_COMMA,
	TOKEN_SEMICOLON,
	TOKEN_OPEN,  /* one of { [ ( */
	TOKEN_CLOSE, /* one of } ] ) */
	TOKEN_STRING,
	TOKEN_BOOL,
	TOKEN_INTEGER,
	TOKEN_INTEGER64, /* with the suffix L */
	TOKEN_FLOAT,
	/* Never to be shown to libconfig: */
	TOKEN_INCLUDE,          /* @include */
	TOKEN_NUMBER_TOO_LARGE, /* beyond 31 bits and a sign */
	TOKEN_STRING_UNCLOSED,  /* no '"' before the end of the line */
	TOKEN_STRING_NUL,       /* with the escape \x00 */
	TOKEN_COMMENT_UNCLOSED,
	TOKEN_CONTROL, /* a control character */
	TOKEN_FOREIGN, /* any other character that has no meaning */
};

struct token {
	enum token_kind kind;
	struct view text; /* as it stands in the file */
	unsigned line;
	bool adjacent; /* nothing stands between it and the token before */
};

struct scanner {
	struct view rest;
	unsigned line;
};

/* A byte order mark is skipped. The text has no NUL and must outlive the tokens. */
void scanner_init(struct scanner *, struct view text);
/* TOKEN_END for ever at the end. */
struct token scanner_next(struct scanner *);

#endif
