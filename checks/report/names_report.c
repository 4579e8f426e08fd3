/* names_report.c - counts first, then words. */
#include "names_report.h"

#include "findings.h"
#include "plugin_text.h"

#include <string.h>

enum { SUMMARY_NAMES_MAX = 3, REASON_MAX = 160, TAIL_ROOM = 120 };

bool name_answer_bad(const struct name_answer *a)
{
	return a->progress == NAME_ANSWERED && a->state != STATE_OK;
}

bool names_port_excused(const struct customer_names *n, const struct check_mail_options *o,
			const struct names_port *p)
{
	const char *twin = findings_twin(p->target->service->name);

	if (o->service_count > 0 || twin == NULL || !p->given_up ||
	    p->silence.fault != FAULT_REFUSED)
		return false;
	for (size_t i = 0; i < n->port_count; i++)
		if (strcmp(n->ports[i].target->service->name, twin) == 0)
			return n->ports[i].answered > 0;
	return false;
}

static bool is_silent(const struct customer_names *n, const struct check_mail_options *o,
		      const struct names_port *p)
{
	return p->silent && p->answered < n->list.count && !names_port_excused(n, o, p);
}

/* --- the sum ------------------------------------------------------------------------------ */

static bool names_report_weigh(struct names_sum *s, enum state state, enum fault fault,
			       enum phase phase)
{
	if (state_worse(s->state, state) == s->state)
		return false;
	s->state = state;
	s->fault = fault;
	s->phase = phase;
	return true;
}

static void add_name(struct names_sum *s, const struct customer_names *n,
		     const struct check_mail_options *o, size_t name)
{
	bool bad = false, missing = false;

	for (size_t i = 0; i < n->port_count; i++) {
		const struct names_port *p = &n->ports[i];
		const struct name_answer *a = &p->answers[name];

		if (names_port_excused(n, o, p))
			continue;
		missing |= a->progress != NAME_ANSWERED;
		if (a->end.ms != 0 && (s->earliest.ms == 0 || a->end.ms < s->earliest.ms)) {
			s->earliest = a->end;
			s->earliest_name = n->list.names[name];
		}
		if (!name_answer_bad(a))
			continue;
		if (names_report_weigh(s, (enum state)a->state, (enum fault)a->fault,
				       (enum phase)a->phase) ||
		    s->bad == 0)
			s->worst = name;
		bad = true;
	}
	s->bad += bad;
	s->not_asked += missing;
}

void names_sum(const struct customer_names *n, const struct check_mail_options *o,
	       struct names_sum *ret_sum)
{
	struct names_sum s = { .state = STATE_OK, .fault = FAULT_OK, .phase = PHASE_TLS };

	for (size_t i = 0; i < n->list.count; i++)
		add_name(&s, n, o, i);
	for (size_t i = 0; i < n->port_count; i++) {
		const struct names_port *p = &n->ports[i];

		if (is_silent(n, o, p))
			names_report_weigh(&s, p->silence.state, p->silence.fault,
					   p->silence.phase);
	}
	if (n->out_of_time)
		names_report_weigh(&s, STATE_WARNING, FAULT_TIMEOUT, PHASE_TLS);
	*ret_sum = s;
}

/* The host as the command line has it, made fit for a line. */
struct shown_host {
	char text[260];
};

static const char *show_host(struct shown_host *shown, const struct check_mail_options *o)
{
	return plugin_text_copy(shown->text, sizeof(shown->text), view_of(o->host));
}

#define HOST(options) show_host(&(struct shown_host){ { 0 } }, (options))

/* --- words -------------------------------------------------------------------------------- */

static const struct names_port *first_bad_port(const struct customer_names *n, size_t name)
{
	const struct names_port *found = NULL;

	for (size_t i = 0; i < n->port_count; i++) {
		const struct names_port *p = &n->ports[i];

		if (!name_answer_bad(&p->answers[name]))
			continue;
		if (found == NULL || state_worse((enum state)found->answers[name].state,
						 (enum state)p->answers[name].state) !=
					 (enum state)found->answers[name].state)
			found = p;
	}
	return found;
}

