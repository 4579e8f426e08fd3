/* subject.c - splits a certificate's name at separators and writes it in another order. */
#include "subject.h"

#include <strings.h>

enum { ATTRIBUTES_MAX = 64 };

struct attribute {
	struct view text; /* "CN=mail.example.com" */
	bool known;
};

/* The attributes in the order of Go; `once`: only the last one of the certificate is
 * written. */
static const struct {
	const char *type, *shown;
	bool once;
} kinds[] = {
	{ "serialNumber", "SERIALNUMBER", true },
	{ "CN", "CN", true },
	{ "postalCode", "POSTALCODE", false },
	{ "street", "STREET", false },
	{ "ST", "ST", false },
	{ "L", "L", false },
	{ "OU", "OU", false },
	{ "O", "O", false },
	{ "C", "C", false },
};

static bool subject_is_of(struct view attribute, const char *type)
{
	size_t n = strlen(type);

	return attribute.n > n && attribute.p[n] == '=' &&
	       strncasecmp(attribute.p, type, n) == 0;
}

/* Returns the text up to the next ',' or '+' that is not escaped. */
static struct view next_attribute(const char *at)
{
	size_t n = 0;

	while (at[n] && at[n] != ',' && at[n] != '+')
		n += at[n] == '\\' && at[n + 1] ? 2 : 1;
	return (struct view){ at, n };
}

static size_t subject_cut(const char *name, struct attribute list[ATTRIBUTES_MAX])
{
	size_t count = 0;

	while (*name && count < ATTRIBUTES_MAX) {
		struct view text = next_attribute(name);

		list[count++].text = text;
		name += text.n;
		name += *name != '\0';
	}
	return count;
}

static void put_kind(struct strbuf *out, size_t kind, struct attribute *list, size_t count,
		     bool *first)
{
	bool began = false;

	/* backwards, which is the order of the certificate */
	for (size_t i = count; i-- > 0;) {
		struct view text = list[i].text;

		if (list[i].known || !subject_is_of(text, kinds[kind].type))
			continue;
		list[i].known = true;
		for (size_t k = 0; kinds[kind].once && k < i; k++)
			if (subject_is_of(list[k].text, kinds[kind].type)) {
				list[i].known = true;
				text.n = 0;
			}
		if (text.n == 0)
			continue;
		strbuf_text(out, began ? "+" : *first ? "" : ",");
		strbuf_text(out, kinds[kind].shown);
		strbuf_put(out, view_skip(text, strlen(kinds[kind].type)));
		began = true;
		*first = false;
	}
}

void subject_put(struct strbuf *out, const char *name)
{
	struct attribute list[ATTRIBUTES_MAX] = { 0 };
	size_t count = subject_cut(name, list);
	bool first = true;

	for (size_t kind = 0; kind < ARRAY_SIZE(kinds); kind++)
		put_kind(out, kind, list, count, &first);
	for (size_t i = 0; i < count; i++) {
		if (list[i].known)
			continue;
		strbuf_text(out, first ? "" : ",");
		strbuf_put(out, list[i].text);
		first = false;
	}
}
