/* probe.c - connects a dialogue to a stream and a deadline. Events come from the stream and the
 * schedule. `probe_act` does what the dialogue asks for next. `publish` hands the result over once.
 * The first fault counts.
 */
#include "probe.h"

#include "address_selection.h"
#include "breaker.h"
#include "container_of.h"
#include "dane_policy.h"
#include "dialogue_params.h"
#include "proxy_header.h"
#include "resolver.h"
#include "session.h"
#include "tls_policy.h"

#include <stdlib.h>
#include <string.h>

/* How long the goodbye may take: after an answer; after a timeout, with a reply still to come. */
enum { FAREWELL_MS = 1000, OWED_MS = 10000 };

enum {
	CONNECTED = 1 << 1, /* this address accepted */
	PUBLISHED = 1 << 2,
	CLOSING = 1 << 3,
	LAGGED = 1 << 4, /* this machine was too busy to read the answer */
};

struct probe {
	struct probe_setting setting; /* its addresses live with the target run */
	size_t next_address;
	struct due deadline;
	unsigned flags;
	enum phase phase;
	struct lost_time lost;
	struct instant phase_began;
	struct instant outcome_at; /* when it became final; ns 0: not yet */
	struct result result;
	struct session session;
};

static struct probe *probe_of(struct stream *s)
{
	return s->user;
}

static void phase_change(struct probe *p, enum phase next, struct instant now)
{
	struct span *spent = &p->result.phases[p->phase];

	if (next == p->phase)
		return;
	if (spent->ns < 0)
		spent->ns = 0;
	spent->ns += span_between(p->phase_began, now).ns;
	p->phase = next;
	p->phase_began = now;
}

static void deadline_set(struct probe *p, struct instant at)
{
	/* This cannot fail: the deadline is in the schedule since probe_new. */
	schedule_put(p->setting.schedule, &p->deadline, at);
}

static void hang_up(struct probe *p)
{
	if (p->flags & CLOSING)
		return;
	p->flags |= CLOSING;
	schedule_drop(p->setting.schedule, &p->deadline);
	stream_close(&p->session.stream);
}

static void set_fault(struct probe *p, enum fault fault, enum phase phase, const char *why)
{
	struct result *r = &p->result;

	if (r->dialogue_fault != FAULT_OK)
		return;
	r->dialogue_fault = fault;
	r->dialogue_phase = phase;
	/* Never the words of a fault that was overruled, such as that of an earlier address. */
	printable_copy(r->text, sizeof(r->text), view_of(why != NULL ? why : ""));
}

static void note_event(struct probe *p, const char *text)
{
	if (p->result.transcript != NULL)
		transcript_add(p->result.transcript, "-- ", view_of(text));
}

static void probe_record_line(void *user, enum speaker speaker, struct view line)
{
	struct probe *p = user;

	transcript_add(p->result.transcript, speaker == SPEAKER_US ? "C: " : "S: ", line);
}

/* Copies the outcome of the dialogue, unless something before it has failed already. */
static void copy_outcome(struct probe *p)
{
	const struct outcome *o = dialogue_outcome(&p->session.dialogue);
	char b[BREAKER_EXPLANATION_MAX];
	struct result *r = &p->result;

	r->messages = o->messages;
	r->capability_set = *dialogue_capabilities(&p->session.dialogue);
	if (dialogue_alert(&p->session.dialogue)[0] != '\0')
		result_add_notice(r, FAULT_ALERT, dialogue_alert(&p->session.dialogue));
	if (r->dialogue_fault != FAULT_OK)
		return;
	if (o->phase == PHASE_QUIT && p->setting.login_held) {
		breaker_explanation(instant_now(), p->setting.held_until, moment_now(), b);
		set_fault(p, FAULT_AUTH_SUSPENDED, PHASE_AUTH, b);
		return;
	}
	r->dialogue_fault = o->fault;
	r->dialogue_phase = o->phase;
	r->code = o->code;
	memcpy(r->enhanced, o->enhanced, sizeof(r->enhanced));
	if (r->text[0] == '\0')
		memcpy(r->text, o->text, sizeof(r->text));
}

static const char lagged[] = "this machine has no time to spare for its probes";

