/* exposition.c - a place in the answer is (row of the metrics table, target).
 *
 * Each piece is what one row says about some targets. A result is copied out of its slot and
 * rendered afterwards, so no lock is held and probes go on meanwhile.
 */
#include "exposition.h"

#include "metrics.h"

#include <stdlib.h>

/* Targets in a piece. */
enum { TARGETS_AT_ONCE = 64 };

struct exposition {
	struct answer answer;
	struct plan *plan;
	struct health health;
	struct encoder encoder;
	size_t metric, target;
	struct record records[SLOT_RECORDS_MAX]; /* of the target being rendered */
};

static void one_record(struct exposition *x, const struct metric *metric,
		       const struct target *target, const struct record *record)
{
	bool each = target->addresses == ADDRESS_EACH;

	x->encoder.address = each && record ? &record->last.address : NULL;
	metric->read(&x->encoder, &(struct subject){ .target = target, .record = record });
}

static void one_target(struct exposition *x, const struct metric *metric,
		       const struct target *target)
{
	size_t count;

	x->encoder.target = target;
	if (metric->scope == SCOPE_TARGET) {
		one_record(x, metric, target, NULL);
		return;
	}
	count = slot_copy(target->slot, x->records, ARRAY_SIZE(x->records));
	for (size_t i = 0; i < count; i++) {
		one_record(x, metric, target, &x->records[i]);
		slot_record_fini(&x->records[i]);
	}
	/* Which addresses there are is known with the first result. */
	if (count == 0 && metric->scope == SCOPE_TALLY && target->addresses != ADDRESS_EACH)
		one_record(x, metric, target, NULL);
}

/* False: the row is complete. */
static bool some_targets(struct exposition *x, const struct metric *metric)
{
	for (unsigned i = 0; i < TARGETS_AT_ONCE; i++) {
		if (x->target == x->plan->target_count)
			return false;
		one_target(x, metric, &x->plan->targets[x->target++]);
	}
	return true;
}

static bool more(struct answer *answer, struct draft *out)
{
	struct exposition *x = (struct exposition *)answer;
	const struct metric *metric = &metrics[x->metric];

	if (x->metric == metric_count)
		return false;
	x->encoder.out = out;
	if (x->target == 0)
		encoder_family(&x->encoder, &metric->family);
	if (metric->scope == SCOPE_EXPORTER) {
		x->encoder.target = NULL;
		metric->read(&x->encoder, &(struct subject){ .health = &x->health });
	} else if (some_targets(x, metric)) {
		return true;
	}
	x->metric++;
	x->target = 0;
	return true;
}

static void dispose(struct answer *answer)
{
	struct exposition *x = (struct exposition *)answer;

	plan_release(x->plan);
	free(x);
}

struct answer *exposition_new(struct plan *plan, const struct health *health)
{
	struct exposition *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->answer = (struct answer){ more, dispose };
	x->plan = plan_hold(plan);
	x->health = *health;
	return &x->answer;
}
