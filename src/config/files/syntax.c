/* syntax.c - the grammar of libconfig 1.5, walked without recursion.
 *
 * Read `turns` at the foot first: what may come where. A walker has a stack of what is open,
 * and a place in the innermost of them; after a fault it goes on behind the next ';' or
 * closing bracket, so that one slip is one error.
 */
#include "syntax.h"

#include "scanner.h"

#include <string.h>

/* Where we are in the innermost group, list or array. */
enum spot {
	SPOT_NAME,   /* before a setting */
	SPOT_EQUALS, /* behind its name */
	SPOT_VALUE,
	SPOT_ENDED, /* behind a value; the ';' may be left out */
	SPOT_FIRST, /* behind '(' or '[' */
	SPOT_ITEM,  /* behind a ',' */
	SPOT_NEXT,  /* behind an item */
	SPOT_COUNT,
};

struct open {
	char bracket; /* '{', '[', '('; 0: the file itself */
	unsigned line;
	enum token_kind items; /* of an array: all alike; TOKEN_END: none yet */
	bool mixed;            /* told */
	size_t setting_count;
	struct view settings[SYNTAX_SETTINGS_MAX];
	unsigned lines[SYNTAX_SETTINGS_MAX];
};

struct walk {
	struct errors *errors;
	const char *file;
	struct scanner scanner;
	const char *begin, *end; /* of the text */
	struct token now, before;
	enum spot spot;
	struct view setting; /* whose value is being read */
	size_t depth;
	size_t faults;
	struct open open[SYNTAX_DEPTH_MAX + 1];
};

static struct open *inner(struct walk *w)
{
	return &w->open[w->depth];
}

/* In bytes, from 1; 0 where it is not known. */
static unsigned column_of(const struct walk *w, const char *at)
{
	const char *from = at;

	if (at < w->begin || at > w->end)
		return 0;
	while (from > w->begin && from[-1] != '\n')
		from--;
	return (unsigned)(at - from) + 1;
}

static void fault_at(struct walk *w, unsigned line, const char *what, const char *hint)
{
	w->faults++;
	errors_add_at(w->errors, (struct place){ w->file, line }, 0, hint, what);
}

static void fault_of_token(struct walk *w, const struct token *t, const char *what,
			   const char *hint)
{
	w->faults++;
	errors_add_at(w->errors, (struct place){ w->file, t->line },
		      column_of(w, t->text.p), hint, what);
}

static void fault(struct walk *w, const char *what, const char *hint)
{
	fault_of_token(w, &w->now, what, hint);
}

static char closer_of(char bracket)
{
	return bracket == '{' ? '}' : bracket == '[' ? ']' : ')';
}

static bool in_list(struct walk *w)
{
	return inner(w)->bracket == '[' || inner(w)->bracket == '(';
}

static enum spot spot_behind_value(struct walk *w)
{
	return in_list(w) ? SPOT_NEXT : SPOT_ENDED;
}

static struct view syntax_cut(struct view text)
{
	return (struct view){ text.p, text.n < 40 ? text.n : 40 };
}

static bool is_value(enum token_kind kind)
{
	return kind >= TOKEN_STRING && kind <= TOKEN_FLOAT;
}

static void syntax_next_token(struct walk *w)
{
	w->before = w->now;
	w->now = scanner_next(&w->scanner);
}

/* Goes behind the next ';' of a group or before the next ',' of a list, or before the next
 * closing bracket. */
static void recover(struct walk *w)
{
	size_t nested = 0;

	while (w->now.kind != TOKEN_END && w->now.kind != TOKEN_COMMENT_UNCLOSED) {
		if (w->now.kind == TOKEN_OPEN)
			nested++;
		if (w->now.kind == TOKEN_CLOSE && nested-- == 0)
			break;
		if (w->now.kind == TOKEN_COMMA && nested == 0 && in_list(w))
			break;
		if (w->now.kind == TOKEN_SEMICOLON && nested == 0 && !in_list(w)) {
			syntax_next_token(w);
			break;
		}
		syntax_next_token(w);
	}
	w->spot = spot_behind_value(w);
	w->before.kind = TOKEN_END;
}

