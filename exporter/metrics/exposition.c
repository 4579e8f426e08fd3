/* exposition.c - the answer of /metrics; its position is a row of the metrics table and a
 * target.
 *
 * Each piece has the samples of one row for some targets. Results are copied out of their
 * slots before they are written, so no lock is held and probes go on.
 */
#include "exposition.h"

#include "name_metrics.h"

#include <stdlib.h>

/* Targets read at once, and records of them; one target may have several records. */
enum { TARGETS_AT_ONCE = 64, RECORDS_AT_ONCE = TARGETS_AT_ONCE + SLOT_RECORDS_MAX };

struct exposition {
	struct text_stream answer;
	struct plan *plan;
	struct health health;
	struct encoder encoder;
	size_t metric, target; /* position: next row, next target */
	/* SCOPE_SERVER: the server whose targets are being read */
	struct server_health server;
	struct name_results_subject
	    /* SCOPE_NAME_RESULTS; `target` is then an index of targets with names */
	    name_results;

	/* the targets that were read */
	size_t count;
	uint8_t record_counts[TARGETS_AT_ONCE];
	struct record_figures records[RECORDS_AT_ONCE];
};

static void one_record(struct exposition *x, const struct metric *metric,
		       const struct target *target, const struct record_figures *record)
{
	bool each = target->addresses == ADDRESS_EACH;

	encoder_subject(&x->encoder, target, each && record ? &record->address : NULL);
	/* addresses come and go, and their counters with them */
	if (metric->scope == SCOPE_TALLY)
		x->encoder.created =
		    each ? (struct moment){ 0 } : slot_created(target->slot);
	metric->read(
	    &x->encoder,
	    &(struct subject){ .health = &x->health, .target = target, .record = record });
}

static void copy_records(struct exposition *x, const struct metric *metric,
			 const struct target *targets)
{
	struct slot *slots[TARGETS_AT_ONCE];
	unsigned parts = metric->parts;

	for (size_t i = 0; i < x->count; i++)
		__builtin_prefetch(&targets[i].slot);
	for (size_t i = 0; i < x->count; i++) {
		slots[i] = targets[i].slot;
		__builtin_prefetch(slots[i]);
		__builtin_prefetch(targets[i].server);
		if (targets[i].addresses == ADDRESS_EACH)
			parts |= FIGURES_ADDRESS;
	}
	x->count = slot_copy_figures(slots, x->count, parts, x->records, RECORDS_AT_ONCE,
				     x->record_counts);
}

static void each_record(struct exposition *x, const struct metric *metric,
			const struct target *targets)
{
	struct record_figures *record = x->records;

	for (size_t i = 0; i < x->count; i++) {
		/* the addresses are not known before the first result */
		if (x->record_counts[i] == 0 && metric->scope == SCOPE_TALLY &&
		    targets[i].addresses != ADDRESS_EACH)
			one_record(x, metric, &targets[i], NULL);
		for (unsigned k = 0; k < x->record_counts[i]; k++, record++) {
			one_record(x, metric, &targets[i], record);
			if (metric->parts & FIGURES_CERTIFICATE)
				certificate_release(record->certificate);
			if ((metric->parts & FIGURES_CERTIFICATE) &&
			    (metric->parts & FIGURES_MORE))
				certificate_release(record->decider);
		}
	}
}

static void end_server(struct exposition *x, const struct metric *metric)
{
	if (x->server.first == NULL)
		return;
	encoder_server(&x->encoder, x->server.first);
	metric->read(&x->encoder,
		     &(struct subject){ .health = &x->health, .server = &x->server });
	x->server = (struct server_health){ 0 };
}

/* Targets are sorted by server. */
static void each_server(struct exposition *x, const struct metric *metric,
			const struct target *targets)
{
	const struct record_figures *record = x->records;

	for (size_t i = 0; i < x->count; i++) {
		if (server_health_ends(&x->server, &targets[i])) {
			end_server(x, metric);
			server_health_begin(&x->server, &targets[i]);
		}
		server_health_add(&x->server, record, x->record_counts[i]);
		record += x->record_counts[i];
	}
	if (x->target + x->count == x->plan->target_count)
		end_server(x, metric);
}

/* Returns false when the row is complete. */
static bool some_targets(struct exposition *x, const struct metric *metric)
{
	const struct target *targets = &x->plan->targets[x->target];

	x->count = x->plan->target_count - x->target;
	if (x->count > TARGETS_AT_ONCE)
		x->count = TARGETS_AT_ONCE;
	if (metric->scope == SCOPE_TARGET) {
		for (size_t i = 0; i < x->count; i++)
			one_record(x, metric, &targets[i], NULL);
	} else {
		copy_records(x, metric, targets);
		if (metric->scope == SCOPE_SERVER)
			each_server(x, metric, targets);
		else
			each_record(x, metric, targets);
	}
	x->target += x->count;
	return x->target < x->plan->target_count;
}

/* Returns false when the row is complete. */
static bool one_name_results(struct exposition *x, const struct metric *metric)
{
	const struct plan *plan = x->plan;

	if (x->target < plan->name_check_count) {
		name_results_subject_next(&x->name_results,
					  &plan->name_checks[x->target++]);
		encoder_subject(&x->encoder, x->name_results.name_check->target, NULL);
		x->encoder.created = (struct moment){ 0 };
		metric->read(&x->encoder,
			     &(struct subject){ .health = &x->health,
						.name_results = &x->name_results });
	}
	if (x->target < plan->name_check_count)
		return true;
	name_results_subject_fini(&x->name_results);
	return false;
}

static void of_exporter(struct exposition *x, const struct metric *metric)
{
	encoder_subject(&x->encoder, NULL, NULL);
	x->encoder.created = x->health.started;
	metric->read(&x->encoder, &(struct subject){ .health = &x->health });
}

static bool exposition_more(struct text_stream *answer, struct strbuf *out)
{
	struct exposition *x = (struct exposition *)answer;
	const struct metric *metric = &metrics[x->metric];

	x->encoder.out = out;
	if (x->metric == metric_count) {
		encoder_end(&x->encoder);
		return false;
	}
	if (x->target == 0)
		encoder_family(&x->encoder, &metric->family);
	if (metric->scope == SCOPE_EXPORTER)
		of_exporter(x, metric);
	else if (metric->scope == SCOPE_NAME_RESULTS ? one_name_results(x, metric)
						     : some_targets(x, metric))
		return true;
	x->metric++;
	x->target = 0;
	return true;
}

static void exposition_dispose(struct text_stream *answer)
{
	struct exposition *x = (struct exposition *)answer;

	encoder_fini(&x->encoder);
	name_results_subject_fini(&x->name_results);
	plan_release(x->plan);
	free(x);
}

struct text_stream *exposition_new(struct plan *plan, const struct health *health,
				   enum text_format format)
{
	struct exposition *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->answer = (struct text_stream){ exposition_more, exposition_dispose };
	x->plan = plan_hold(plan);
	x->health = *health;
	x->encoder.format = format;
	return &x->answer;
}
