/* test_fact.c - the table of facts, the schemas of both JSON documents and the table of metrics
 * agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exporter_plan.h"
#include "exposition.h"
#include "fact.h"
#include "metrics.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *schema_of(const char *file)
{
	json_error_t error;
	json_t *root = json_load_file(file, 0, &error);

	if (!root)
		fail_msg("%s:%d: %s", file, error.line, error.text);
	return root;
}

static bool is_required(const json_t *object, const char *name)
{
	const json_t *required = json_object_get(object, "required");
	const json_t *word;
	size_t i;

	json_array_foreach(required, i, word) if (strcmp(json_string_value(word), name) ==
						  0) return true;
	return false;
}

/* The schema of what holds the fact: its group, or the result itself. */
static const json_t *holder_of(const json_t *result, const struct fact *f)
{
	const char *point = strchr(f->key, '.');

	if (!point)
		return result;
	return json_object_getn(json_object_get(result, "properties"), f->key,
				(size_t)(point - f->key));
}

static void row_is_in(const json_t *result, const struct fact *f)
{
	const json_t *holder = holder_of(result, f);
	const json_t *row =
	    json_object_get(json_object_get(holder, "properties"), fact_name(f));
	const char *description = json_string_value(json_object_get(row, "description"));

	if (!row)
		fail_msg("the schema does not have %s", f->key);
	if (!is_required(holder, fact_name(f)))
		fail_msg("the schema does not require %s", f->key);
	if (json_is_true(json_object_get(row, "deprecated")) !=
	    ((f->places & FACT_DEPRECATED) != 0))
		fail_msg("%s is deprecated in one of table and schema", f->key);
	if (strcmp(description ? description : "", f->help ? f->help : "") != 0)
		fail_msg("%s: the schema says '%s', the table '%s'", f->key,
			 description ? description : "", f->help ? f->help : "");
}

/* Properties, those of objects that have some, too. */
static size_t properties_of(const json_t *schema)
{
	json_t *properties = json_object_get(schema, "properties"), *one;
	size_t n = json_object_size(properties);
	const char *key;

	json_object_foreach(properties, key, one) n += properties_of(one);
	return n;
}

/* `more` properties are not facts of a result. */
static void schema_fits(const json_t *result, enum fact_place place, size_t more)
{
	size_t rows = 0;

	assert_non_null(result);
	for (size_t i = 0; i < fact_count; i++)
		if (facts[i].places & (unsigned)place) {
			row_is_in(result, &facts[i]);
			rows++;
		}
	assert_int_equal(properties_of(result), rows + more);
}

static void schema_of_check_mail(void **state)
{
	json_t *root = schema_of(CONF "/check_mail.schema.json");
	const json_t *services =
	    json_object_get(json_object_get(root, "properties"), "services");

	(void)state;
	/* Beside the facts there are service and port, which are of the target. */
	schema_fits(json_object_get(services, "items"), FACT_PLUGIN, 2);
	json_decref(root);
}

static void schema_of_status(void **state)
{
	json_t *root = schema_of(CONF "/status.schema.json");

	(void)state;
	schema_fits(json_object_get(json_object_get(root, "definitions"), "result"),
		    FACT_STATUS, 0);
	json_decref(root);
}

static const struct metric *metric_of(const char *name)
{
	for (size_t i = 0; i < metric_count; i++)
		if (strcmp(metrics[i].family.name, name) == 0)
			return &metrics[i];
	return NULL;
}

static void metrics_are_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < fact_count; i++) {
		const struct fact *f = &facts[i];
		const struct metric *m = f->metric ? metric_of(f->metric) : NULL;
		bool timed = f->type == FACT_SECONDS || f->type == FACT_TIME ||
			     f->type == FACT_PHASES;

		if (f->metric && !m)
			fail_msg("%s: there is no metric %s", f->key, f->metric);
		if (m && timed != (strcmp(m->family.unit, "seconds") == 0))
			fail_msg("%s: the unit of %s is '%s'", f->key, f->metric,
				 m->family.unit);
		if (m && m->scope != SCOPE_RECORD && m->scope != SCOPE_TALLY)
			fail_msg("%s: %s is not of a result", f->key, f->metric);
	}
}

static char *rendered(struct plan *plan)
{
	struct text_stream *answer =
	    exposition_new(plan, &exporter_plan_health, TEXT_PROMETHEUS);
	struct strbuf d;

	strbuf_init(&d);
	while (answer->more(answer, &d))
		;
	answer->free(answer);
	strbuf_put(&d, (struct view){ "", 1 });
	assert_false(d.failed);
	return d.p;
}

