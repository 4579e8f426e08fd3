/* mechanism.h - the SASL mechanisms by name, the better before the worse. */
#ifndef MAILVANE_MECHANISM_CHOICE_H
#define MAILVANE_MECHANISM_CHOICE_H

#include "view.h"

enum mechanism {
	MECHANISM_BEST, /* no wish: the best that is offered */
	MECHANISM_SCRAM_SHA_256_PLUS,
	MECHANISM_SCRAM_SHA_256,
	MECHANISM_SCRAM_SHA_1_PLUS,
	MECHANISM_SCRAM_SHA_1,
	MECHANISM_CRAM_MD5,
	MECHANISM_PLAIN,
	MECHANISM_LOGIN,
	MECHANISM_OAUTHBEARER,
	MECHANISM_XOAUTH2,
	MECHANISM_EXTERNAL,
	MECHANISM_COUNT,
};

/* "SCRAM-SHA-256"; "best". */
const char *mechanism_name(enum mechanism);

/* All of them in the order of the enum, NULL behind them. */
extern const char *const mechanism_names[MECHANISM_COUNT + 1];

/* False (and *ret untouched) for an unknown name. */
bool mechanism_from_name(struct view, enum mechanism *ret_mechanism);

/* True for those that send a token in place of a password. */
bool mechanism_wants_token(enum mechanism);

#endif
