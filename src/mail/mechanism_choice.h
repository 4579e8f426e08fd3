/* mechanism_choice.h - the SASL mechanisms that can be configured, the best first. */
#ifndef MAILVANE_MECHANISM_CHOICE_H
#define MAILVANE_MECHANISM_CHOICE_H

#include "view.h"

enum mechanism {
	MECHANISM_BEST, /* the best one that the server offers */
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

/* The names of all mechanisms in the order of the enum, followed by NULL. */
extern const char *const mechanism_names[MECHANISM_COUNT + 1];

/* False for an unknown name; *ret_mechanism is unchanged then. */
bool mechanism_from_name(struct view, enum mechanism *ret_mechanism);

/* True for mechanisms that send a token in place of a password. */
bool mechanism_wants_token(enum mechanism);

#endif
