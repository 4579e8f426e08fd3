/* hosted_verdict.c - sums up the name results of all services of a server. */
#include "hosted_verdict.h"

#include <string.h>

enum { NAMES_SHOWN = 3 };

static const struct service service = { .name = HOSTED_SERVICE,
					.protocol = &smtp_protocol,
					.tls = TLS_MODE_IMPLICIT };

/* The sum over all name results of the server. */
struct sum {
	size_t total, asked, bad;
	enum state state;
	struct moment due; /* due time of the name that is most overdue */
	struct span interval;
	struct buffer *names; /* the first bad names, as text */
	size_t shown;
	enum fault fault;
};

static void hosted_verdict_add_names(struct sum *s, const struct name_check *h,
				     enum state state)
{
	const struct name_results_query question = { .states = NAME_RESULTS_STATE(state),
						     .announced = true };
	struct name_result names[NAMES_SHOWN];
	size_t count = name_results_find(h->name_results, &question, names,
					 NAMES_SHOWN - s->shown, NULL);

	for (size_t i = 0; i < count; i++) {
		if (s->shown == 0)
			s->fault = names[i].fault;
		buffer_format(s->names, "%s%.60s %s at %.30s", s->shown > 0 ? ", " : "",
			      names[i].name, fault_name(names[i].fault),
			      h->target->service->name);
		s->shown++;
	}
	name_result_list_fini(names, count);
}

static void hosted_verdict_add(struct sum *s, const struct name_check *h)
{
	struct moment oldest = name_results_oldest(h->name_results), due;
	struct name_results_summary r;

	name_results_summary(h->name_results, &r);
	due.ms = oldest.ms + h->interval.ns / 1000000;
	if (oldest.ms != 0 && (s->due.ms == 0 || due.ms < s->due.ms))
		s->due = due;
	if (h->interval.ns > s->interval.ns)
		s->interval = h->interval;
	s->total += r.total;
	s->asked += r.asked;
	for (unsigned i = STATE_OK + 1; i < STATE_COUNT; i++) {
		s->bad += r.announced[i];
		if (r.announced[i] > 0)
			s->state = state_worse(s->state, (enum state)i);
	}
	name_results_summary_fini(&r);
}

static bool hosted_verdict_is_of(const struct name_check *h, const char *server)
{
	return strcmp(h->target->server, server) == 0;
}

static void put_remark(struct sum *s, const struct plan *plan, const char *server,
		       char remark[FINDING_REMARK_MAX])
{
	static const enum state worst_first[] = { STATE_CRITICAL, STATE_WARNING,
						  STATE_UNKNOWN };
	char storage[FINDING_REMARK_MAX];
	struct buffer names, b;

	buffer_init(&names, storage, sizeof(storage));
	s->names = &names;
	for (size_t k = 0; k < ARRAY_SIZE(worst_first); k++)
		for (size_t i = 0; i < plan->name_check_count; i++)
			if (hosted_verdict_is_of(&plan->name_checks[i], server) &&
			    s->shown < NAMES_SHOWN)
				hosted_verdict_add_names(s, &plan->name_checks[i],
							 worst_first[k]);
	buffer_init(&b, remark, FINDING_REMARK_MAX);
	if (s->bad > 0)
		buffer_format(&b, "%zu of %zu names bad: %.150s", s->bad, s->total,
			      buffer_string(&names));
	else
		buffer_format(&b, "%zu names probed, %zu not yet, none bad", s->asked,
			      s->total - s->asked);
	buffer_string(&b);
}

bool hosted_verdict(const struct plan *plan, const char *server,
		    struct hosted_verdict *ret_verdict)
{
	struct hosted_verdict *v = ret_verdict;
	struct sum s = { .state = STATE_OK };
	const struct target *first = NULL;

	for (size_t i = 0; i < plan->name_check_count; i++) {
		const struct name_check *h = &plan->name_checks[i];

		if (!hosted_verdict_is_of(h, server))
			continue;
		first = first != NULL ? first : h->target;
		hosted_verdict_add(&s, h);
	}
	if (first == NULL)
		return false;
	*v = (struct hosted_verdict){ .pending = s.asked == 0 };
	if (v->pending)
		return true;
	v->target = (struct target){ .server = first->server,
				     .host = first->host,
				     .service = &service,
				     .interval = s.interval };
	v->finding.target = &v->target;
	result_init(&v->finding.result, s.due);
	v->finding.result.took.ns = -1;
	put_remark(&s, plan, server, v->finding.remark);
	v->finding.result.state = s.state;
	v->finding.result.fault = s.fault;
	v->finding.result.phase = PHASE_TLS;
	return true;
}
