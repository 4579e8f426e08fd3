/* state_log.c - see state_log.h. */
#include "state_log.h"

#include "names_log.h"
#include "verdict.h"

static enum log_level state_log_level_of(enum state state)
{
	switch (state) {
	case STATE_OK:
		return LOG_INFO;
	case STATE_WARNING:
		return LOG_WARN;
	default:
		return LOG_ERROR;
	}
}

void state_log_result(struct log *log, const struct filed_result *filed)
{
	const struct target *target = filed->target;
	const struct result *result = filed->result;
	const struct published *p = filed->published;
	enum state before = p->announced_before;
	bool first = before == STATE_COUNT;
	bool each =
	    target->addresses == ADDRESS_EACH && result->address.any.sa_family != AF_UNSPEC;
	char address[ADDRESS_TEXT_MAX], sentence[VERDICT_SENTENCE_MAX],
	    lasted[SPAN_TEXT_MAX];
	bool change = before != p->announced && (!first || p->announced != STATE_OK);
	enum log_level level = change ? state_log_level_of(p->announced) : LOG_DEBUG;

	if (!log_wants(log, level))
		return;
	log_put(
	    log, level,
	    !change ? "probed"
	    : first ? "first result"
		    : "state changed",
	    (struct log_field[]){
		{ "server", target->server },
		{ "service", target->service->name },
		{ "address", each ? address_text(&result->address, address) : NULL },
		{ "state", state_name(change ? p->announced : result->state) },
		{ "before", first || !change ? NULL : state_name(before) },
		{ "lasted",
		  first || !change
		      ? NULL
		      : span_text(moment_between(p->announced_since, result->at), lasted) },
		{ "fault", result->fault ? fault_name(result->fault) : NULL },
		{ "phase", result->fault ? phase_name(result->phase) : NULL },
		{ "reason", verdict_sentence(result, sentence) },
	    },
	    9);
}

static void state_log_on_result(void *user, const struct filed_result *filed)
{
	if (!filed->in_outage)
		state_log_result(user, filed);
}

/* --- outages ----------------------------------------------------------------------------- */

static void state_log_put_server(struct log *log, enum log_level level, const char *what,
				 const struct server_change *change)
{
	const struct target *target = change->target;
	const struct result *result = change->result;
	char sentence[VERDICT_SENTENCE_MAX], count[LOG_NUMBER_MAX];
	bool is_error = level == LOG_ERROR;

	log_number(count, change->services);
	log_put(log, level, what,
		(struct log_field[]){
		    { "server", target->server },
		    { is_error ? "services" : "service",
		      is_error ? count : target->service->name },
		    { "state", state_name(result->state) },
		    { "fault", is_error ? fault_name(result->fault) : NULL },
		    { "phase", is_error ? phase_name(result->phase) : NULL },
		    { "reason", is_error ? verdict_sentence(result, sentence) : NULL } },
		6);
}

/* A failure that was not logged, because it seemed to be part of an outage. */
static void state_log_held(void *user, const struct target *target)
{
	struct record records[SLOT_RECORDS_MAX];
	size_t count = slot_copy(target->slot, records, SLOT_RECORDS_MAX);

	for (size_t i = 0; i < count; i++) {
		const struct record *r = &records[i];
		struct published p = { .announced_before = STATE_OK,
				       .announced = (enum state)r->confirmation.announced,
				       .announced_since = r->announced_since };

		if (p.announced != STATE_COUNT && state_is_bad(p.announced) &&
		    outage_is_unreachable(r->last.state, r->last.fault, r->last.phase))
			state_log_result(user, &(struct filed_result){
						   .target = target,
						   .result = &r->last,
						   .published = &p,
					       });
		slot_record_fini(&records[i]);
	}
}

static void state_log_on_server(void *user, const struct server_change *change)
{
	if (change->change == OUTAGE_STARTED)
		state_log_put_server(
		    user, LOG_ERROR,
		    "host unreachable: none of its services can be reached", change);
	else if (change->change == OUTAGE_ENDED)
		state_log_put_server(user, LOG_INFO, "host can be reached again", change);
	else if (change->change == OUTAGE_REVOKED)
		server_change_each_service(change, state_log_held, user);
}

static void state_log_on_resolver(void *user, const struct resolver_report *report)
{
	char sentence[VERDICT_SENTENCE_MAX];
	struct log *log = user;

	if (report->change == RESOLVER_OUTAGE_STARTED)
		log_put(log, LOG_ERROR,
			"the configured name servers do not answer: only servers with an "
			"IP address can be probed",
			(struct log_field[]){
			    { "fault", fault_name(report->result->fault) },
			    { "reason", verdict_sentence(report->result, sentence) } },
			2);
	else if (report->change == RESOLVER_OUTAGE_ENDED)
		log_put(log, LOG_INFO, "the configured name servers answer again",
			(struct log_field[]){ { "server", report->target->server } }, 1);
}

/* --- names ------------------------------------------------------------------------------- */

static void state_log_on_name(void *user, const struct target *target,
			      const struct name_result *name,
			      const struct name_results_change *change)
{
	names_log_changed(user, target, name, change);
}

static void state_log_on_names_skipped(void *user, uint64_t count)
{
	names_log_skipped(user, count);
}

const struct listener_calls state_log_calls = {
	.result = state_log_on_result,
	.server = state_log_on_server,
	.resolver = state_log_on_resolver,
	.name = state_log_on_name,
	.names_skipped = state_log_on_names_skipped,
};
