/* dialogue.c - runs a protocol's table of steps over the bytes of a server.
 *
 * consume_bytes splits bytes into lines, dialogue_parse_line adds a line to the reply, and
 * dialogue_judge judges a complete reply at once; then the next step whose guard is true
 * begins. All that holds for every protocol is here and in no driver: the limits, bytes
 * behind a reply, forgetting what was learned before TLS, servers that close, the farewell,
 * the first fault.
 */
#include "command.h"
#include "dialogue_buffers.h"
#include "dialogue_state.h"
#include "driver.h"
#include "foreign_banner.h"
#include "literal.h"
#include "message.h"
#include "redaction.h"

#include <string.h>

static const struct protocol *protocol_of(const struct dialogue *d)
{
	return d->params->protocol;
}

static const struct step *farewell_step(const struct dialogue *d)
{
	const struct step_table *c = d->params->conversation;

	return c != NULL ? &c->steps[c->step_count - 1]
			 : &protocol_of(d)->steps[protocol_of(d)->step_count - 1];
}

/* --- the outcome --------------------------------------------------------------------------- */

static void outcome_copy_reply(struct dialogue *d, const struct mail_reply *r)
{
	struct outcome *o = &d->outcome;
	size_t n = strnlen(r->status_code, sizeof(o->enhanced) - 1);
	struct view words = buffer_view(&r->words);

	if (r == &d->reply && redaction_in_sasl_exchange(d, LINE_LAST))
		words = view_of(redaction_sasl_exchange);
	o->code = r->code;
	memset(o->enhanced, 0, sizeof(o->enhanced));
	if (!redaction_finds_secret(d, view_of(r->status_code)))
		memcpy(o->enhanced, r->status_code, n);
	redaction_copy(d, words, o->text, sizeof(o->text));
}

/* Sets the outcome unless it is final. If no reply was judged, r is NULL and `words` is the
 * text. */
static void dialogue_set_fault(struct dialogue *d, enum fault fault, enum phase phase,
			       const struct mail_reply *r, struct view words)
{
	static const struct mail_reply none;

	if (d->state & OUTCOME_FINAL)
		return;
	d->state |= OUTCOME_FINAL;
	d->outcome.fault = fault;
	d->outcome.phase = phase;
	outcome_copy_reply(d, r != NULL ? r : &none);
	if (r == NULL)
		redaction_copy(d, words, d->outcome.text, sizeof(d->outcome.text));
}

/* Bytes that arrive while the farewell is still unsent belong to the reply before it. */
static enum phase dialogue_fault_phase(const struct dialogue *d)
{
	return d->state & FAREWELL_ONLY && d->output.n > 0 ? d->last_reply_phase : d->phase;
}

enum judgement dialogue_fail(struct dialogue *d, enum fault fault, const char *words)
{
	dialogue_set_fault(d, fault, dialogue_fault_phase(d), NULL, view_of(words));
	return JUDGED_FAULT_SET;
}

/* --- the end ------------------------------------------------------------------------------- */

static enum wish dialogue_finish(struct dialogue *d)
{
	d->state |= OUTCOME_FINAL;
	buffer_clear(&d->line);
	return d->wish = WISH_END;
}

/* Ends without a farewell and drops unsent output. */
static enum wish dialogue_abandon(struct dialogue *d)
{
	d->state &= ~(unsigned)SENDING;
	dialogue_sent(d, d->output.n);
	return dialogue_finish(d);
}

static enum wish end_with_fault(struct dialogue *d, enum fault fault, const char *words)
{
	dialogue_fail(d, fault, words);
	return dialogue_abandon(d);
}

/* --- steps --------------------------------------------------------------------------------- */

/* Writes the current step's command, if it has one. False, with a fault set, if it cannot
 * be made. */
static bool step_send_command(struct dialogue *d)
{
	const char *complaint = NULL;

	d->phase = d->step->phase;
	mail_reply_init(&d->reply);
	if (d->step->flags & STEP_LAST)
		d->state |= FAREWELL_ONLY;
	if (d->step->flags & STEP_MARK) {
		d->state &= ~(unsigned)WOKEN;
		d->found = 0;
	}
	if (d->step->flags & STEP_MESSAGE)
		complaint = message_begin(d);
	else if (d->step->command != NULL)
		complaint = command_write(d, d->step->command);
	if (complaint != NULL)
		dialogue_fail(d, FAULT_INTERNAL, complaint);
	return complaint == NULL;
}

