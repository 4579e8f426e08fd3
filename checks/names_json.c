/* names_json.c - all names as JSON: the sum, the services, then each name at each service. */
#include "names_json.h"

#include "json_put.h"

#include <stdio.h>

static void put_bool(const char *key, bool value)
{
	json_put_key(key);
	fputs(value ? "true" : "false", stdout);
}

static void put_sum(const struct names *n, const struct names_sum *s)
{
	json_put_number("names_count", (long long)n->list.count);
	putchar(',');
	json_put_number("names_bad", (long long)s->bad);
	putchar(',');
	json_put_number("names_not_asked", (long long)s->not_asked);
	putchar(',');
	put_bool("out_of_time", n->out_of_time);
	putchar(',');
	json_put_date("earliest_not_after", s->earliest);
	putchar(',');
	json_put_text("earliest_name", s->earliest_name);
}

static void put_fallback(const struct certificate *c)
{
	json_put_key("fallback");
	if (c == NULL) {
		printf("null");
		return;
	}
	putchar('{');
	json_put_text("subject", c->subject);
	putchar(',');
	json_put_text("fingerprint_sha256", c->fingerprint);
	putchar('}');
}

/* What the server did in place of an answer. */
static void put_silence(const struct names_port *p)
{
	char sentence[VERDICT_SENTENCE_MAX];
	const struct result *r = &p->silence;

	json_put_key("unanswered");
	if (!p->silent) {
		printf("null");
		return;
	}
	putchar('{');
	json_put_text("state", state_name(r->state));
	putchar(',');
	json_put_text("fault", fault_name(r->fault));
	putchar(',');
	json_put_text("phase", phase_name(r->phase));
	putchar(',');
	json_put_text("reason", verdict_sentence(r, sentence));
	putchar('}');
}

static void put_port(const struct names *n, const struct options *o,
		     const struct names_port *p)
{
	putchar('{');
	json_put_text("service", p->target->service->name);
	putchar(',');
	json_put_number("port", p->target->service->port);
	putchar(',');
	json_put_number("answered", (long long)p->answered);
	putchar(',');
	put_bool("excused", names_port_excused(n, o, p));
	putchar(',');
	put_fallback(p->fallback);
	putchar(',');
	put_silence(p);
	putchar('}');
}

static const char *state_of(const struct name_answer *a)
{
	return a->progress == NAME_ANSWERED ? state_name((enum state)a->state) : NULL;
}

static void put_answer(const struct name_answer *a, const char *name, const char *service)
{
	bool answered = a->progress == NAME_ANSWERED;

	putchar('{');
	json_put_text("name", name);
	putchar(',');
	json_put_text("service", service);
	putchar(',');
	json_put_text("state", state_of(a));
	putchar(',');
	json_put_text("fault", answered ? fault_name((enum fault)a->fault) : NULL);
	putchar(',');
	json_put_text("reason", a->reason);
	putchar(',');
	json_put_faults("faults", a->cert_faults, CERT_FAULT_FIRST);
	putchar(',');
	put_bool("fallback", a->fallback);
	putchar(',');
	json_put_date("chain_not_after", a->end);
	putchar('}');
}

void names_json(const struct names *n, const struct options *o, const struct names_sum *s)
{
	putchar('{');
	json_put_text("host", o->host);
	putchar(',');
	json_put_text("state", state_name(s->state));
	putchar(',');
	json_put_number("exit_code", s->state);
	putchar(',');
	put_sum(n, s);
	printf(",\"services\":[");
	for (size_t i = 0; i < n->port_count; i++) {
		if (i > 0)
			putchar(',');
		put_port(n, o, &n->ports[i]);
	}
	printf("],\"names\":[");
	for (size_t k = 0; k < n->list.count; k++)
		for (size_t i = 0; i < n->port_count; i++) {
			if (k + i > 0)
				putchar(',');
			put_answer(&n->ports[i].answers[k], n->list.names[k],
				   n->ports[i].target->service->name);
		}
	printf("]}\n");
}