static void blame_this_machine(struct probe *p)
{
	struct result *r = &p->result;

	if (!(p->flags & LAGGED) || r->dialogue_fault != FAULT_TIMEOUT)
		return;
	r->dialogue_fault = FAULT_INTERNAL;
	printable_copy(r->text, sizeof(r->text), view_of(lagged));
}

static void publish(struct probe *p, struct instant now)
{
	struct result *r = &p->result;

	if (p->flags & PUBLISHED)
		return;
	p->flags |= PUBLISHED;
	if (p->session.begun)
		copy_outcome(p);
	blame_this_machine(p);
	if (r->transcript != NULL) {
		transcript_set_offered(r->transcript, &p->session.dialogue);
		p->session.params.on_line =
		    NULL; /* it belongs to the receiver of the result */
	}
	phase_change(p, PHASE_COUNT, now);
	r->took =
	    span_between(p->setting.began, p->outcome_at.ns != 0 ? p->outcome_at : now);
	p->setting.on_result(p->setting.user, r);
}

static void end_probe(struct probe *p, enum fault fault, const char *why, struct instant at)
{
	set_fault(p, fault, p->phase, why);
	publish(p, at);
	hang_up(p);
}

/* A fault is published at once; a good result waits for the duration of the goodbye. */
static void publish_if_final(struct probe *p, struct instant now)
{
	struct instant latest = instant_plus(now, span_of_ms(FAREWELL_MS));

	if (p->outcome_at.ns != 0 || !dialogue_outcome_is_final(&p->session.dialogue))
		return;
	p->outcome_at = now;
	if (instant_before(latest, p->deadline.at))
		deadline_set(p, latest);
	if (dialogue_outcome(&p->session.dialogue)->fault != FAULT_OK ||
	    p->result.dialogue_fault != FAULT_OK)
		publish(p, now);
}

static void probe_act(struct probe *p, enum session_turn turn, struct instant now)
{
	if (!(p->flags & PUBLISHED))
		phase_change(p, dialogue_phase(&p->session.dialogue), now);
	if (turn == SESSION_UNABLE) {
		end_probe(p, FAULT_INTERNAL, "no room to send, or out of memory", now);
		return;
	}
	publish_if_final(p, now);
	if (turn == SESSION_ENDS) {
		publish(p, now);
		hang_up(p);
	}
}

/* --- connecting -------------------------------------------------------------------------- */

/* The time left is divided among the addresses that were not tried yet. */
static struct instant address_deadline(const struct probe *p, struct instant now)
{
	size_t left = p->setting.address_count - p->next_address + 1;
	struct span whole = span_between(now, p->setting.ends);

	return instant_plus(now, (struct span){ whole.ns / (int64_t)left });
}

static const struct stream_events events;

/* Keeps the failure to report if no address accepts; a missing route is the least useful one. */
static void note_connect_failure(struct probe *p, enum fault fault, const char *reason)
{
	struct result *r = &p->result;
	bool better =
	    r->dialogue_fault == FAULT_OK || r->dialogue_fault == FAULT_UNREACHABLE;

	if (!better)
		return;
	r->dialogue_fault = FAULT_OK;
	r->address = p->setting.addresses[p->next_address - 1];
	set_fault(p, fault, PHASE_CONNECT, reason);
}

/* True: a connection is being made. */
static bool connect_next(struct probe *p, struct instant now)
{
	while (p->next_address < p->setting.address_count) {
		const struct probe_setting *s = &p->setting;
		const struct address *to = &s->addresses[p->next_address++];
		const struct address *source = address_selection_source(s->settings, to);
		const char *why = NULL;
		enum fault fault = stream_connect(&p->session.stream, s->loop, to, source,
						  &events, p, &why);

		if (fault == FAULT_OK) {
			deadline_set(p, address_deadline(p, now));
			return true;
		}
		note_connect_failure(p, fault, why);
		if (fault == FAULT_INTERNAL)
			return false;
	}
	return false;
}

static void connect_failed(struct probe *p, enum fault fault, const char *why,
			   struct instant at)
{
	note_connect_failure(p, fault, why);
	if (p->next_address == p->setting.address_count || fault == FAULT_INTERNAL)
		publish(p, at);
	hang_up(p); /* the next address is tried after the stream is closed */
}

static void send_proxy_header(struct probe *p)
{
	char line[PROXY_HEADER_MAX];
	struct address local;

	stream_local_address(&p->session.stream, &local);
	stream_send(&p->session.stream, proxy_header(&local, &p->result.address, line));
}