/* Goes to the farewell at once; for a stream that is still in a defined state. */
static enum wish send_farewell(struct dialogue *d)
{
	if (d->state & SENDING) /* it would become part of the message */
		return dialogue_abandon(d);
	d->step = farewell_step(d);
	d->state &= ~(unsigned)(AWAIT_LAST_REPLY | CANCELLING);
	return step_send_command(d) ? (d->wish = WISH_READ) : dialogue_finish(d);
}

static enum wish dialogue_begin_step(struct dialogue *d);

/* Bytes, or the end of the time, make it go on; so does what has happened already. */
static enum wish pause_begin(struct dialogue *d)
{
	mail_reply_init(&d->reply);
	d->wish = WISH_PAUSE;
	return d->state & WOKEN ? dialogue_resume(d) : d->wish;
}

enum wish dialogue_resume(struct dialogue *d)
{
	if (d->wish != WISH_PAUSE)
		return d->wish;
	d->step++;
	return dialogue_begin_step(d);
}

/* The next step whose guard holds, from d->step on. The last has none. */
static void step_choose(struct dialogue *d)
{
	for (;; d->step++) {
		if (d->step->when != NULL && !d->step->when(d))
			continue;
		if (!(d->step->flags & STEP_BACK))
			return;
		do
			d->step--;
		while (!(d->step->flags & STEP_MARK));
		return;
	}
}

/* Begins that step. */
static enum wish dialogue_begin_step(struct dialogue *d)
{
	step_choose(d);
	if (d->step->phase > PHASE_CAPABILITY)
		capability_set_record(d);
	if (d->step->flags & STEP_DEAD_END) {
		d->phase = d->step->phase;
		d->step->judge(d, NULL);
		return send_farewell(d);
	}
	if (!step_send_command(d))
		return send_farewell(d);
	return d->step->judge != NULL || d->step->flags & STEP_LAST ? (d->wish = WISH_READ)
								    : pause_begin(d);
}

/* --- judging a whole reply ----------------------------------------------------------------- */

static enum wish dialogue_next_step(struct dialogue *d)
{
	if (d->step->phase == PHASE_GREETING || d->step->flags & STEP_MESSAGE)
		outcome_copy_reply(d, &d->reply);
	if (d->step->flags & STEP_PAUSE)
		return pause_begin(d);
	if (d->step->flags & STEP_TLS) {
		d->phase = PHASE_TLS;
		mail_reply_init(&d->reply);
		return d->wish = WISH_TLS;
	}
	d->step += !(d->step->flags & STEP_AGAIN);
	return dialogue_begin_step(d);
}

/* The server waits for the next message of a SASL exchange. The exchange must be cancelled
 * first, or the server would take the farewell for that message. */
static enum wish cancel_sasl(struct dialogue *d)
{
	d->state |= CANCELLING;
	mail_reply_init(&d->reply);
	return command_write(d, protocol_of(d)->cancel) == NULL ? d->wish
								: dialogue_abandon(d);
}

/* A cancelled login has failed, whatever the server answers to the cancellation. */
static void fail_cancelled_login(struct dialogue *d)
{
	enum fault fault = protocol_of(d)->fault(d, &d->reply);

	if (d->reply.answer == ANSWER_YES)
		fault = FAULT_PROTOCOL;
	else if (fault == FAULT_PROTOCOL || fault == FAULT_REJECTED)
		fault = FAULT_AUTH_FAILED;
	dialogue_set_fault(d, fault, d->phase, &d->reply, view_of(NULL));
}

/* After a timeout the reply only decides whether the farewell can be sent now. */
static enum wish leave_after_timeout(struct dialogue *d)
{
	bool awaited = d->reply.answer == ANSWER_CONTINUE;

	if (awaited && d->step->flags & STEP_SASL && !(d->state & CANCELLING))
		return cancel_sasl(d);
	if (awaited || (d->reply.answer == ANSWER_YES && d->step->flags & STEP_TLS))
		return dialogue_abandon(d);
	return send_farewell(d);
}

static enum wish fail_with_reply(struct dialogue *d, enum fault fault)
{
	dialogue_set_fault(d, fault, d->phase, &d->reply, view_of(NULL));
	return d->reply.answer == ANSWER_CONTINUE ? dialogue_abandon(d) : send_farewell(d);
}

static enum wish judge_step(struct dialogue *d)
{
	switch (d->step->judge(d, &d->reply)) {
	case JUDGED_GOOD:
		if (d->step->command != NULL)
			d->state |= ANSWERED;
		return dialogue_next_step(d);
	case JUDGED_REFUSED:
		return fail_with_reply(d, protocol_of(d)->fault(d, &d->reply));
	case JUDGED_UNEXPECTED:
		return fail_with_reply(d, FAULT_PROTOCOL);
	case JUDGED_CHALLENGE:
		return cancel_sasl(d);
	case JUDGED_FAULT_SET:
		break;
	}
	return d->reply.answer == ANSWER_CONTINUE ? cancel_sasl(d) : send_farewell(d);
}

