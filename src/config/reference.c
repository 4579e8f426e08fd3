/* reference.c - the table of keys as a page of Markdown. */
#include "config.h"

#include "value.h"

#include <stdio.h>
#include <stdlib.h>

static const char head[] = "# Configuration reference\n"
			   "\n"
			   "Every key there is, written by the program from the table that "
			   "reads them. How to begin:\n"
			   "[README.md](README.md) and [mailvane.conf](mailvane.conf).\n"
			   "\n"
			   "Durations are quoted strings with a unit (`\"500ms\"`, "
			   "`\"90s\"`, `\"5m\"`, `\"1h\"`, `\"21d\"`),\n"
			   "shares too (`\"25%\"`). A list of texts may be one text. "
			   "Relative paths start at the folder\n"
			   "of the file they stand in. An unknown key is an error.\n";

static const char *const introductions[SECTION_COUNT] = {
	[SECTION_FILE] = "## Top level\n",
	[SECTION_CERTIFICATE] = "## certificate = { ... };\n",
	[SECTION_ACCOUNT] = "## accounts = ( { ... }, { ... } );\n",
	[SECTION_SERVICE] = "## services = ( { ... }, { ... } );\n",
	[SECTION_SERVER] = "## servers = ( { ... }, { ... } );\n",
	[SECTION_PASSIVE] = "## passive = { ... };\n",
	[SECTION_NAGIOS] = "### nagios = { ... };\n",
	[SECTION_ICINGA2] = "### icinga2 = { ... };\n",
};

static void put_default(FILE *out, const struct key *key)
{
	if (key->preset == NULL && key->note == NULL)
		fprintf(out, key->flags & KEY_REQUIRED ? "required" : "none");
	if (key->preset != NULL)
		fprintf(out, "`%s`", key->preset);
	if (key->note != NULL)
		fprintf(out, "%s%s", key->preset != NULL ? ", " : "", key->note);
}

static void put_key(FILE *out, const struct key *key)
{
	char range[VALUE_RANGE_MAX];

	value_range_words(key, range);
	fprintf(out, "| `%s` | %s%s%s | ", key->name, value_kind_words(key),
		range[0] != '\0' ? ": " : "", range);
	put_default(out, key);
	fprintf(out, " | %s |\n", key->help);
}

static void put_section(FILE *out, enum section_id id)
{
	const struct section *s = &sections[id];

	fprintf(out,
		"\n%s\n| key | type and range | default | meaning |\n|---|---|---|---|\n",
		introductions[id]);
	for (size_t i = 0; i < s->count; i++)
		put_key(out, &s->keys[i]);
}

static void put_services(FILE *out)
{
	fprintf(out, "\n### Built-in services\n\n"
		     "| name | protocol | port | tls |\n|---|---|---|---|\n");
	for (size_t i = 0; i < builtin_service_count; i++) {
		const struct service *s = &builtin_services[i];

		fprintf(out, "| %s | %s | %u | %s |\n", s->name, protocol_name(s->protocol),
			s->port, tls_mode_name(s->tls));
	}
}

char *config_reference(void)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	fputs(head, out);
	for (enum section_id id = 0; id < SECTION_COUNT; id++) {
		put_section(out, id);
		if (id == SECTION_SERVICE)
			put_services(out);
	}
	if (ferror(out) | fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
