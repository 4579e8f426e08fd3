/* name_template.c - the table of what can be filled in. */
#include "name_template.h"

#include <string.h>

static const char *server_of(const struct target *t)
{
	return t->server;
}

static const char *name_template_service_of(const struct target *t)
{
	return t->service->name;
}

static const char *host_of(const struct target *t)
{
	return t->host;
}

static const struct {
	const char *word;
	const char *(*read)(const struct target *);
} table[] = { { "{server}", server_of },
	      { "{service}", name_template_service_of },
	      { "{host}", host_of } };

static size_t name_template_find(struct view text)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(table) &&
	       (text.n < strlen(table[i].word) ||
		memcmp(text.p, table[i].word, strlen(table[i].word)) != 0))
		i++;
	return i;
}

const char *name_template_fault(struct view text)
{
	for (; text.n > 0; text = view_skip(text, 1))
		if (*text.p == '{' && name_template_find(text) == ARRAY_SIZE(table))
			return "has a brace that begins none of {server}, {service}, "
			       "{host}";
	return NULL;
}

void name_template_fill(struct buffer *out, const char *name_template,
			const struct target *target)
{
	struct view rest = view_of(name_template);

	while (rest.n > 0) {
		size_t i = *rest.p == '{' ? name_template_find(rest) : ARRAY_SIZE(table);

		if (i < ARRAY_SIZE(table)) {
			buffer_text(out, table[i].read(target));
			rest = view_skip(rest, strlen(table[i].word));
		} else {
			buffer_put(out, (struct view){ rest.p, 1 });
			rest = view_skip(rest, 1);
		}
	}
}