/* A server that announces that it closes, in place of an answer or before it, is accepted
 * here. */
static enum wish judge_farewell(struct dialogue *d)
{
	const struct mail_reply *r = &d->reply;

	if (!r->closing && d->output.n > 0)
		dialogue_fail(d, FAULT_PROTOCOL, "the server answered before it was asked");
	else if (!r->closing && d->step->judge(d, r) != JUDGED_GOOD)
		dialogue_set_fault(d, FAULT_PROTOCOL, d->phase, r, view_of(NULL));
	return dialogue_abandon(d);
}

static enum wish dialogue_judge(struct dialogue *d)
{
	const struct mail_reply *r = &d->reply;

	if (d->step->flags & STEP_LAST)
		return judge_farewell(d);
	d->last_reply_phase = d->phase;
	if (r->closing) {
		dialogue_set_fault(d, protocol_of(d)->fault(d, r), d->phase, r,
				   view_of(NULL));
		return dialogue_abandon(d);
	}
	if (d->state & SENDING && r->answer == ANSWER_NO)
		return fail_with_reply(d, protocol_of(d)->fault(d, r));
	if (d->wish == WISH_PAUSE || d->output.n > 0)
		return end_with_fault(d, FAULT_PROTOCOL,
				      "the server answered before it was asked");
	if (d->state & AWAIT_LAST_REPLY)
		return leave_after_timeout(d);
	if (!(d->state & CANCELLING))
		return judge_step(d);
	fail_cancelled_login(d);
	return r->answer == ANSWER_CONTINUE ? dialogue_abandon(d) : send_farewell(d);
}

/* --- lines --------------------------------------------------------------------------------- */

static enum wish fail_on_bad_line(struct dialogue *d, struct view line)
{
	const char *name = d->phase == PHASE_GREETING ? foreign_banner_name(line) : NULL;
	struct mail_reply *r = &d->reply;

	if (redaction_in_sasl_exchange(d, LINE_BAD))
		line = view_of(redaction_sasl_exchange);
	mail_reply_init(r);
	if (name != NULL)
		buffer_format(&r->words, "this looks like %s, not %s:", name,
			      protocol_of(d)->title);
	else
		buffer_format(&r->words, "not an answer of %s:", protocol_of(d)->title);
	mail_reply_add_text(r, line);
	dialogue_set_fault(d, FAULT_PROTOCOL, dialogue_fault_phase(d), NULL,
			   buffer_view(&r->words));
	return dialogue_abandon(d);
}

static enum wish fail_on_tls_record(struct dialogue *d)
{
	return end_with_fault(d, FAULT_PROTOCOL,
			      "the server speaks TLS on this port: use implicit TLS");
}

static void pass_on_server_line(struct dialogue *d, struct view line, enum framing framing)
{
	const struct dialogue_params *t = d->params;
	char shown[DIALOGUE_SHOWN_MAX];

	if (t->on_line == NULL || (d->step->flags & STEP_BODY && framing == LINE_MORE))
		return; /* a message is not to be shown */
	if (redaction_in_sasl_exchange(d, framing))
		line = view_of(redaction_sasl_exchange);
	redaction_copy(d, line, shown, sizeof(shown));
	t->on_line(t->on_line_user, SPEAKER_SERVER, view_of(shown));
}

static enum wish dialogue_parse_line(struct dialogue *d, struct view line)
{
	enum framing framing;

	if (line.n > 0 && memchr(line.p, '\0', line.n) != NULL)
		return end_with_fault(d, FAULT_PROTOCOL, "a line with a NUL byte");
	framing = protocol_of(d)->line(d, line, &d->reply);
	pass_on_server_line(d, line, framing);
	if (framing == LINE_BAD)
		return fail_on_bad_line(d, line);
	buffer_clear(&d->line);
	d->after_literal = 0;
	if (framing == LINE_LAST)
		return dialogue_judge(d);
	if (d->wish != WISH_PAUSE)
		return d->wish;
	mail_reply_init(&d->reply);
	return d->state & WOKEN ? dialogue_resume(d) : d->wish;
}

/* The line continues behind a literal of `size` bytes. The first `line_size_kept` bytes of
 * the line so far are kept. */
