/* verdicts.c - copies results from slots and writes them as a report. */
#include "verdicts.h"

#include "address_verdict.h"
#include "hosted_verdict.h"
#include "printable.h"
#include "suggest.h"

#include <stdlib.h>
#include <string.h>

/* Suggestions for a mistyped name are made from so many names at most, because the web
 * thread has no time for more. */
enum { SUGGEST_FROM_MAX = 2000 };

void verdicts_init(struct verdicts *v)
{
	*v = (struct verdicts){ 0 };
}

void verdicts_fini(struct verdicts *v)
{
	for (size_t i = 0; i < v->count; i++)
		result_fini(&v->findings[i].result);
	free(v->findings);
}

static bool verdicts_make_room(struct verdicts *v, size_t more)
{
	size_t room = v->room > 0 ? v->room : 8;
	struct finding *findings;

	while (room < v->count + more)
		room *= 2;
	if (room == v->room)
		return true;
	findings = reallocarray(v->findings, room, sizeof(*findings));
	if (!findings)
		return false;
	v->findings = findings;
	v->room = room;
	return true;
}

static void say_announced(struct finding *f, enum state announced)
{
	char sentence[VERDICT_SENTENCE_MAX];
	struct buffer b;

	verdict_sentence(&f->result, sentence);
	buffer_init(&b, f->remark, sizeof(f->remark));
	buffer_format(&b, "%s, not confirmed yet: %.140s", state_name(f->result.state),
		      sentence);
	buffer_string(&b);
	f->result.state = announced;
}

static void add_finding(struct verdicts *v, const struct target *target,
			const struct record *record, bool announced)
{
	struct finding *f = &v->findings[v->count];

	if (announced && record->confirmation.announced == STATE_COUNT)
		return;
	v->count++;
	f->target = target;
	f->remark[0] = '\0';
	result_copy(&f->result, &record->last);
	if (announced && confirmation_is_awaited(&record->confirmation))
		say_announced(f, (enum state)record->confirmation.announced);
}

static bool verdicts_own_add(struct verdicts *v, const struct target *target,
			     bool announced)
{
	struct record records[SLOT_RECORDS_MAX];
	size_t n = slot_copy(target->slot, records, SLOT_RECORDS_MAX);
	bool fits = verdicts_make_room(v, n);

	for (size_t i = 0; i < n; i++) {
		if (fits)
			add_finding(v, target, &records[i], announced);
		slot_record_fini(&records[i]);
	}
	return fits;
}

bool verdicts_add(struct verdicts *v, const struct target *target)
{
	return verdicts_own_add(v, target, false);
}

bool verdicts_add_announced(struct verdicts *v, const struct target *target)
{
	return verdicts_own_add(v, target, true);
}

static bool verdicts_refuse(struct strbuf *out, const char *what, const struct shard *shard,
			    const char *typed, const char *const *words, size_t count)
{
	char shown[100];
	const char *near = suggest_word(view_of(typed), words, count);

	printable_copy(shown, sizeof(shown), view_of(typed));
	strbuf_format(out, "there is no %s '%s' in the configuration", what, shown);
	if (shard && shard->total > 1)
		strbuf_format(out, ", or it is not of shard %u of %u", shard->ordinal,
			      shard->total);
	if (near)
		strbuf_format(out, ": did you mean '%s'?", near);
	strbuf_text(out, "\n");
	return false;
}

static bool no_server(struct strbuf *out, const struct plan *plan, const char *typed)
{
	const char *words[SUGGEST_FROM_MAX];
	size_t n = 0;

	for (size_t i = 0; i < plan->target_count && n < SUGGEST_FROM_MAX; i++)
		if (n == 0 || strcmp(words[n - 1], plan->targets[i].server) != 0)
			words[n++] = plan->targets[i].server;
	return verdicts_refuse(out, "server", &plan->shard, typed, words, n);
}

