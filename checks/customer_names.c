/* customer_names.c - the walk: a window of errands to an engine that has no targets of its own.
 *
 * The main thread asks, the engine's thread notes the answers. Each service first shows its
 * fall-back, then a certificate for each name; names without an answer are asked for once more.
 */
#include "customer_names.h"

#include "buffer.h"
#include "engine.h"
#include "name_verdict.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Of one question, where the whole has more. */
#define QUESTION_TIMEOUT span_of_seconds(10)

enum { NO_NAME = -1, PASSES = 2, SILENT_MAX = 3 };

struct question {
	struct on_demand_probe on_demand_probe;
	struct walk *walk;
	struct names_port *port;
	long name;      /* or NO_NAME: of the fall-back */
	bool cut_short; /* by the end of the time */
	bool busy;
};

struct walk {
	struct customer_names *names;
	const struct policy *policy;
	pthread_mutex_t lock; /* guards all of this, and the ports */
	pthread_cond_t changed;
	struct question *questions;
	size_t question_count;
	size_t pending; /* questions without an answer */
	size_t turn;    /* whose port is next */
	struct instant ends;
};

/* --- answers, on the engine's thread ------------------------------------------------------ */

static void keep_silence(struct names_port *p, const struct result *r)
{
	if (p->silent)
		result_fini(&p->silence);
	p->silent = true;
	result_copy(&p->silence, r);
	p->silent_in_a_row++;
	if (p->silent_in_a_row >= SILENT_MAX)
		p->given_up = true;
}

/* A server that refuses who names nobody has none. */
static void keep_fallback(struct names_port *p, const struct result *r, bool answered)
{
	p->fallback_settled = true;
	p->fallback = certificate_hold(r->certificate);
	if (!answered)
		keep_silence(p, r);
}

static struct moment names_end_of(const struct result *r)
{
	if (r->cert_faults & CERT_FAULT_BIT(FAULT_CERT_NAME))
		return (struct moment){ 0 };
	return result_certificate_end(r);
}

static void names_keep_answer(struct names_port *p, struct name_answer *a,
			      const struct result *r)
{
	char sentence[VERDICT_SENTENCE_MAX];

	p->silent_in_a_row = 0;
	p->answered++;
	a->progress = NAME_ANSWERED;
	a->state = (uint8_t)r->state;
	a->fault = (uint8_t)r->fault;
	a->phase = (uint8_t)r->phase;
	a->cert_faults = r->cert_faults;
	a->fallback = name_shows_fallback(r, p->fallback);
	a->end = names_end_of(r);
	if (r->state != STATE_OK)
		a->reason = strdup(name_sentence(r, p->fallback, sentence));
}

static void names_note(struct question *q, const struct result *found)
{
	struct names_port *p = q->port;
	struct result r = *found; /* shares what is lent */
	bool answered =
	    name_verdict(&r, p->target->service, q->walk->policy, p->target->overrides);
	struct name_answer *a;

	if (q->name == NO_NAME) {
		keep_fallback(p, &r, answered);
		return;
	}
	a = &p->answers[q->name];
	if (answered) {
		if (name_shows_fallback(&r, p->fallback))
			name_verdict_for_fallback(&r, p->target->service, q->walk->policy,
						  p->target->overrides);
		names_keep_answer(p, a, &r);
	} else if (r.fault != FAULT_TIMEOUT || !q->cut_short || p->answered == 0) {
		a->progress = NAME_UNANSWERED;
		keep_silence(p, &r);
	}
}

