/* fact_json.c - the facts of one place as members of a JSON object. */
#include "fact.h"
#include "json_writer.h"

static void fact_json_phases(struct json *j, const char *key, const struct span *phases,
			     bool all)
{
	json_object(j, key);
	for (unsigned i = 0; i < PHASE_COUNT; i++)
		if (all || phases[i].ns >= 0)
			json_seconds(j, phase_name((enum phase)i), phases[i]);
	json_end(j);
}

static void fact_json_texts(struct json *j, const char *key, const struct fact_value *v)
{
	json_array(j, key);
	for (size_t i = 0; i < v->texts.count; i++)
		json_text(j, NULL, v->texts.list[i]);
	json_end(j);
}

static void fact_json_value(struct json *j, const struct fact *f,
			    const struct fact_value *v, enum fact_place place)
{
	const char *key = fact_name(f);

	switch (f->type) {
	case FACT_TEXT:
	case FACT_WORD:
	case FACT_LINES:
		json_text(j, key, v->text);
		return;
	case FACT_NUMBER:
		json_number(j, key, v->number);
		return;
	case FACT_SECONDS:
		json_seconds(j, key, v->span);
		return;
	case FACT_TIME:
		(place == FACT_PLUGIN ? json_date : json_time)(j, key, v->time);
		return;
	case FACT_FLAG:
		json_bool(j, key, v->flag);
		return;
	case FACT_FAULTS:
		json_faults(j, key, v->faults.set, v->faults.first);
		return;
	case FACT_TEXTS:
		fact_json_texts(j, key, v);
		return;
	case FACT_PHASES:
		fact_json_phases(j, key, v->phases, place == FACT_PLUGIN);
		return;
	case FACT_GROUP:
		json_object(j, key);
		return;
	}
}

void facts_json(struct json *j, const struct fact_subject *s, enum fact_place place)
{
	const struct fact *group = NULL; /* that is open, or not known */
	bool group_known = false;

	for (const struct fact *f = facts; f < facts + fact_count; f++) {
		struct fact_value value;
		bool known;

		if (!(f->places & (unsigned)place))
			continue;
		if (group != NULL && !fact_is_in(f, group)) {
			if (group_known)
				json_end(j);
			group = NULL;
		}
		if (group != NULL && !group_known)
			continue;
		known = f->get(s, &value);
		if (known)
			fact_json_value(j, f, &value, place);
		else
			json_text(j, fact_name(f), place == FACT_STATUS ? f->absent : NULL);
		if (f->type == FACT_GROUP) {
			group = f;
			group_known = known;
		}
	}
	if (group != NULL && group_known)
		json_end(j);
}
