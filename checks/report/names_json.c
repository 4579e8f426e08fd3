/* names_json.c - all names as JSON: the sum, the services, then each name at each service. */
#include "names_json.h"

#include "json_stdout.h"

static void put_sum(struct json *j, const struct customer_names *n,
		    const struct names_sum *s)
{
	json_number(j, "names_count", (int64_t)n->list.count);
	json_number(j, "names_bad", (int64_t)s->bad);
	json_number(j, "names_not_asked", (int64_t)s->not_asked);
	json_bool(j, "out_of_time", n->out_of_time);
	json_date(j, "earliest_not_after", s->earliest);
	json_text(j, "earliest_name", s->earliest_name);
}

static void names_json_put_fallback(struct json *j, const struct certificate *c)
{
	if (c == NULL) {
		json_null(j, "fallback");
		return;
	}
	json_object(j, "fallback");
	json_text(j, "subject", c->subject);
	json_text(j, "fingerprint_sha256", c->fingerprint);
	json_end(j);
}

/* What the server did in place of an answer. */
static void names_json_put_silence(struct json *j, const struct names_port *p)
{
	char sentence[VERDICT_SENTENCE_MAX];
	const struct result *r = &p->silence;

	if (!p->silent) {
		json_null(j, "unanswered");
		return;
	}
	json_object(j, "unanswered");
	json_text(j, "state", state_name(r->state));
	json_text(j, "fault", fault_name(r->fault));
	json_text(j, "phase", phase_name(r->phase));
	json_text(j, "reason", verdict_sentence(r, sentence));
	json_end(j);
}

static void names_json_put_port(struct json *j, const struct customer_names *n,
				const struct check_mail_options *o,
				const struct names_port *p)
{
	json_object(j, NULL);
	json_text(j, "service", p->target->service->name);
	json_number(j, "port", p->target->service->port);
	json_number(j, "answered", (int64_t)p->answered);
	json_bool(j, "excused", names_port_excused(n, o, p));
	names_json_put_fallback(j, p->fallback);
	names_json_put_silence(j, p);
	json_end(j);
}

static const char *names_json_state_of(const struct name_answer *a)
{
	return a->progress == NAME_ANSWERED ? state_name((enum state)a->state) : NULL;
}

static void names_json_put_answer(struct json *j, const struct name_answer *a,
				  const char *name, const char *service)
{
	bool answered = a->progress == NAME_ANSWERED;

	json_object(j, NULL);
	json_text(j, "name", name);
	json_text(j, "service", service);
	json_text(j, "state", names_json_state_of(a));
	json_text(j, "fault", answered ? fault_name((enum fault)a->fault) : NULL);
	json_text(j, "reason", a->reason);
	json_faults(j, "faults", a->cert_faults, CERT_FAULT_FIRST);
	json_bool(j, "fallback", a->fallback);
	json_date(j, "chain_not_after", a->end);
	json_end(j);
}

void names_json(const struct customer_names *n, const struct check_mail_options *o,
		const struct names_sum *s)
{
	struct json j;

	json_to_stdout(&j);
	json_object(&j, NULL);
	json_text(&j, "host", o->host);
	json_text(&j, "state", state_name(s->state));
	json_number(&j, "exit_code", s->state);
	put_sum(&j, n, s);
	json_array(&j, "services");
	for (size_t i = 0; i < n->port_count; i++)
		names_json_put_port(&j, n, o, &n->ports[i]);
	json_end(&j);
	json_array(&j, "names");
	for (size_t k = 0; k < n->list.count; k++)
		for (size_t i = 0; i < n->port_count; i++)
			names_json_put_answer(&j, &n->ports[i].answers[k], n->list.names[k],
					      n->ports[i].target->service->name);
	json_end(&j);
	json_stdout_end(&j);
}