/* Faults of one token, wherever it stands. True when it was faulty and is dealt with. */
static bool refuse_token(struct walk *w)
{
	struct view text = w->now.text;

	switch (w->now.kind) {
	case TOKEN_INCLUDE:
		fault(w, "'@include' is not understood here",
		      "use the setting  include = [ \"conf.d/*.conf\" ];");
		syntax_next_token(w);
		return true;
	case TOKEN_NUMBER_TOO_LARGE:
		fault(w, HINT("the number %s is too large", QUOTE(syntax_cut(text))), "");
		w->now.kind = TOKEN_INTEGER;
		return false;
	case TOKEN_STRING_UNCLOSED:
		fault(w, "a text is not closed on its line", "put a '\"' at its end");
		w->now.kind = TOKEN_STRING;
		return false;
	case TOKEN_STRING_NUL:
		fault(w, "a text contains a NUL character", "");
		w->now.kind = TOKEN_STRING;
		return false;
	case TOKEN_COMMENT_UNCLOSED:
		fault(w, "a comment is never closed", "put '*/' at its end");
		w->now.kind = TOKEN_END;
		return false;
	case TOKEN_CONTROL:
		fault(w,
		      HINT("a control character (0x%02x) stands here",
			   (unsigned char)text.p[0]),
		      "is this a configuration file? It must be plain text");
		w->now.kind = TOKEN_END;
		return false;
	default:
		return false;
	}
}

/* Unquoted text runs to the next character with a meaning: 60s, 192.0.2.1, mx1.example.com */
static struct view syntax_unquoted(const struct walk *w, const struct token *first)
{
	size_t n = first->text.n;

	while (first->text.p + n < w->end && n < 60 &&
	       strchr(" \t\r\n\f;,=(){}[]\"#", first->text.p[n]) == NULL)
		n++;
	return (struct view){ first->text.p, n };
}

static void fault_unquoted(struct walk *w, const struct token *first)
{
	struct view text = syntax_unquoted(w, first);

	fault_of_token(w, first, HINT("the value %s is not quoted", QUOTE(text)),
		       HINT("write %s", QUOTE_DOUBLE(text)));
	inner(w)->mixed = true; /* as it would be with quotes, nobody knows */
	recover(w);
}

static void fault_expected(struct walk *w, const char *expected, const char *hint)
{
	fault(w, HINT("%s where %s is expected", QUOTE(syntax_cut(w->now.text)), expected),
	      hint);
	recover(w);
}

static void remember_setting(struct walk *w)
{
	struct open *group = inner(w);
	struct view name = w->now.text;

	w->setting = name;
	for (size_t i = 0; i < group->setting_count; i++)
		if (group->settings[i].n == name.n &&
		    memcmp(group->settings[i].p, name.p, name.n) == 0) {
			fault(w,
			      HINT("%s is set twice, first in line %u", QUOTE(name),
				   group->lines[i]),
			      "delete one of both");
			return;
		}
	if (group->setting_count == SYNTAX_SETTINGS_MAX) {
		fault(w, HINT("more than %d settings in one group", SYNTAX_SETTINGS_MAX),
		      "");
		w->now.kind = TOKEN_END;
		return;
	}
	group->lines[group->setting_count] = w->now.line;
	group->settings[group->setting_count++] = name;
}

static void opened(struct walk *w)
{
	char bracket = w->now.text.p[0];

	if (w->depth == SYNTAX_DEPTH_MAX) {
		fault(w, "groups and lists are nested too deep", "");
		w->now.kind = TOKEN_END;
		return;
	}
	w->depth++;
	inner(w)->bracket = bracket;
	inner(w)->line = w->now.line;
	inner(w)->items = TOKEN_END;
	inner(w)->mixed = false;
	inner(w)->setting_count = 0;
	w->spot = bracket == '{' ? SPOT_NAME : SPOT_FIRST;
	syntax_next_token(w);
}

