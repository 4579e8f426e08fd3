/* overrides.c - rows of `policy`, at the top level and of a server. */
#include "overrides.h"

#include "memory.h"
#include "reader.h"
#include "services.h"
#include "sources.h"
#include "value.h"

#include <stdlib.h>
#include <string.h>

static bool known_service(struct loader *l, const struct policy_draft *d)
{
	size_t number;

	return d->service == NULL ||
	       services_find(l, d->service, d->head.keys[POLICY_SERVICE], &number);
}

static bool good_row(struct loader *l, const struct override *row,
		     const struct policy_draft *d)
{
	const struct override_rows *rows = &l->rows;
	const char *fault = override_mistake(row);

	if (fault != NULL)
		errors_add(&l->errors, d->head.place, "see verdicts.md", "%s %s",
			   QUOTE_NAME(view_of(fault_name(row->fault))), fault);
	for (size_t i = 0; fault == NULL && i < rows->count; i++) {
		if (!override_same(&rows->list[i], row))
			continue;
		fault = "twice";
		errors_add(&l->errors, d->head.place, "delete one of both",
			   "the same fault, phase and service have a row already, at %s:%u",
			   rows->places[i].file, rows->places[i].line);
	}
	return fault == NULL;
}

static void keep_row(struct override_rows *rows, const struct override *row,
		     struct place place)
{
	size_t cap = rows->cap;

	rows->list = memory_room(rows->list, rows->count, &rows->cap, sizeof(*rows->list));
	if (rows->cap > cap)
		rows->places = memory_grow(rows->places, rows->cap, sizeof(*rows->places));
	rows->places[rows->count] = place;
	rows->list[rows->count++] = *row;
}

static void overrides_take(struct loader *l, const config_setting_t *group,
			   const char *file)
{
	const struct section *section = &sections[SECTION_POLICY];
	struct policy_draft draft;
	struct override row;
	bool good;

	value_presets(l, section, &draft, reader_place(group, file));
	good = reader_group(l, section, &draft, group, file, true);
	good = known_service(l, &draft) && good;
	row = (struct override){
		.fault = (enum fault)draft.fault,
		.phase = draft_has(&draft.head, POLICY_PHASE) ? (enum phase)draft.phase
							      : PHASE_COUNT,
		.service = draft.service,
		.state = (enum state)draft.state,
	};
	if (good && good_row(l, &row, &draft))
		keep_row(&l->rows, &row, draft.head.place);
}

/* What was taken, in the plan. */
static struct overrides overrides_finish(struct loader *l)
{
	struct override_rows *rows = &l->rows;
	struct overrides kept = { .count = rows->count };
	struct override *list = NULL;

	if (rows->count > 0) {
		list = arena_alloc(&l->plan->arena, rows->count * sizeof(*list));
		memcpy(list, rows->list, rows->count * sizeof(*list));
	}
	kept.list = list;
	free(rows->list);
	free(rows->places);
	*rows = (struct override_rows){ 0 };
	return kept;
}

void overrides_read(struct loader *l)
{
	sources_each_group(l, FILE_POLICY, overrides_take);
	l->plan->settings.policy.overrides = overrides_finish(l);
}

const struct overrides *overrides_of_server(struct loader *l, const config_setting_t *group,
					    const char *file)
{
	const char *name = sections[SECTION_SERVER].keys[SERVER_POLICY].name;
	const config_setting_t *list = config_setting_get_member(group, name);
	struct overrides *kept;

	if (list == NULL || !config_setting_is_list(list))
		return NULL;
	for (int i = 0; i < config_setting_length(list); i++) {
		const config_setting_t *row = config_setting_get_elem(list, (unsigned)i);

		if (config_setting_is_group(row))
			overrides_take(l, row, file);
	}
	kept = arena_alloc(&l->plan->arena, sizeof(*kept));
	*kept = overrides_finish(l);
	return kept->count > 0 ? kept : NULL;
}
