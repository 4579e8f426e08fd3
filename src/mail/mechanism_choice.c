/* mechanism_choice.c - the table of mechanism names. */
#include "mechanism_choice.h"

const char *const mechanism_names[MECHANISM_COUNT + 1] = {
	[MECHANISM_BEST] = "best",
	[MECHANISM_SCRAM_SHA_256_PLUS] = "SCRAM-SHA-256-PLUS",
	[MECHANISM_SCRAM_SHA_256] = "SCRAM-SHA-256",
	[MECHANISM_SCRAM_SHA_1_PLUS] = "SCRAM-SHA-1-PLUS",
	[MECHANISM_SCRAM_SHA_1] = "SCRAM-SHA-1",
	[MECHANISM_CRAM_MD5] = "CRAM-MD5",
	[MECHANISM_PLAIN] = "PLAIN",
	[MECHANISM_LOGIN] = "LOGIN",
	[MECHANISM_OAUTHBEARER] = "OAUTHBEARER",
	[MECHANISM_XOAUTH2] = "XOAUTH2",
	[MECHANISM_EXTERNAL] = "EXTERNAL",
};

const char *mechanism_name(enum mechanism m)
{
	return mechanism_names[m];
}

bool mechanism_from_name(struct view name, enum mechanism *ret_mechanism)
{
	for (size_t i = 0; i < MECHANISM_COUNT; i++)
		if (view_equal(name, mechanism_names[i])) {
			*ret_mechanism = (enum mechanism)i;
			return true;
		}
	return false;
}

bool mechanism_wants_token(enum mechanism m)
{
	return m == MECHANISM_OAUTHBEARER || m == MECHANISM_XOAUTH2;
}
