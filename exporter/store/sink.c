/* sink.c - see sink.h. */
#include "sink.h"

#include <string.h>

void server_change_each_service(const struct server_change *change,
				void (*call)(void *user, const struct target *), void *user)
{
	const struct plan *plan = change->plan;
	const char *server = change->target->server;

	for (size_t i = plan_find_server(plan, server);
	     i < plan->target_count && strcmp(plan->targets[i].server, server) == 0; i++)
		call(user, &plan->targets[i]);
}

static void sink_tell_resolver(const struct sink *sink,
			       const struct resolver_report *report)
{
	for (size_t i = 0; i < sink->count; i++)
		if (sink->listeners[i].calls->resolver)
			sink->listeners[i].calls->resolver(sink->listeners[i].user, report);
}

static void sink_tell_server(const struct sink *sink, const struct server_change *change)
{
	for (size_t i = 0; i < sink->count; i++)
		if (sink->listeners[i].calls->server)
			sink->listeners[i].calls->server(sink->listeners[i].user, change);
}

static void sink_tell_result(const struct sink *sink, const struct filed_result *filed)
{
	for (size_t i = 0; i < sink->count; i++)
		if (sink->listeners[i].calls->result)
			sink->listeners[i].calls->result(sink->listeners[i].user, filed);
}

/* True: the result belongs to an outage of our own name servers. */
static bool sink_update_resolver(struct sink *sink, const struct filed_result *filed)
{
	const struct published *published = filed->published;
	const struct resolver_report report = {
		.change = resolver_outage_update(&sink->resolver_outage, filed->target,
						 filed->result, published),
		.target = filed->target,
		.result = filed->result,
	};
	bool started = report.change == RESOLVER_OUTAGE_STARTED;
	bool ended = report.change == RESOLVER_OUTAGE_ENDED;

	if (started || ended)
		sink_tell_resolver(sink, &report);
	return started || report.change == RESOLVER_SUPPRESSED ||
	       (ended && published->announced_before == STATE_UNKNOWN &&
		published->announced == STATE_OK);
}

/* True: the result belongs to an outage of the server. */
static bool sink_update_server(struct sink *sink, const struct filed_result *filed)
{
	struct plan *plan = store_config_plan(sink->store);
	struct server_change change = { .plan = plan,
					.target = filed->target,
					.result = filed->result };

	change.change = outages_update(sink->store->outages, plan, filed->target,
				       filed->result, filed->published, &change.services);
	if (change.change != OUTAGE_NONE && change.change != OUTAGE_SUPPRESSED)
		sink_tell_server(sink, &change);
	plan_release(plan);
	return change.change == OUTAGE_SUPPRESSED || change.change == OUTAGE_STARTED;
}

void sink_result(struct sink *sink, const struct target *target,
		 const struct result *result, const struct published *published)
{
	struct filed_result filed = { .target = target,
				      .result = result,
				      .published = published };

	filed.in_outage =
	    sink_update_resolver(sink, &filed) || sink_update_server(sink, &filed);
	sink_tell_result(sink, &filed);
}

void sink_name(struct sink *sink, const struct target *target,
	       const struct name_result *name, const struct name_results_change *change)
{
	for (size_t i = 0; i < sink->count; i++)
		if (sink->listeners[i].calls->name)
			sink->listeners[i].calls->name(sink->listeners[i].user, target,
						       name, change);
}

void sink_names_skipped(struct sink *sink, uint64_t count)
{
	for (size_t i = 0; i < sink->count; i++)
		if (sink->listeners[i].calls->names_skipped)
			sink->listeners[i].calls->names_skipped(sink->listeners[i].user,
								count);
}

/* --- hooks of the engine ----------------------------------------------------------------- */

static void sink_on_result(void *user, const struct target *target,
			   const struct result *result, const struct published *published)
{
	sink_result(user, target, result, published);
}

static void sink_on_name(void *user, const struct target *target,
			 const struct name_result *name,
			 const struct name_results_change *change)
{
	sink_name(user, target, name, change);
}

static void sink_on_names_skipped(void *user, uint64_t count)
{
	sink_names_skipped(user, count);
}

struct engine_hooks sink_hooks(struct sink *sink)
{
	return (struct engine_hooks){ .probed = sink_on_result,
				      .name_changed = sink_on_name,
				      .name_changes_dropped = sink_on_names_skipped,
				      .user = sink };
}

void sink_init(struct sink *sink, struct store *store, const struct listener *listeners,
	       size_t count)
{
	*sink = (struct sink){ .store = store };
	for (; sink->count < count && sink->count < SINK_LISTENERS_MAX; sink->count++)
		sink->listeners[sink->count] = listeners[sink->count];
}
