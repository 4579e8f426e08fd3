/* sasl.c - the server's half of PLAIN and LOGIN. */
#include "sasl.h"

#include "base64.h"
#include "session.h"

#include <string.h>

static enum sasl_turn judge(struct session *s, struct view user, struct view password)
{
	s->sasl.step = SASL_IDLE;
	return session_login(s, user, password) ? SASL_GOOD : SASL_BAD;
}

static enum sasl_turn malformed(struct session *s)
{
	s->sasl.step = SASL_IDLE;
	return SASL_MALFORMED;
}

/* [authzid] NUL authcid NUL password */
static enum sasl_turn hear_plain(struct session *s, struct view raw)
{
	const char *first = raw.n == 0 ? NULL : memchr(raw.p, '\0', raw.n);
	struct view rest, user;
	const char *second;

	if (first == NULL)
		return malformed(s);
	rest = view_skip(raw, (size_t)(first - raw.p) + 1);
	second = rest.n == 0 ? NULL : memchr(rest.p, '\0', rest.n);
	if (second == NULL)
		return malformed(s);
	user = (struct view){ rest.p, (size_t)(second - rest.p) };
	return judge(s, user, view_skip(rest, user.n + 1));
}

static enum sasl_turn hear_user(struct session *s, struct view raw)
{
	if (raw.n == 0 || raw.n >= sizeof(s->sasl.user))
		return malformed(s);
	memcpy(s->sasl.user, raw.p, raw.n);
	s->sasl.user[raw.n] = '\0';
	s->sasl.step = SASL_PASSWORD;
	s->sasl.challenge = "UGFzc3dvcmQ6"; /* Password: */
	return SASL_CHALLENGE;
}

enum sasl_turn sasl_hear(struct session *s, struct view response)
{
	char storage[1024];
	struct buffer raw;

	if (view_equal(response, "*")) {
		s->sasl.step = SASL_IDLE;
		return SASL_CANCELLED;
	}
	buffer_init(&raw, storage, sizeof(storage));
	if (!view_equal(response, "=") && !base64_decode(&raw, response))
		return malformed(s);
	if (s->sasl.step == SASL_PLAIN)
		return hear_plain(s, buffer_view(&raw));
	if (s->sasl.step == SASL_USER)
		return hear_user(s, buffer_view(&raw));
	return judge(s, view_of(s->sasl.user), buffer_view(&raw));
}

enum sasl_turn sasl_begin(struct session *s, struct view mechanism, struct view initial)
{
	if (view_equal(mechanism, "PLAIN"))
		s->sasl.step = SASL_PLAIN;
	else if (view_equal(mechanism, "LOGIN"))
		s->sasl.step = SASL_USER;
	else
		return SASL_UNKNOWN;
	if (initial.p != NULL)
		return sasl_hear(s, initial);
	s->sasl.challenge = s->sasl.step == SASL_USER ? "VXNlcm5hbWU6" : ""; /* Username: */
	return SASL_CHALLENGE;
}
