/* tls_mode.c - the words of the four ways. */
#include "tls_mode.h"

static const char *const names[TLS_MODE_COUNT] = {
	[TLS_MODE_NONE] = "none",
	[TLS_MODE_OPPORTUNISTIC] = "opportunistic",
	[TLS_MODE_STARTTLS] = "starttls",
	[TLS_MODE_IMPLICIT] = "implicit",
};

const char *tls_mode_name(enum tls_mode mode)
{
	return names[mode];
}

bool tls_mode_from_name(struct view name, enum tls_mode *ret_mode)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (view_equal(name, names[i])) {
			*ret_mode = (enum tls_mode)i;
			return true;
		}
	return false;
}