static void names_done(struct on_demand_probe *e, const struct result *result)
{
	struct question *q = (struct question *)e;
	struct walk *w = q->walk;

	pthread_mutex_lock(&w->lock);
	if (result != NULL)
		names_note(q, result);
	q->port->in_flight--;
	w->pending--;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

static void names_gone(struct on_demand_probe *e)
{
	struct question *q = (struct question *)e;
	struct walk *w = q->walk;

	pthread_mutex_lock(&w->lock);
	q->busy = false;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

/* --- questions ---------------------------------------------------------------------------- */

/* The next name to ask for at a port, NO_NAME for its fall-back. False: none now. */
static bool port_next(struct names_port *p, size_t count, long *ret_name)
{
	static const enum name_progress wanted[PASSES] = { NAME_WAITING, NAME_UNANSWERED };

	if (p->given_up)
		return false;
	if (!p->fallback_settled) {
		bool first = !p->fallback_asked;

		p->fallback_asked = true;
		*ret_name = NO_NAME;
		return first;
	}
	while (p->pass < PASSES) {
		while (p->next < count && p->answers[p->next].progress != wanted[p->pass])
			p->next++;
		if (p->next < count) {
			*ret_name = (long)p->next++;
			return true;
		}
		if (p->in_flight > 0)
			return false;
		p->pass++;
		p->next = 0;
	}
	return false;
}

static bool next_question(struct walk *w, struct names_port **ret_port, long *ret_name)
{
	struct customer_names *n = w->names;

	for (size_t i = 0; i < n->port_count; i++) {
		struct names_port *p = &n->ports[w->turn++ % n->port_count];

		if (port_next(p, n->list.count, ret_name)) {
			*ret_port = p;
			return true;
		}
	}
	return false;
}

static struct question *free_question(struct walk *w)
{
	for (size_t i = 0; i < w->question_count; i++)
		if (!w->questions[i].busy)
			return &w->questions[i];
	return NULL;
}

static void names_own_ask(struct walk *w, struct engine *engine, struct question *q,
			  struct names_port *port, long name, struct span left)
{
	struct target *t = &q->on_demand_probe.target;
	struct span most = QUESTION_TIMEOUT;

	*q = (struct question){ .walk = w, .port = port, .name = name, .busy = true };
	q->cut_short = left.ns < most.ns;
	*t = *port->target;
	/* No name at all is asked for by who has none: an old client. */
	t->tls_name = name == NO_NAME ? "" : w->names->list.names[name];
	t->account = NULL;
	t->flags |= TARGET_TLS_ONLY;
	t->timeout = q->cut_short ? left : most;
	q->on_demand_probe.done = names_done;
	q->on_demand_probe.closed = names_gone;
	w->pending++;
	port->in_flight++;
	engine_probe(engine, &q->on_demand_probe);
}

static bool any_waiting(const struct customer_names *n)
{
	for (size_t i = 0; i < n->port_count; i++)
		for (size_t k = 0; k < n->list.count && !n->ports[i].given_up; k++)
			if (n->ports[i].answers[k].progress == NAME_WAITING)
				return true;
	return false;
}

static void walk_all(struct walk *w, struct engine *engine)
{
	pthread_mutex_lock(&w->lock);
	for (;;) {
		struct span left = span_between(instant_now(), w->ends);
		struct question *q = free_question(w);
		struct names_port *port;
		long name;

		if (left.ns > 0 && q != NULL && next_question(w, &port, &name))
			names_own_ask(w, engine, q, port, name, left);
		else if (w->pending > 0 || (q == NULL && left.ns > 0))
			pthread_cond_wait(&w->changed, &w->lock);
		else
			break;
	}
	w->names->out_of_time = any_waiting(w->names);
	pthread_mutex_unlock(&w->lock);
}

/* The targets of the plan are to be asked only here. */
static struct plan *without_targets(const struct plan *plan, unsigned at_once)
{
	struct plan *bare = plan_new();

	bare->settings = plan->settings;
	bare->settings.threads = 1;
	bare->settings.in_flight_max = at_once;
	bare->settings.per_address_max = at_once;
	return bare;
}

bool customer_names_ask(struct customer_names *n, const struct plan *plan,
			const struct check_mail_options *o, char error[REFUSAL_MAX])
{
	struct walk w = { .names = n,
			  .policy = &plan->settings.policy,
			  .question_count = o->names_at_once,
			  .ends = instant_plus(instant_now(), o->timeout) };
	struct plan *bare = without_targets(plan, o->names_at_once);
	struct engine *engine = engine_new(bare, NULL, error, REFUSAL_MAX);

	w.questions = calloc(w.question_count, sizeof(*w.questions));
	if (engine != NULL && w.questions == NULL) {
		text_copy(error, REFUSAL_MAX, "out of memory");
		engine_free(engine);
		engine = NULL;
	}
	if (engine != NULL) {
		pthread_mutex_init(&w.lock, NULL);
		pthread_cond_init(&w.changed, NULL);
		walk_all(&w, engine);
		engine_free(engine);
		pthread_cond_destroy(&w.changed);
		pthread_mutex_destroy(&w.lock);
	}
	free(w.questions);
	plan_release(bare);
	return engine != NULL;
}

/* --- before and behind -------------------------------------------------------------------- */

static void names_explain(struct errors *errors, char error[REFUSAL_MAX])
{
	struct config_errors found;
	const struct config_error *first;
	struct buffer b;

	errors_take(errors, &found);
	first = &found.list[0];
	buffer_init(&b, error, REFUSAL_MAX);
	if (found.total > 1)
		buffer_format(&b, "%zu errors, the first: ", found.total);
	buffer_format(&b, "%.120s%s%.100s", first->where,
		      first->where[0] != '\0' ? ": " : "", first->what);
	if (first->hint[0] != '\0')
		buffer_format(&b, ": %s", first->hint);
	buffer_string(&b);
	config_errors_fini(&found);
}

static bool read_list(struct customer_names *n, struct plan *plan,
		      const struct check_mail_options *o, char error[REFUSAL_MAX])
{
	struct place nowhere = { NULL, 0 };
	struct errors errors;
	bool good;

	errors_init(&errors);
	good = name_list_read(o->names_file, &plan->arena, &errors, nowhere, &n->list);
	if (!good)
		names_explain(&errors, error);
	errors_fini(&errors);
	return good;
}

static bool names_take_ports(struct customer_names *n, const struct plan *plan)
{
	n->ports = calloc(plan->target_count, sizeof(*n->ports));
	for (size_t i = 0; n->ports != NULL && i < plan->target_count; i++) {
		struct names_port *p = &n->ports[n->port_count];

		if (plan->targets[i].service->tls == TLS_MODE_NONE)
			continue;
		n->port_count++;
		p->target = &plan->targets[i];
		p->answers = calloc(n->list.count, sizeof(*p->answers));
		if (p->answers == NULL)
			return false;
	}
	return n->ports != NULL;
}

bool customer_names_init(struct customer_names *n, struct plan *plan,
			 const struct check_mail_options *o, char error[REFUSAL_MAX])
{
	*n = (struct customer_names){ 0 };
	if (!read_list(n, plan, o, error))
		return false;
	if (n->list.count * plan->target_count > NAMES_QUESTIONS_MAX)
		return refusal(error, "--names-file", o->names_file,
			       "too many names for one run: 500000 at all services "
			       "together; mailvane_exporter asks for more");
	if (!names_take_ports(n, plan))
		return refusal(error, "--names-file", o->names_file, "out of memory");
	return n->port_count > 0 || refusal(error, "--names-file", o->names_file,
					    "none of the services has TLS");
}

void customer_names_fini(struct customer_names *n)
{
	for (size_t i = 0; i < n->port_count; i++) {
		struct names_port *p = &n->ports[i];

		for (size_t k = 0; p->answers != NULL && k < n->list.count; k++)
			free(p->answers[k].reason);
		free(p->answers);
		certificate_release(p->fallback);
		if (p->silent)
			result_fini(&p->silence);
	}
	free(n->ports);
	*n = (struct customer_names){ 0 };
}