/* A bracket that closes the group around this one: this one was forgotten. Any other that does
 * not fit is taken for a slip of the finger. */
static bool closes_outer(struct walk *w, char bracket)
{
	return bracket != closer_of(inner(w)->bracket) && w->depth > 1 &&
	       bracket == closer_of(w->open[w->depth - 1].bracket);
}

static void syntax_closed(struct walk *w)
{
	struct open *group = inner(w);
	char bracket = w->now.text.p[0];

	if (w->depth == 0) {
		fault(w, HINT("'%c' closes nothing", bracket), "");
		syntax_next_token(w);
		return;
	}
	if (bracket != closer_of(group->bracket))
		fault(w,
		      HINT("'%c' stands where the '%c' of line %u is to be closed", bracket,
			   group->bracket, group->line),
		      HINT("a '%c' is missing before it", closer_of(group->bracket)));
	w->depth -= closes_outer(w, bracket) ? 2 : 1;
	w->spot = spot_behind_value(w);
	syntax_next_token(w);
}

/* --- what comes at each spot; each takes w->now or faults ----------------------------------- */

static void at_name(struct walk *w)
{
	if (w->now.kind == TOKEN_CLOSE) {
		syntax_closed(w);
	} else if (w->now.kind == TOKEN_NAME) {
		remember_setting(w);
		w->spot = SPOT_EQUALS;
		if (w->now.kind == TOKEN_NAME)
			syntax_next_token(w);
	} else if (w->now.kind == TOKEN_SEMICOLON || w->now.kind == TOKEN_COMMA) {
		fault(w, HINT("'%c' without a setting before it", w->now.text.p[0]),
		      "delete it");
		syntax_next_token(w);
	} else {
		fault_expected(w, "the name of a setting", "a setting is: name = value;");
	}
}

static void at_equals(struct walk *w)
{
	if (w->now.kind == TOKEN_EQUALS) {
		w->spot = SPOT_VALUE;
		syntax_next_token(w);
		return;
	}
	fault(w, HINT("'=' is missing behind %s", QUOTE(w->setting)),
	      "a setting is: name = value;");
	recover(w);
}

static void check_item(struct walk *w, struct open *array)
{
	enum token_kind kind = w->now.kind;

	if (kind == TOKEN_OPEN)
		fault(w, HINT("'%c' inside [ ]", w->now.text.p[0]),
		      "groups stand in ( ), not in [ ]: ( { ... }, { ... } )");
	else if (is_value(kind) && array->items != TOKEN_END && array->items != kind)
		fault(w, "values of different types inside [ ]",
		      "all of them must be texts, or all numbers");
	else
		return;
	array->mixed = true;
}

static void at_value(struct walk *w)
{
	struct open *list = inner(w);
	enum token_kind kind = w->now.kind;

	if (list->bracket == '[' && !list->mixed)
		check_item(w, list);
	if (kind == TOKEN_OPEN) {
		opened(w);
	} else if (is_value(kind)) {
		list->items = kind;
		w->spot = spot_behind_value(w);
		syntax_next_token(w);
	} else if (kind == TOKEN_NAME || kind == TOKEN_FOREIGN) {
		fault_unquoted(w, &w->now);
	} else {
		fault_expected(w, "a value", "a setting is: name = value;");
	}
}

/* Adjacent texts are one; anything else that touches a value belongs to an unquoted text. */
static bool belongs_to_value(struct walk *w)
{
	struct token value = w->before;

	if (w->now.kind == TOKEN_STRING && value.kind == TOKEN_STRING) {
		syntax_next_token(w);
		return true;
	}
	if (w->now.adjacent && is_value(value.kind) && value.kind != TOKEN_STRING &&
	    (w->now.kind == TOKEN_NAME || w->now.kind == TOKEN_FOREIGN ||
	     is_value(w->now.kind))) {
		fault_unquoted(w, &value);
		return true;
	}
	return false;
}

