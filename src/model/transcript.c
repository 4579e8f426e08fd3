/* transcript.c - collects lines up to the limit. */
#include "transcript.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_SHOWN = 1024 };

struct transcript {
	atomic_uint holders;
	struct buffer lines;
	char *text, *before, *after; /* in one block of memory, which begins with text */
};

/* Points to the three texts in a block; `text` and `before` are the sizes of the first two. */
static void transcript_set_texts(struct transcript *t, char *block, size_t text,
				 size_t before)
{
	t->text = block;
	t->before = block + text;
	t->after = t->before + before;
}

struct transcript *transcript_new(void)
{
	struct transcript *t = calloc(1, sizeof(*t));
	char *block = malloc(TRANSCRIPT_MAX + DIALOGUE_OFFERED_MAX + DIALOGUE_OFFERED_MAX);

	if (t == NULL || block == NULL) {
		free(t);
		free(block);
		return NULL;
	}
	atomic_init(&t->holders, 1);
	transcript_set_texts(t, block, TRANSCRIPT_MAX, DIALOGUE_OFFERED_MAX);
	*t->text = *t->before = *t->after = '\0';
	buffer_init(&t->lines, t->text, TRANSCRIPT_MAX - 1);
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
	free(t->text);
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
	size_t block = t->lines.cap - t->lines.n;

	if (t->lines.full)
		return;
	printable_copy(shown, sizeof(shown), line);
	if (strlen(prefix) + strlen(shown) + sizeof(cut) < block) {
		buffer_format(&t->lines, "%s%s%s", t->lines.n > 0 ? "\n" : "", prefix,
			      shown);
	} else {
		buffer_text(&t->lines, cut);
		t->lines.full = true;
	}
	t->text[t->lines.n] = '\0';
}

void transcript_set_offered(struct transcript *t, const struct dialogue *d)
{
	text_copy(t->before, DIALOGUE_OFFERED_MAX, dialogue_offered_before(d));
	text_copy(t->after, DIALOGUE_OFFERED_MAX, dialogue_offered_after(d));
}

void transcript_trim(struct transcript *t)
{
	size_t text, before, after;
	char *block;

	if (t == NULL)
		return;
	text = strlen(t->text) + 1;
	before = strlen(t->before) + 1;
	after = strlen(t->after) + 1;
	t->lines.full = true;
	block = malloc(text + before + after);
	if (block == NULL)
		return;
	memcpy(block, t->text, text);
	memcpy(block + text, t->before, before);
	memcpy(block + text + before, t->after, after);
	free(t->text);
	transcript_set_texts(t, block, text, before);
}