/* --- events ------------------------------------------------------------------------------- */

/* The server has sent something or accepted; loop_lag.h says what that means for the deadline. */
static struct instant event_time(struct probe *p)
{
	struct instant now = instant_now();
	struct instant turn = { (int64_t)uv_now(p->setting.loop) * 1000000 };

	lost_time_add(&p->lost, p->setting.lag, turn, now);
	return now;
}

static void stream_connected(struct stream *s)
{
	struct probe *p = probe_of(s);
	struct instant now = event_time(p);
	bool implicit = p->session.params.tls == TLS_MODE_IMPLICIT;

	p->flags |= CONNECTED;
	note_event(p, "connected");
	p->result.dialogue_fault = FAULT_OK;
	p->result.text[0] = '\0';
	p->result.address = p->setting.addresses[p->next_address - 1];
	deadline_set(p, p->setting.ends);
	phase_change(p, implicit ? PHASE_TLS : PHASE_GREETING, now);
	if (p->setting.target->flags & TARGET_PROXY_HEADER)
		send_proxy_header(p);
	if (implicit) {
		if (!session_start_tls(&p->session))
			end_probe(p, FAULT_INTERNAL, "out of memory", now);
		return;
	}
	probe_act(p, session_go(&p->session, TRUST_NONE), now);
}

static void stream_secured(struct stream *s)
{
	struct probe *p = probe_of(s);
	struct instant now = event_time(p);
	const struct tls_facts *f = stream_tls_facts(s);
	char why[TLS_POLICY_WORDS_MAX];
	bool wanted = tls_policy_version(p->setting.settings, p->setting.target, f, why);
	enum dane dane = f->dane != DANE_OFF ? f->dane : p->setting.dane;
	bool good = f->cert_faults == 0 && wanted &&
		    !dane_policy_is_violated(p->setting.target, dane);
	enum trust trust = good ? TRUST_VERIFIED : TRUST_NONE;

	if (!(p->flags & PUBLISHED)) {
		result_take_tls(&p->result, f);
		dane_policy_judge(p->setting.target, &p->result);
		note_event(p, f->version);
	}
	if (!wanted && !(p->flags & PUBLISHED))
		set_fault(p, FAULT_TLS_VERSION, PHASE_TLS, why);
	probe_act(p, session_go(&p->session, trust), now);
}

static void stream_received(struct stream *s, struct view bytes)
{
	struct probe *p = probe_of(s);
	enum session_turn turn;

	event_time(p);
	turn = session_feed(&p->session, bytes);
	probe_act(p, turn, instant_now());
}

static void stream_failed(struct stream *s, enum fault fault, const char *reason)
{
	struct probe *p = probe_of(s);
	struct instant now = event_time(p);

	if (!(p->flags & CONNECTED)) {
		connect_failed(p, fault, reason, now);
		return;
	}
	if (p->phase == PHASE_TLS || !p->session.begun) {
		end_probe(p, fault, reason, now);
		return;
	}
	dialogue_break(&p->session.dialogue, fault);
	/* Our own words are used only if the server sent no text. */
	if (dialogue_outcome(&p->session.dialogue)->text[0] == '\0' &&
	    !(p->flags & PUBLISHED))
		printable_copy(p->result.text, sizeof(p->result.text), view_of(reason));
	publish(p, now);
	hang_up(p);
}

static void probe_free(struct probe *p)
{
	void (*ended)(void *) = p->setting.on_end;
	void *user = p->setting.user;

	schedule_drop(p->setting.schedule, &p->deadline);
	result_fini(&p->result);
	session_fini(&p->session);
	free(p);
	ended(user);
}

static void stream_closed(struct stream *s)
{
	struct probe *p = probe_of(s);

	p->flags &= ~(unsigned)CLOSING;
	if (!(p->flags & (PUBLISHED | CONNECTED))) {
		struct instant now = instant_now();

		if (connect_next(p, now))
			return;
		publish(p, now);
	}
	probe_free(p);
}

static const struct stream_events events = {
	.connected = stream_connected,
	.received = stream_received,
	.secured = stream_secured,
	.failed = stream_failed,
	.closed = stream_closed,
};

/* --- deadlines ---------------------------------------------------------------------------- */

