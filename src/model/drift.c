/* drift.c - compares each set of capabilities with the usual one. */
#include "drift.h"

static bool drift_is_settled(const struct drift *d, struct moment at, struct span settle)
{
	return moment_between(d->since, at).ns >= settle.ns;
}

static void drift_accept(struct drift *d, const struct capability_set *heard)
{
	if (heard->before != 0)
		d->usual.before = heard->before;
	if (heard->after != 0)
		d->usual.after = heard->after;
	d->since.ms = 0;
}

bool drift_add(struct drift *d, const struct capability_set *heard, struct moment at,
	       struct span settle, char ret_words[CAPABILITY_WORDS_MAX])
{
	ret_words[0] = '\0';
	if (heard->before == 0 && heard->after == 0)
		return false;
	if (!capability_changes(&d->usual, heard, ret_words)) {
		drift_accept(d, heard);
		return false;
	}
	if (d->since.ms == 0)
		d->since = at;
	if (!drift_is_settled(d, at, settle))
		return true;
	drift_accept(d, heard);
	ret_words[0] = '\0';
	return false;
}