static void put_bad_names(struct buffer *b, const struct customer_names *n,
			  const struct names_sum *s, const struct check_mail_options *o)
{
	const struct names_port *p = first_bad_port(n, s->worst);
	const struct name_answer *a = &p->answers[s->worst];
	size_t shown = 1;

	buffer_format(b, "%zu of %zu names bad at %s: %s %s (%.*s)", s->bad, n->list.count,
		      HOST(o), n->list.names[s->worst], fault_name((enum fault)a->fault),
		      REASON_MAX, a->reason != NULL ? a->reason : "");
	for (size_t i = 0; i < n->list.count && shown < SUMMARY_NAMES_MAX; i++) {
		p = i != s->worst ? first_bad_port(n, i) : NULL;
		if (p == NULL)
			continue;
		buffer_format(b, ", %s %s", n->list.names[i],
			      fault_name((enum fault)p->answers[i].fault));
		shown++;
	}
	if (s->bad > shown)
		buffer_format(b, " and %zu more", s->bad - shown);
}

/* One dead host is one story: no service was reached, and for the same reason. */
static bool names_report_host_is_away(const struct customer_names *n)
{
	const struct result *first = &n->ports[0].silence;

	for (size_t i = 0; i < n->port_count; i++) {
		const struct names_port *p = &n->ports[i];

		if (!p->silent || p->answered > 0 || p->silence.phase > PHASE_CONNECT ||
		    p->silence.fault != first->fault || p->silence.phase != first->phase)
			return false;
	}
	return n->port_count > 1;
}

static const char *names_report_put_silence(struct buffer *b,
					    const struct customer_names *n,
					    const struct check_mail_options *o,
					    const char *gap)
{
	char text[VERDICT_SENTENCE_MAX];

	if (names_report_host_is_away(n)) {
		buffer_format(b, "%s%s: none of %zu services reached: %.*s", gap, HOST(o),
			      n->port_count, REASON_MAX,
			      verdict_sentence(&n->ports[0].silence, text));
		return "; ";
	}
	for (size_t i = 0; i < n->port_count; i++) {
		const struct names_port *p = &n->ports[i];

		if (!is_silent(n, o, p))
			continue;
		buffer_format(b, "%s%s %s: %.*s", gap, HOST(o), p->target->service->name,
			      REASON_MAX, verdict_sentence(&p->silence, text));
		gap = "; ";
	}
	return gap;
}

/* Three things may be wrong; all are told, what decided is told by the pair. */
static void put_story(struct buffer *b, const struct customer_names *n,
		      const struct check_mail_options *o, const struct names_sum *s)
{
	const char *gap = "";

	if (s->bad > 0) {
		put_bad_names(b, n, s, o);
		gap = "; ";
	}
	gap = names_report_put_silence(b, n, o, gap);
	if (s->not_asked > 0)
		buffer_format(b, "%s%zu of %zu names not asked%s", gap, s->not_asked,
			      n->list.count,
			      n->out_of_time ? " in time, see --timeout" : "");
}

static void put_well(struct buffer *b, const struct customer_names *n,
		     const struct check_mail_options *o, const struct names_sum *s)
{
	char left[SPAN_TEXT_MAX];

	buffer_format(b, "%zu names good at %s", n->list.count, HOST(o));
	if (s->earliest.ms != 0)
		buffer_format(b, ", the earliest end in %s: %s",
			      span_text(moment_between(moment_now(), s->earliest), left),
			      s->earliest_name);
}

static void names_report_put_values(struct buffer *b, const struct customer_names *n,
				    const struct names_sum *s)
{
	struct span left = moment_between(moment_now(), s->earliest);

	buffer_format(b, " | names=%zu;;;0 names_bad=%zu;;;0 names_not_asked=%zu;;;0",
		      n->list.count, s->bad, s->not_asked);
	if (s->earliest.ms == 0)
		buffer_text(b, " names_cert_days=U\n");
	else
		buffer_format(b, " names_cert_days=%lld\n",
			      (long long)(left.ns / 86400000000000));
}

