/* transcript.c - lines gathered up to a cap. */
#include "transcript.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_SHOWN = 1024 };

struct transcript {
	atomic_uint holders;
	struct buffer lines;
	char before[DIALOGUE_OFFERED_MAX], after[DIALOGUE_OFFERED_MAX];
	char text[TRANSCRIPT_MAX];
};

struct transcript *transcript_new(void)
{
	struct transcript *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	atomic_init(&t->holders, 1);
	buffer_init(&t->lines, t->text, sizeof(t->text) - 1);
	return t;
}

struct transcript *transcript_hold(struct transcript *t)
{
	if (t != NULL)
		atomic_fetch_add_explicit(&t->holders, 1, memory_order_relaxed);
	return t;
}

void transcript_release(struct transcript *t)
{
	if (t == NULL ||
	    atomic_fetch_sub_explicit(&t->holders, 1, memory_order_acq_rel) > 1)
		return;
	free(t);
}

const char *transcript_text(const struct transcript *t)
{
	return t != NULL ? t->text : "";
}

const char *transcript_offered_before(const struct transcript *t)
{
	return t != NULL ? t->before : "";
}

const char *transcript_offered_after(const struct transcript *t)
{
	return t != NULL ? t->after : "";
}

void transcript_add(struct transcript *t, const char *prefix, struct view line)
{
	static const char cut[] = "\n-- more was said than is kept";
	char shown[LINE_MAX_SHOWN];
	size_t room = t->lines.cap - t->lines.n;

	if (t->lines.full)
		return;
	printable_copy(shown, sizeof(shown), line);
	if (strlen(prefix) + strlen(shown) + sizeof(cut) < room) {
		buffer_format(&t->lines, "%s%s%s", t->lines.n > 0 ? "\n" : "", prefix,
			      shown);
	} else {
		buffer_text(&t->lines, cut);
		t->lines.full = true;
	}
	t->text[t->lines.n] = '\0';
}

void transcript_offered(struct transcript *t, const struct dialogue *d)
{
	text_copy(t->before, sizeof(t->before), dialogue_offered_before(d));
	text_copy(t->after, sizeof(t->after), dialogue_offered_after(d));
}
