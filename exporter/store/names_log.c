/* names_log.c - one line for each change of a customer's name. */
#include "names_log.h"

#include "state.h"

static enum log_level names_log_level_of(enum state state)
{
	if (state == STATE_OK)
		return LOG_INFO;
	return state == STATE_WARNING ? LOG_WARN : LOG_ERROR;
}

void names_log_changed(struct log *log, const struct target *target,
		       const struct name_result *name,
		       const struct name_results_change *change)
{
	bool first = change->announced_before == STATE_COUNT;
	struct span lasted = moment_between(change->announced_since, name->announced_since);
	char span[SPAN_TEXT_MAX];

	log_put(log, names_log_level_of(name->announced),
		first ? "first result of a name" : "state of a name changed",
		(struct log_field[]){
		    { "server", target->server },
		    { "service", target->service->name },
		    { "name", name->name },
		    { "state", state_name(name->announced) },
		    { "before", first ? NULL : state_name(change->announced_before) },
		    { "lasted", first ? NULL : span_text(lasted, span) },
		    { "fault", name->fault != FAULT_OK ? fault_name(name->fault) : NULL },
		    { "reason", name->detail[0] != '\0' ? name->detail : NULL },
		},
		8);
}

void names_log_skipped(struct log *log, uint64_t count)
{
	char text[24];
	struct buffer b;

	buffer_init(&b, text, sizeof(text));
	buffer_format(&b, "%llu", (unsigned long long)count);
	log_put(log, LOG_WARN, "more names changed their state in this minute",
		(struct log_field[]){ { "names", buffer_string(&b) } }, 1);
}