static void names_report_put_port(struct buffer *b, const struct customer_names *n,
				  const struct check_mail_options *o,
				  const struct names_port *p)
{
	size_t bad = 0, fallbacks = 0;
	char text[VERDICT_SENTENCE_MAX];

	buffer_format(b, "%s (port %u): ", p->target->service->name,
		      (unsigned)p->target->service->port);
	if (names_port_excused(n, o, p)) {
		buffer_text(b, "closed, which is fine: its TLS twin works\n");
		return;
	}
	for (size_t i = 0; i < n->list.count; i++) {
		bad += name_answer_bad(&p->answers[i]);
		fallbacks += name_answer_bad(&p->answers[i]) && p->answers[i].fallback;
	}
	buffer_format(b, "%zu of %zu names answered, %zu bad", p->answered, n->list.count,
		      bad);
	if (fallbacks > 0)
		buffer_format(b, ", %zu without a certificate of their own", fallbacks);
	if (is_silent(n, o, p))
		buffer_format(b, "; %s - %.*s [%s/%s]", state_name(p->silence.state),
			      REASON_MAX, verdict_sentence(&p->silence, text),
			      fault_name(p->silence.fault), phase_name(p->silence.phase));
	buffer_text(b, "\n");
}

/* Services where the same is wrong share a line. */
static bool told_before(const struct customer_names *n, size_t name, size_t port)
{
	const struct name_answer *mine = &n->ports[port].answers[name];

	for (size_t i = 0; i < port; i++) {
		const struct name_answer *a = &n->ports[i].answers[name];

		if (name_answer_bad(a) && a->fault == mine->fault &&
		    a->state == mine->state)
			return true;
	}
	return false;
}

static void names_report_put_name(struct buffer *b, const struct customer_names *n,
				  size_t name)
{
	for (size_t i = 0; i < n->port_count; i++) {
		const struct name_answer *a = &n->ports[i].answers[name];

		if (!name_answer_bad(a) || told_before(n, name, i))
			continue;
		buffer_format(b, "%s (%s", n->list.names[name],
			      n->ports[i].target->service->name);
		for (size_t k = i + 1; k < n->port_count; k++) {
			const struct name_answer *same = &n->ports[k].answers[name];

			if (name_answer_bad(same) && same->fault == a->fault &&
			    same->state == a->state)
				buffer_format(b, ", %s", n->ports[k].target->service->name);
		}
		buffer_format(b, "): %s - %.*s [%s/%s]\n", state_name((enum state)a->state),
			      REASON_MAX, a->reason != NULL ? a->reason : "",
			      fault_name((enum fault)a->fault),
			      phase_name((enum phase)a->phase));
	}
}

static bool name_state(const struct customer_names *n, size_t name, enum state *ret_state)
{
	const struct names_port *p = first_bad_port(n, name);

	if (p != NULL)
		*ret_state = (enum state)p->answers[name].state;
	return p != NULL;
}

/* Those of one state that still find room; returns how many were put. */
static size_t put_names_of(struct buffer *b, const struct customer_names *n,
			   enum state wanted, size_t most)
{
	char storage[REPORT_MAX];
	struct buffer part;
	size_t shown = 0;
	enum state state;

	for (size_t i = 0; i < n->list.count && shown < most; i++) {
		if (!name_state(n, i, &state) || state != wanted)
			continue;
		buffer_init(&part, storage, sizeof(storage));
		names_report_put_name(&part, n, i);
		if (part.full || b->n + part.n + TAIL_ROOM > b->cap)
			break;
		buffer_put(b, buffer_view(&part));
		shown++;
	}
	return shown;
}

void names_report(struct buffer *b, const struct customer_names *n,
		  const struct check_mail_options *o, const struct names_sum *s)
{
	static const enum state worst_first[] = { STATE_CRITICAL, STATE_WARNING,
						  STATE_UNKNOWN };
	size_t shown = 0;

	buffer_format(b, "MAIL %s - ", state_name(s->state));
	if (s->bad > 0 || s->state != STATE_OK)
		put_story(b, n, o, s);
	else
		put_well(b, n, o, s);
	buffer_format(b, " [%s/%s]", fault_name(s->fault), phase_name(s->phase));
	names_report_put_values(b, n, s);
	for (size_t i = 0; i < n->port_count; i++)
		names_report_put_port(b, n, o, &n->ports[i]);
	for (size_t i = 0; i < ARRAY_SIZE(worst_first); i++)
		shown += put_names_of(b, n, worst_first[i], NAMES_SHOWN_MAX - shown);
	if (shown < s->bad)
		buffer_format(b, "and %zu more bad names: --json lists all\n",
			      s->bad - shown);
}