static enum wish literal_begin(struct dialogue *d, struct view line, size_t kept_size,
			       size_t size)
{
	size_t room = DIALOGUE_SESSION_MAX - d->received;

	if (!dialogue_buffers_ensure(d))
		return end_with_fault(d, FAULT_INTERNAL, "out of memory");
	if (d->line.n == 0)
		buffer_put(&d->line, line);
	d->line.n = kept_size;
	if (protocol_of(d)->line_keeps_literals) {
		buffer_text(&d->line, "\n");
		room = d->line.cap - d->line.n;
	}
	d->literal_left = size;
	d->after_literal = d->line.n;
	return size <= room ? d->wish
			    : end_with_fault(d, FAULT_LIMIT, "a literal that is too long");
}

/* A line is complete, without its LF; `line` includes the parts before its literals. */
static enum wish dialogue_line_end(struct dialogue *d, struct view line)
{
	bool (*literals)(struct view) = protocol_of(d)->announces_literal;
	size_t open, size;

	if (d->phase == PHASE_GREETING && foreign_banner_is_tls(line))
		return fail_on_tls_record(d);
	if (line.n > d->after_literal && line.p[line.n - 1] == '\r')
		line.n--;
	if (++d->reply.lines > DIALOGUE_LINES_MAX && !(d->step->flags & STEP_BODY))
		return end_with_fault(d, FAULT_LIMIT, "a reply of too many lines");
	if (literals != NULL &&
	    literal_announced(view_skip(line, d->after_literal), &open, &size) &&
	    literals(line))
		return literal_begin(
		    d, line,
		    protocol_of(d)->line_keeps_literals ? line.n : d->after_literal + open,
		    size);
	return dialogue_parse_line(d, line);
}

/* Splits up to n bytes off the front and counts them; every byte of a session passes
 * here. */
static struct view cut_received_bytes(struct dialogue *d, struct view *bytes, size_t n)
{
	struct view part = { bytes->p, n < bytes->n ? n : bytes->n };

	*bytes = view_skip(*bytes, part.n);
	d->received += part.n;
	return part;
}

static void consume_literal_bytes(struct dialogue *d, struct view *bytes)
{
	struct view part = cut_received_bytes(d, bytes, d->literal_left);

	d->literal_left -= part.n;
	if (d->step->flags & STEP_BODY)
		dialogue_hear_body(d, part);
	if (!protocol_of(d)->line_keeps_literals)
		return;
	buffer_put(&d->line, part);
	d->after_literal = d->line.n;
}

/* A line that lies completely in the caller's bytes is parsed there; only parts are
 * copied. */
static enum wish consume_line_bytes(struct dialogue *d, struct view *bytes)
{
	const char *end = memchr(bytes->p, '\n', bytes->n);
	struct view part =
	    cut_received_bytes(d, bytes, end != NULL ? (size_t)(end - bytes->p) : bytes->n);

	if (part.n > d->line.cap - d->line.n)
		return end_with_fault(d, FAULT_LIMIT, "a line that is too long");
	if (end != NULL)
		cut_received_bytes(d, bytes, 1);
	if (end != NULL && d->line.n == 0)
		return dialogue_line_end(d, part);
	if (!dialogue_buffers_ensure(d))
		return end_with_fault(d, FAULT_INTERNAL, "out of memory");
	buffer_put(&d->line, part);
	if (end != NULL)
		return dialogue_line_end(d, buffer_view(&d->line));
	if (d->phase == PHASE_GREETING && foreign_banner_is_tls(buffer_view(&d->line)))
		return fail_on_tls_record(d);
	return d->wish;
}

/* Between a reply and our next command only a server that may speak unasked may send bytes.
 * Any server may say that it closes (RFC 5321 section 3.8). */
static bool is_out_of_turn(const struct dialogue *d, struct view bytes)
{
	struct view stored = buffer_view(&d->line),
		    closing = view_of(protocol_of(d)->closing);

	if (d->output.n == 0 || protocol_of(d)->may_speak_unasked || d->state & SENDING)
		return false;
	for (size_t i = 0; i < closing.n && i < stored.n + bytes.n; i++) {
		char c = i < stored.n ? stored.p[i] : bytes.p[i - stored.n];

		if (!view_starts((struct view){ &c, 1 }, (char[]){ closing.p[i], '\0' }))
			return true;
	}
	return closing.n == 0;
}

/* Takes a line, or a part of one, off the front of the bytes. */
static enum wish consume_bytes(struct dialogue *d, struct view *bytes)
{
	size_t room = DIALOGUE_SESSION_MAX - d->received;
	struct view some = { bytes->p, bytes->n < room ? bytes->n : room };
	size_t n = some.n;