static bool no_service(struct strbuf *out, const struct target *targets, size_t count,
		       const char *typed)
{
	const char *words[SUGGEST_FROM_MAX];
	size_t n = 0;

	for (; n < count && n < SUGGEST_FROM_MAX; n++)
		words[n] = targets[n].service->name;
	return verdicts_refuse(out, "service of this server", NULL, typed, words, n);
}

/* Writes a result line for each finding, then the report. */
static void verdicts_put_answer(struct strbuf *out, struct verdicts *v,
				const struct strbuf *pending, struct moment now)
{
	char report[REPORT_MAX];
	enum state state = STATE_UNKNOWN;
	struct buffer b;

	buffer_init(&b, report, sizeof(report));
	if (v->count > 0) {
		address_verdict_decide(v->findings, v->count);
		state = report_write(&b, v->findings, v->count, NULL);
	}
	strbuf_format(out, "mailvane verdict 1\nstate %u\n", (unsigned)state);
	strbuf_put(out, strbuf_view(pending));
	out->failed = out->failed || pending->failed;
	for (size_t i = 0; i < v->count; i++) {
		/* If the clock was set back, the age is 0 and not negative. */
		int64_t age = moment_between(v->findings[i].result.at, now).ns / 1000000;

		strbuf_format(out, "result %lld %lld %s\n", (long long)(age > 0 ? age : 0),
			      (long long)span_ms(v->findings[i].target->interval),
			      v->findings[i].target->service->name);
	}
	strbuf_text(out, "\n");
	strbuf_put(out, buffer_view(&b));
}

/* Adds the finding on customers' names, unless another service was requested or a
 * service has its name. False: nothing was added. */
static bool verdicts_add_names(struct verdicts *v, struct hosted_verdict *names,
			       const struct plan *plan, const char *server,
			       const char *service, struct strbuf *pending)
{
	if ((service && strcmp(service, HOSTED_SERVICE) != 0) ||
	    !hosted_verdict(plan, server, names))
		return false;
	if (names->pending)
		strbuf_text(pending, "pending " HOSTED_SERVICE "\n");
	else if (verdicts_make_room(v, 1))
		v->findings[v->count++] = names->finding;
	else
		pending->failed = true;
	return true;
}

/* Returns true if no service of the server can be reached; then its names are not
 * reported as well. */
static bool is_away(const struct verdicts *v)
{
	for (size_t i = 0; i < v->count; i++)
		if (!state_is_bad(v->findings[i].result.state) ||
		    v->findings[i].result.phase > PHASE_CONNECT)
			return false;
	return v->count > 0;
}

bool verdicts_answer(struct strbuf *out, const struct plan *plan, const char *server,
		     const char *service, struct moment now)
{
	const struct target *targets = plan->targets + plan_find_server(plan, server);
	const struct target *end = plan->targets + plan->target_count;
	size_t count = 0, wanted = 0;
	struct hosted_verdict names;
	struct strbuf pending;
	struct verdicts v;

	while (targets + count < end && strcmp(targets[count].server, server) == 0)
		count++;
	if (count == 0)
		return no_server(out, plan, server);
	strbuf_init(&pending);
	verdicts_init(&v);
	for (size_t i = 0; i < count; i++) {
		size_t before = v.count;

		if (service && strcmp(service, targets[i].service->name) != 0)
			continue;
		wanted++;
		if (!verdicts_add(&v, &targets[i]))
			out->failed = true;
		if (v.count == before)
			strbuf_format(&pending, "pending %s\n", targets[i].service->name);
	}
	if (service ? wanted == 0 : !is_away(&v))
		wanted += verdicts_add_names(&v, &names, plan, server, service, &pending);
	if (wanted > 0)
		verdicts_put_answer(out, &v, &pending, now);
	verdicts_fini(&v);
	strbuf_fini(&pending);
	return wanted > 0 || no_service(out, targets, count, service);
}
