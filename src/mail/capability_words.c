/* capability_words.c - each capability is cleaned when it is added, and added whole or not
 * at all. */
#include "redaction.h"

#include <string.h>

void capability_words_init(struct capability_words *o)
{
	o->n = 0;
	o->full = false;
	o->text[0] = '\0';
}

static const char more_mark[] = " \xe2\x80\xa6";

/* Each byte of a word may become U+FFFD, which has three bytes. Room for more_mark is
 * reserved. A word without printable characters is left out. */
static bool capability_words_put(struct capability_words *o, const char *joint,
				 struct view word)
{
	size_t room = sizeof(o->text) - sizeof(more_mark) - o->n, joint_n = strlen(joint);
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

static bool put_capability(struct capability_words *o, struct view name,
			   struct view parameters)
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

void capability_words_add(struct capability_words *o, struct view name,
			  struct view parameters)
{
	size_t before = o->n;

	if (o->full || put_capability(o, name, parameters))
		return;
	o->full = true;
	strcpy(o->text + before, before > 0 ? more_mark : more_mark + 1);
}

/* --- of a dialogue ---------------------------------------------------------------------- */

static const char *shown_capability_words(const struct dialogue *d,
					  const struct capability_words *o)
{
	return redaction_finds_secret(d, view_of(o->text)) ? redaction_withheld : o->text;
}

const char *dialogue_offered_before(const struct dialogue *d)
{
	return d->buffers != NULL ? shown_capability_words(d, &d->buffers->before) : "";
}

const char *dialogue_offered_after(const struct dialogue *d)
{
	return d->buffers != NULL ? shown_capability_words(d, &d->buffers->after) : "";
}

static struct capability_words *current_capability_words(struct dialogue *d)
{
	return dialogue_in_tls(d) ? &d->buffers->after : &d->buffers->before;
}

void dialogue_add_capability(struct dialogue *d, struct view name, struct view parameters)
{
	if (d->buffers != NULL)
		capability_words_add(current_capability_words(d), name, parameters);
}

void dialogue_clear_capabilities(struct dialogue *d)
{
	if (d->buffers != NULL)
		capability_words_init(current_capability_words(d));
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