	if (room == 0)
		return end_with_fault(d, FAULT_LIMIT, "more bytes than a session may have");
	if (is_out_of_turn(d, some)) {
		dialogue_set_fault(
		    d, FAULT_PROTOCOL, d->last_reply_phase, NULL,
		    view_of("bytes behind a whole reply, before it was our turn"));
		return dialogue_abandon(d);
	}
	if (d->literal_left > 0)
		consume_literal_bytes(d, &some);
	else
		consume_line_bytes(d, &some);
	*bytes = view_skip(*bytes, n - some.n);
	return d->wish;
}

/* --- the calls ----------------------------------------------------------------------------- */

void dialogue_init(struct dialogue *d, const struct dialogue_params *params,
		   struct dialogue_buffers *room, char *output)
{
	bool implicit = params->tls == TLS_MODE_IMPLICIT;

	memset(d, 0, offsetof(struct dialogue, reply));
	d->params = params;
	d->step = params->conversation != NULL ? params->conversation->steps
					       : params->protocol->steps;
	d->phase = implicit ? PHASE_TLS : PHASE_CONNECT;
	d->wish = implicit ? WISH_TLS : WISH_READ;
	d->outcome.phase = PHASE_QUIT;
	d->outcome.messages = -1;
	mail_reply_init(&d->reply);
	buffer_init(&d->line, NULL, DIALOGUE_LINE_MAX);
	buffer_init(&d->output, output, DIALOGUE_OUTPUT_MAX);
	if (room != NULL)
		dialogue_buffers_attach(d, room);
}

enum wish dialogue_start(struct dialogue *d, enum trust trust)
{
	if (d->state & OUTCOME_FINAL)
		return d->wish;
	d->trust = trust;
	if (d->params->tls == TLS_MODE_IMPLICIT)
		d->state |= IN_TLS;
	return dialogue_begin_step(d);
}

enum wish dialogue_feed(struct dialogue *d, struct view bytes)
{
	while (bytes.n > 0 && (d->wish == WISH_READ || d->wish == WISH_PAUSE))
		consume_bytes(d, &bytes);
	if (bytes.n > 0 && d->wish == WISH_TLS)
		return dialogue_injected(d);
	return d->wish;
}

enum wish dialogue_injected(struct dialogue *d)
{
	dialogue_set_fault(d, FAULT_INJECTION, PHASE_STARTTLS, NULL,
			   view_of("bytes behind the answer to STARTTLS, before TLS"));
	return dialogue_abandon(d);
}

enum wish dialogue_secured(struct dialogue *d, enum trust trust)
{
	if (d->wish != WISH_TLS)
		return d->wish;
	if (!(d->step->flags & STEP_TLS))
		return dialogue_start(d, trust);
	d->state |= IN_TLS | UPGRADED;
	d->state &= ~(unsigned)ANSWERED;
	d->trust = trust;
	d->learned = 0;
	d->step++;
	return dialogue_begin_step(d);
}

/* The text of a reply that was never completed. */
static struct view unfinished_reply_text(const struct dialogue *d)
{
	if (d->step->flags & STEP_SASL)
		return view_of(NULL);
	return d->reply.words.n > 0 ? buffer_view(&d->reply.words) : buffer_view(&d->line);
}

enum wish dialogue_break(struct dialogue *d, enum fault fault)
{
	if (d->wish == WISH_END)
		return WISH_END;
	if (!(d->state & FAREWELL_ONLY))
		dialogue_set_fault(d, fault, d->phase, NULL, unfinished_reply_text(d));
	return dialogue_abandon(d);
}

enum wish dialogue_timeout(struct dialogue *d)
{
	bool stay = d->wish == WISH_READ && !dialogue_outcome_is_final(d) &&
		    d->phase != PHASE_CONNECT && !(d->state & SENDING);

	if (d->wish == WISH_END)
		return WISH_END;
	if (!(d->state & FAREWELL_ONLY))
		dialogue_set_fault(d, FAULT_TIMEOUT, d->phase, NULL,
				   unfinished_reply_text(d));
	if (!stay)
		return dialogue_abandon(d);
	d->state |= AWAIT_LAST_REPLY;
	return WISH_READ;
}

void dialogue_sent(struct dialogue *d, size_t n)
{
	size_t before = d->output.n;

	buffer_drop(&d->output, n);
	explicit_bzero(d->output.p + d->output.n, before - d->output.n);
	if (d->state & SENDING && d->output.n == 0 && !message_fill(d))
		d->state &= ~(unsigned)SENDING;
}
