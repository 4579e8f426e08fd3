/* json_lines.c - a walk along valid JSON that counts lines. */
#include "json_lines.h"

#include "memory.h"

#include <stdlib.h>
#include <string.h>

/* What a token is: its first character. A string is '"', a number or word '0', the end 0. */
struct token {
	char kind;
	unsigned line;
	struct view inside; /* of a string, as it stands there */
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void json_lines_drop(struct json_lines *w)
{
	w->line += *w->next++ == '\n';
}

static struct view json_lines_string(struct json_lines *w)
{
	struct view inside = { ++w->next, 0 };

	while (w->next < w->end && *w->next != '"') {
		if (*w->next == '\\' && w->next + 1 < w->end)
			json_lines_drop(w);
		json_lines_drop(w);
	}
	inside.n = (size_t)(w->next - inside.p);
	if (w->next < w->end)
		w->next++;
	return inside;
}

static struct token json_lines_next_token(struct json_lines *w)
{
	struct token t = { 0 };

	while (w->next < w->end && is_space(*w->next))
		json_lines_drop(w);
	t.line = w->line;
	if (w->next == w->end)
		return t;
	t.kind = *w->next;
	if (t.kind == '"') {
		t.inside = json_lines_string(w);
	} else if (strchr("[]{},:", t.kind) != NULL) {
		w->next++;
	} else {
		t.kind = '0';
		while (w->next < w->end && !is_space(*w->next) &&
		       strchr("[]{},:\"", *w->next) == NULL)
			w->next++;
	}
	return t;
}

/* Past the value that begins with this token. */
static void skip_value(struct json_lines *w, struct token t)
{
	size_t depth = 0;

	for (;; t = json_lines_next_token(w)) {
		if (t.kind == '[' || t.kind == '{')
			depth++;
		if (t.kind == ']' || t.kind == '}')
			depth -= depth > 0;
		if (depth == 0 || t.kind == 0)
			return;
	}
}

static void json_lines_note(struct line_list *l, unsigned line)
{
	l->list = memory_room(l->list, l->count, &l->cap, sizeof(*l->list));
	l->list[l->count++] = line;
}

/* Past a list or object, noting where each element or name begins. */
static void note_elements(struct json_lines *w, struct token t, struct line_list *l)
{
	bool named = t.kind == '{';

	if (t.kind != '[' && t.kind != '{') {
		skip_value(w, t);
		return;
	}
	for (t = json_lines_next_token(w); t.kind != ']' && t.kind != '}' && t.kind != 0;
	     t = json_lines_next_token(w)) {
		if (t.kind == ',')
			continue;
		json_lines_note(l, t.line);
		if (named) {
			json_lines_next_token(w); /* the colon */
			t = json_lines_next_token(w);
		}
		skip_value(w, t);
	}
}

static void walk_group(struct json_lines *w)
{
	struct token t;

	for (t = json_lines_next_token(w); t.kind == '"' || t.kind == ',';
	     t = json_lines_next_token(w)) {
		struct view name = t.inside;

		if (t.kind == ',')
			continue;
		json_lines_next_token(w); /* the colon */
		t = json_lines_next_token(w);
		if (name.n == 7 && memcmp(name.p, "targets", 7) == 0)
			note_elements(w, t, &w->targets);
		else if (name.n == 6 && memcmp(name.p, "labels", 6) == 0)
			note_elements(w, t, &w->labels);
		else
			skip_value(w, t);
	}
}

void json_lines_init(struct json_lines *w, struct view text)
{
	*w = (struct json_lines){ .next = text.p, .end = text.p + text.n, .line = 1 };
	json_lines_next_token(w); /* '[' */
	w->group = w->line;
}

void json_lines_fini(struct json_lines *w)
{
	free(w->targets.list);
	free(w->labels.list);
}

void json_lines_next(struct json_lines *w)
{
	struct token t = json_lines_next_token(w);

	if (t.kind == ',')
		t = json_lines_next_token(w);
	w->group = t.line;
	w->targets.count = w->labels.count = 0;
	if (t.kind == '{')
		walk_group(w);
	else
		skip_value(w, t);
}

unsigned json_lines_at(const struct json_lines *w, const struct line_list *l, size_t i)
{
	return i < l->count ? l->list[i] : w->group;
}
