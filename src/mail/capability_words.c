/* capability_words.c - cleaned on the way in, and whole capabilities only. */
#include "redaction.h"

#include <string.h>

void capability_words_init(struct offered *o)
{
	o->n = 0;
	o->full = false;
	o->text[0] = '\0';
}

static const char more[] = " \xe2\x80\xa6";

/* Each byte of a word may become U+FFFD, which has three; room is kept for `more`. A word of
 * which nothing may be shown is left out. */
static bool capability_words_put(struct offered *o, const char *joint, struct view word)
{
	size_t room = sizeof(o->text) - sizeof(more) - o->n, joint_n = strlen(joint);
	size_t n;

	if (word.n > sizeof(o->text) || joint_n + 3 * word.n + 1 > room)
		return false;
	memcpy(o->text + o->n, joint, joint_n);
	n = printable_copy(o->text + o->n + joint_n, sizeof(o->text) - o->n - joint_n,
			   word);
	o->n += n > 0 ? joint_n + n : 0;
	o->text[o->n] = '\0';
	return true;
}

static bool put_all(struct offered *o, struct view name, struct view parameters)
{
	size_t before = o->n, named;
	struct view word;

	if (!capability_words_put(o, before > 0 ? " " : "", name))
		return false;
	named = o->n;
	while (named > before && view_next_word(&parameters, &word))
		if (!capability_words_put(o, o->n > named ? "," : "=", word))
			return false;
	return true;
}

void capability_words_add(struct offered *o, struct view name, struct view parameters)
{
	size_t before = o->n;

	if (o->full || put_all(o, name, parameters))
		return;
	o->full = true;
	strcpy(o->text + before, before > 0 ? more : more + 1);
}

/* --- of a dialogue ---------------------------------------------------------------------- */

static const char *offered_shown(const struct dialogue *d, const struct offered *o)
{
	return redaction_finds(d, view_of(o->text)) ? redaction_withheld : o->text;
}

const char *dialogue_offered_before(const struct dialogue *d)
{
	return d->room != NULL ? offered_shown(d, &d->room->before) : "";
}

const char *dialogue_offered_after(const struct dialogue *d)
{
	return d->room != NULL ? offered_shown(d, &d->room->after) : "";
}

static struct offered *offered_now(struct dialogue *d)
{
	return dialogue_in_tls(d) ? &d->room->after : &d->room->before;
}

void dialogue_capability_set(struct dialogue *d, struct view name, struct view parameters)
{
	if (d->room != NULL)
		capability_words_add(offered_now(d), name, parameters);
}

void dialogue_capability_set_anew(struct dialogue *d)
{
	if (d->room != NULL)
		capability_words_init(offered_now(d));
}

bool capability_words_have(struct view offered, const char *wanted)
{
	struct view word, want = view_of(wanted);

	while (view_next_word(&offered, &word)) {
		if (view_equal(word, wanted))
			return true;
		if (word.n > want.n && word.p[want.n] == '=' && view_starts(word, wanted))
			return true;
	}
	return false;
}
