/* failed_login.c - "mailvane-login 1 WAIT_S UNTIL_MS" in a file. */
#include "failed_login.h"

#include "buffer.h"
#include "secret_name.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char magic[] = "mailvane-login", version[] = "1";

enum { WAIT_MAX_S = 3600 };
static const uint64_t until_max_ms = UINT64_C(253402300799000); /* the year 9999 */

/* --- the file ----------------------------------------------------------------------------- */

static bool failed_login_parse(struct view text, uint64_t *ret_wait_s,
			       uint64_t *ret_until_ms)
{
	struct view words[4], none;
	uint64_t wait, until;

	if (text.n == 0 || text.p[text.n - 1] != '\n')
		return false; /* cut off */
	text.n--;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!view_next_word(&text, &words[i]))
			return false;
	if (view_next_word(&text, &none) || !view_equal(words[0], magic) ||
	    !view_equal(words[1], version) || !view_number(words[2], WAIT_MAX_S, &wait) ||
	    wait == 0 || !view_number(words[3], until_max_ms, &until))
		return false;
	*ret_wait_s = wait;
	*ret_until_ms = until;
	return true;
}

static bool failed_login_load(const struct failed_login *l, struct instant now,
			      struct moment wall, struct breaker_mark *ret_mark)
{
	char text[STATE_FILE_MAX];
	uint64_t wait, until;
	struct span left;
	size_t n = state_folder_read(&l->folder, l->name, text, sizeof(text));

	if (!failed_login_parse((struct view){ text, n }, &wait, &until))
		return false;
	left = moment_between(wall, (struct moment){ (int64_t)until });
	/* Further off than it can be: the clock has been set back since. */
	if (left.ns > span_of_seconds(2 * (double)wait).ns)
		return false;
	ret_mark->wait = span_of_seconds((double)wait);
	ret_mark->until = instant_plus(now, left);
	return true;
}

static bool failed_login_store(const struct failed_login *l,
			       const struct breaker_mark *mark, struct instant now,
			       struct moment wall)
{
	long long until = wall.ms + span_between(now, mark->until).ns / 1000000;
	char text[STATE_FILE_MAX];
	struct buffer b;

	buffer_init(&b, text, sizeof(text));
	buffer_format(&b, "%s %s %.0f %lld\n", magic, version, span_seconds(mark->wait),
		      until);
	return state_folder_write(&l->folder, l->name, buffer_view(&b));
}

/* --- one run ------------------------------------------------------------------------------ */

static bool prepare(struct failed_login *l, const char *folder, const char *host,
		    const struct account *a, char error[REFUSAL_MAX])
{
	const char *const texts[3] = { host, a->user, a->password };

	if (!state_folder_open(&l->folder, folder, error) ||
	    !secret_name(&l->folder, "login", texts, ARRAY_SIZE(texts), l->name, error))
		return false;
	if (!breaker_init(&l->breaker))
		return refusal(error, "--state-dir", folder, "out of memory");
	l->key = breaker_key(host, a->user, a->password);
	return true;
}

bool failed_login_open(struct failed_login *l, const char *folder, const char *host,
		       const struct account *a, struct instant now, struct moment wall,
		       char error[REFUSAL_MAX])
{
	*l = (struct failed_login){ .folder = { -1 } };
	if (!prepare(l, folder, host, a, error)) {
		failed_login_close(l);
		return false;
	}
	if (failed_login_load(l, now, wall, &l->mark))
		l->known = breaker_restore(&l->breaker, l->key, l->mark);
	return true;
}

bool failed_login_keep(const struct failed_login *l, struct instant now, struct moment wall,
		       char error[REFUSAL_MAX])
{
	struct breaker_mark mark, other;

	if (!breaker_recall(&l->breaker, l->key, &mark)) {
		if (l->known)
			state_folder_remove(&l->folder, l->name);
		return true;
	}
	if (l->known && mark.until.ns == l->mark.until.ns)
		return true;
	if (failed_login_load(l, now, wall, &other) && instant_before(now, other.until))
		return true;
	return failed_login_store(l, &mark, now, wall) ||
	       refusal(error, "--state-dir", "the failed login is not kept",
		       strerror(errno));
}

void failed_login_close(struct failed_login *l)
{
	if (l->breaker.table != NULL)
		breaker_fini(&l->breaker);
	state_folder_close(&l->folder);
}