/* Of a metric without labels of its own. 0 is also what is said where nothing is known. */
static double sample_of(const char *text, const char *metric, const char *labels)
{
	char line[300];
	const char *at;

	snprintf(line, sizeof(line), "\n%s{%s} ", metric, labels);
	at = strstr(text, line);
	return at ? strtod(at + strlen(line), NULL) : 0;
}

/* False: it is no number. */
static bool number_of_fact(const struct fact *f, const struct fact_subject *s,
			   double *ret_number)
{
	struct fact_value v;
	bool known = f->get(s, &v);

	switch (f->type) {
	case FACT_NUMBER:
		*ret_number = known ? (double)v.number : 0;
		return true;
	case FACT_SECONDS:
		*ret_number = known ? span_seconds(v.span) : 0;
		return true;
	case FACT_TIME:
		*ret_number = known ? (double)v.time.ms / 1000 : 0;
		return true;
	case FACT_FLAG:
		*ret_number = known && v.flag;
		return true;
	default:
		return false;
	}
}

static size_t agree(const char *text, const struct target *t, const struct record *record,
		    const char *labels)
{
	const struct fact_subject subject = {
		.result = &record->last, .record = record, .target = t, .reason = ""
	};
	size_t compared = 0;

	for (const struct fact *f = facts; f < facts + fact_count; f++) {
		double number, sample;

		if (!f->metric || !number_of_fact(f, &subject, &number))
			continue;
		sample = sample_of(text, f->metric, labels);
		if (fabs(sample - number) > 0.0005)
			fail_msg("%s is %f, but %s{%s} is %f", f->key, number, f->metric,
				 labels, sample);
		compared += number > 0;
	}
	return compared;
}

static void metrics_say_the_same(void **state)
{
	static const char *const of_addresses[] = {
		"server=\"mx&co\",service=\"smtp\",address=\"192.0.2.1\"",
		"server=\"mx&co\",service=\"smtp\",address=\"2001:db8::1\""
	};
	struct plan *plan = exporter_plan_new();
	struct record records[SLOT_RECORDS_MAX];
	char *text = rendered(plan);

	(void)state;
	assert_int_equal(slot_copy(plan->targets[0].slot, records, SLOT_RECORDS_MAX), 1);
	assert_true(agree(text, &plan->targets[0], &records[0],
			  "server=\"a<b\",service=\"imaps\",site=\"fra1\"") >= 9);
	slot_record_fini(&records[0]);
	assert_int_equal(slot_copy(plan->targets[2].slot, records, SLOT_RECORDS_MAX), 2);
	for (size_t i = 0; i < 2; i++) {
		assert_true(agree(text, &plan->targets[2], &records[i], of_addresses[i]) >=
			    4);
		slot_record_fini(&records[i]);
	}
	free(text);
	plan_release(plan);
}

/* Members behind their group, keys once, words where a place wants them. */
static void rows_are_whole(void **state)
{
	const struct fact *group = NULL;

	(void)state;
	for (const struct fact *f = facts; f < facts + fact_count; f++) {
		if (strchr(f->key, '.') && (!group || !fact_is_in(f, group)))
			fail_msg("%s does not stand behind its group", f->key);
		if (f->type == FACT_GROUP)
			group = f;
		if ((f->places & FACT_VERBOSE) && !f->line)
			fail_msg("%s has no words for -v", f->key);
		for (const struct fact *other = facts; other < f; other++)
			if (strcmp(other->key, f->key) == 0)
				fail_msg("%s is there twice", f->key);
	}
}

/* Whoever reads a row of a result that knows nothing, without a history. */
static void nothing_is_known_of_an_empty_result(void **state)
{
	const struct target target = { .tls_name = "mail.example.com" };
	struct result result;
	const struct fact_subject subject = { .result = &result,
					      .target = &target,
					      .reason = "works" };

	(void)state;
	result_init(&result, (struct moment){ 0 });
	for (const struct fact *f = facts; f < facts + fact_count; f++) {
		struct fact_value value = { .text = NULL };
		bool known = f->get(&subject, &value);

		if (known && strncmp(f->key, "certificate", 11) == 0 &&
		    strcmp(f->key, "certificate.verified") != 0 &&
		    strcmp(f->key, "certificate.asked_for") != 0)
			fail_msg("%s is known without a certificate", f->key);
	}
	result_fini(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schema_of_check_mail),
		cmocka_unit_test(schema_of_status),
		cmocka_unit_test(metrics_are_there),
		cmocka_unit_test(metrics_say_the_same),
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(nothing_is_known_of_an_empty_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