static void at_ended(struct walk *w)
{
	if (belongs_to_value(w))
		return;
	w->spot = SPOT_NAME;
	if (w->now.kind == TOKEN_SEMICOLON || w->now.kind == TOKEN_COMMA)
		syntax_next_token(w);
	else if (w->now.kind != TOKEN_NAME && w->now.kind != TOKEN_CLOSE)
		fault_expected(w, "';'", "a setting is: name = value;");
}

static void at_first(struct walk *w)
{
	if (w->now.kind == TOKEN_CLOSE)
		syntax_closed(w);
	else
		at_value(w);
}

static void at_item(struct walk *w)
{
	if (w->now.kind != TOKEN_CLOSE) {
		at_value(w);
		return;
	}
	fault(w, HINT("',' before '%c'", w->now.text.p[0]),
	      "delete the ',' behind the last");
	syntax_closed(w);
}

static void at_next(struct walk *w)
{
	if (belongs_to_value(w))
		return;
	if (w->now.kind == TOKEN_CLOSE) {
		syntax_closed(w);
	} else if (w->now.kind == TOKEN_COMMA) {
		w->spot = SPOT_ITEM;
		syntax_next_token(w);
	} else if (w->now.kind == TOKEN_OPEN || is_value(w->now.kind)) {
		fault(w, "',' is missing between two items", "");
		at_value(w);
	} else {
		fault_expected(w, HINT("',' or '%c'", closer_of(inner(w)->bracket)), "");
	}
}

static void (*const turns[SPOT_COUNT])(struct walk *) = {
	[SPOT_NAME] = at_name,     /* name, or the end of a group */
	[SPOT_EQUALS] = at_equals, /* '=' or ':' */
	[SPOT_VALUE] = at_value,   /* a value or '{', '[', '(' */
	[SPOT_ENDED] = at_ended,   /* ';' or ',' or nothing */
	[SPOT_FIRST] = at_first,   /* a value or ')' */
	[SPOT_ITEM] = at_item,     /* a value: ')' would leave a ',' too much */
	[SPOT_NEXT] = at_next,     /* ',' or ')' */
};

static void syntax_ended(struct walk *w)
{
	struct open *group = inner(w);

	if (group->bracket != 0)
		fault_at(w, group->line, HINT("'%c' is never closed", group->bracket),
			 HINT("a '%c' is missing", closer_of(group->bracket)));
	else if (w->spot == SPOT_EQUALS || w->spot == SPOT_VALUE)
		fault_at(w, w->before.line,
			 HINT("the file ends within the setting %s", QUOTE(w->setting)),
			 "a setting is: name = value;");
}

/* libconfig takes a string: what stands behind a NUL it would never see. */
static bool check_nul(struct view text, const char *file, struct errors *e)
{
	struct place place = { file, 1 };
	const char *nul = text.n > 0 ? memchr(text.p, '\0', text.n) : NULL;

	if (nul == NULL)
		return true;
	for (const char *p = text.p; p < nul; p++)
		place.line += *p == '\n';
	errors_add(e, place, "it must be plain text, in UTF-8",
		   "a NUL character stands here");
	return false;
}

bool syntax_check(struct view text, const char *file, struct errors *e)
{
	struct walk w = { .errors = e,
			  .file = file,
			  .begin = text.p,
			  .end = text.p + text.n,
			  .spot = SPOT_NAME };

	if (!check_nul(text, file, e))
		return false;
	scanner_init(&w.scanner, text);
	syntax_next_token(&w);
	while (w.now.kind != TOKEN_END && w.faults < SYNTAX_ERRORS_MAX) {
		if (refuse_token(&w))
			continue;
		if (w.now.kind != TOKEN_END)
			turns[w.spot](&w);
	}
	if (w.faults == 0 || w.now.text.n == 0)
		syntax_ended(&w);
	return w.faults == 0;
}
