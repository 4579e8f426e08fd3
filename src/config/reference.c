/* reference.c - the table of keys as a page of Markdown. */
#include "config.h"

#include "listing.h"
#include "value.h"

#include <stdio.h>

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
	[SECTION_POLICY] = "## policy = ( { ... }, { ... } );\n",
	[SECTION_PROBE] = "## probe = { ... };\n",
	[SECTION_PASSIVE] = "## passive = { ... };\n",
	[SECTION_NAGIOS] = "### nagios = { ... };\n",
	[SECTION_ICINGA2] = "### icinga2 = { ... };\n",
};

static void put_default(struct listing *p, const struct key *key)
{
	if (key->preset == NULL && key->note == NULL)
		listing_put(p, key->flags & KEY_REQUIRED ? "required" : "none");
	if (key->preset != NULL)
		LISTING_PUT(p, "`", key->preset, "`");
	if (key->note != NULL)
		LISTING_PUT(p, key->preset != NULL ? ", " : "", key->note);
}

static void reference_put_key(struct listing *p, const struct key *key)
{
	char range[VALUE_RANGE_MAX];

	value_range_words(key, range);
	LISTING_PUT(p, "| `", key->name, "` | ", value_kind_words(key),
		    range[0] != '\0' ? ": " : "", range, " | ");
	put_default(p, key);
	LISTING_PUT(p, " | ", key->help, " |\n");
}

static void put_section(struct listing *p, enum section_id id)
{
	const struct section *s = &sections[id];

	LISTING_PUT(p, "\n", introductions[id],
		    "\n| key | type and range | default | meaning |\n|---|---|---|---|\n");
	for (size_t i = 0; i < s->count; i++)
		reference_put_key(p, &s->keys[i]);
}

static void reference_put_services(struct listing *p)
{
	char port[8];

	listing_put(p, "\n### Built-in services\n\n| name | protocol | port | tls "
		       "|\n|---|---|---|---|\n");
	for (size_t i = 0; i < builtin_service_count; i++) {
		const struct service *s = &builtin_services[i];

		snprintf(port, sizeof(port), "%u", s->port);
		LISTING_PUT(p, "| ", s->name, " | ", protocol_name(s->protocol), " | ",
			    port, " | ", tls_mode_name(s->tls), " |\n");
	}
}

char *config_reference(void)
{
	struct listing page = { 0 };

	listing_put(&page, head);
	for (enum section_id id = 0; id < SECTION_COUNT; id++) {
		put_section(&page, id);
		if (id == SECTION_SERVICE)
			reference_put_services(&page);
	}
	return listing_take(&page);
}