/* True: the deadline is moved by the time that the server has lost. */
static bool deadline_moves(struct probe *p, struct instant now)
{
	struct span late = span_between(p->deadline.at, now), more = { 0 };

	switch (
	    lost_time_decide(&p->lost, late, stream_is_ready(&p->session.stream), &more)) {
	case DEADLINE_MOVES:
		p->setting.ends = instant_plus(instant_plus(p->setting.ends, late), more);
		deadline_set(p, instant_plus(now, more));
		break;
	case DEADLINE_BLAMES_US:
		p->flags |= LAGGED;
		p->result.flags |= RESULT_LATE;
		return false;
	default:
		return false;
	}
	if (more.ns >= span_of_ms(LOOP_LAG_LATE_MS).ns)
		p->result.flags |= RESULT_LATE;
	return true;
}

/* True: the server still has to reply; the probe waits for it, to answer with the goodbye. */
static bool waits_for_reply(struct probe *p)
{
	if (!p->session.begun || p->phase == PHASE_TLS)
		return false;
	return dialogue_timeout(&p->session.dialogue) == WISH_READ;
}

static void deadline_passed(struct due *d, struct instant now)
{
	struct probe *p = container_of(d, struct probe, deadline);
	bool wait;

	if (p->flags & PUBLISHED || p->outcome_at.ns != 0) {
		publish(p, now);
		hang_up(p);
		return;
	}
	if (deadline_moves(p, now))
		return;
	if (!(p->flags & CONNECTED)) {
		if (p->flags & LAGGED)
			connect_failed(p, FAULT_INTERNAL, lagged, now);
		else
			connect_failed(p, FAULT_TIMEOUT, NULL, now);
		return;
	}
	wait = waits_for_reply(p);
	if (!p->session.begun || p->phase == PHASE_TLS)
		set_fault(p, FAULT_TIMEOUT, p->phase, NULL);
	publish(p, now);
	if (wait && !p->setting.quick_close)
		deadline_set(p, instant_plus(now, span_of_ms(OWED_MS)));
	else
		hang_up(p);
}

/* --- beginning ---------------------------------------------------------------------------- */

/* The first connection is made in the loop, so that no function is called from probe_new. */
static void probe_begin(struct due *d, struct instant now)
{
	struct probe *p = container_of(d, struct probe, deadline);

	lost_time_add_lag(&p->lost, span_between(d->at, now));
	p->lost.counted = now;
	d->run = deadline_passed;
	p->phase_began = now;
	if (connect_next(p, now))
		return;
	publish(p, now);
	probe_free(p);
}

void probe_close_quickly(struct probe *p)
{
	p->setting.quick_close = true;
}

void probe_stop(struct probe *p, struct span grace)
{
	struct instant now = instant_now();
	bool published = p->outcome_at.ns != 0 || p->flags & PUBLISHED;

	p->flags |= PUBLISHED;
	if (p->flags & CLOSING)
		return;
	if (p->deadline.run == probe_begin) {
		probe_free(p);
		return;
	}
	if (published || waits_for_reply(p))
		deadline_set(p, instant_plus(now, grace));
	else
		hang_up(p);
}

struct probe *probe_new(const struct probe_setting *setting)
{
	struct probe *p = malloc(sizeof(*p));

	if (p == NULL)
		return NULL;
	memset(p, 0, offsetof(struct probe, result));
	p->setting = *setting;
	p->phase = PHASE_CONNECT;
	result_init(&p->result, moment_now());
	p->result.phases[PHASE_DNS] = setting->dns;
	p->result.dane = setting->dane;
	p->result.waited = setting->waited;
	session_init(&p->session);
	dialogue_params_init(&p->session.params, setting->target, setting->settings,
			     setting->dane, !setting->login_held);
	p->session.tls = (struct session_tls){ setting->tls, setting->tls_name,
					       setting->target->pins, setting->tlsa };
	if (setting->transcript)
		p->result.transcript = transcript_new();
	if (p->result.transcript != NULL) {
		p->session.params.on_line = probe_record_line;
		p->session.params.on_line_user = p;
	}
	session_prepare(&p->session, setting->output);
	p->deadline.run = probe_begin;
	if (!schedule_put(setting->schedule, &p->deadline, instant_now())) {
		result_fini(&p->result);
		session_fini(&p->session);
		free(p);
		return NULL;
	}
	return p;
}
