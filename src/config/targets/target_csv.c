/* target_csv.c - targets as a table.
 *
 * The columns are name,host,services,account,labels; a first line that has the word `host`
 * names others: any key of a server. Empty cells are as if the key were not given.
 */
#include "csv.h"
#include "reader.h"
#include "target_files.h"
#include "value.h"

struct table {
	struct loader *loader;
	const char *file;
	const struct key *columns[CSV_CELLS_MAX]; /* NULL: unknown, told */
	size_t count;
};

static const struct section *section = &sections[SECTION_SERVER];

static void default_columns(struct table *t)
{
	static const unsigned keys[] = { SERVER_NAME, SERVER_HOST, SERVER_SERVICES,
					 SERVER_ACCOUNT, SERVER_LABELS };

	for (t->count = 0; t->count < ARRAY_SIZE(keys); t->count++)
		t->columns[t->count] = &section->keys[keys[t->count]];
}

static bool is_header(const struct row *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (view_equal(view_trim(r->cells[i]), "host"))
			return true;
	return false;
}

static bool is_twice(const struct table *t, const struct key *key)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->columns[i] == key)
			return true;
	return false;
}

static void target_csv_read_header(struct table *t, const struct row *r)
{
	struct place place = { t->file, r->line };

	for (size_t i = 0; i < r->count; i++) {
		struct view name = view_trim(r->cells[i]);
		const struct key *key = schema_find(section, name);

		if (key == NULL)
			schema_unknown(section, name, place, &t->loader->errors);
		else if (is_twice(t, key))
			errors_add(&t->loader->errors, place, "",
				   "the column %s stands twice", QUOTE(name));
		t->columns[t->count++] = key;
	}
}

static bool read_cells(struct table *t, const struct row *r, struct server_draft *draft)
{
	struct place place = { t->file, r->line };
	bool good = true;

	for (size_t i = 0; i < r->count && i < t->count; i++) {
		const struct key *key = t->columns[i];
		struct view cell = view_trim(r->cells[i]);

		if (key == NULL || cell.n == 0)
			continue;
		draft->head.keys[key - section->keys] = place;
		good = value_text(t->loader, key, draft, cell, place) && good;
	}
	return good;
}

static void read_row(struct table *t, const struct row *r)
{
	struct place place = { t->file, r->line };
	struct server_draft draft;
	struct server server;
	const char *name;
	bool good;

	value_presets(t->loader, section, &draft, place);
	if (r->count > t->count) {
		errors_add(&t->loader->errors, place, "quote cells that contain a comma",
			   "%zu cells where there are %zu columns", r->count, t->count);
		return;
	}
	good = read_cells(t, r, &draft);
	good = reader_complete(t->loader, section, &draft.head) && good;
	server_resolve(t->loader, &draft, &server);
	name = draft.name != NULL ? draft.name : draft.host;
	if (good && server.good)
		server_add(t->loader, &server, name, draft.host, 0, place);
}

void target_csv_read(struct loader *l, const char *file, char *text, size_t n)
{
	struct table t = { .loader = l, .file = file };
	struct row r;
	struct csv csv;

	csv_init(&csv, text, n);
	while (!l->targets.full && csv_next(&csv, &r)) {
		if (r.fault != NULL)
			errors_add(&l->errors, (struct place){ file, r.line },
				   "as RFC 4180 has it: \"a \"\"quoted\"\" cell\"",
				   "the row %s", r.fault);
		else if (t.count == 0 && is_header(&r))
			target_csv_read_header(&t, &r);
		else {
			if (t.count == 0)
				default_columns(&t);
			read_row(&t, &r);
		}
	}
}
