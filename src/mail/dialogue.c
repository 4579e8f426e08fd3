/* dialogue.c - the runner: walks a protocol's table of steps over bytes and events.
 *
 * Bytes become lines (take), lines a reply (hear_line), and a whole reply is judged by its
 * step, at once (judge); then the next step whose guard holds is entered. Whatever a driver
 * could forget is here and nowhere else: the caps, what lies behind a reply, what is forgotten
 * when TLS starts, that a closing server is not answered, the farewell, the first fault.
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

static const struct step *farewell_of(const struct dialogue *d)
{
	const struct step_table *c = d->params->conversation;

	return c != NULL ? &c->steps[c->step_count - 1]
			 : &protocol_of(d)->steps[protocol_of(d)->step_count - 1];
}

/* --- the outcome --------------------------------------------------------------------------- */

static void note_reply(struct dialogue *d, const struct mail_reply *r)
{
	struct outcome *o = &d->outcome;
	size_t n = strnlen(r->word, sizeof(o->enhanced) - 1);
	struct view words = buffer_view(&r->words);

	if (r == &d->reply && redaction_is_exchange(d, LINE_LAST))
		words = view_of(redaction_exchange);
	o->code = r->code;
	memset(o->enhanced, 0, sizeof(o->enhanced));
	if (!redaction_finds(d, view_of(r->word)))
		memcpy(o->enhanced, r->word, n);
	redaction_copy(d, words, o->text, sizeof(o->text));
}

/* The first fault wins. r NULL: no reply was judged, `words` tell why. */
static void dialogue_own_blame(struct dialogue *d, enum fault fault, enum phase phase,
			       const struct mail_reply *r, struct view words)
{
	static const struct mail_reply none;

	if (d->state & JUDGED)
		return;
	d->state |= JUDGED;
	d->outcome.fault = fault;
	d->outcome.phase = phase;
	note_reply(d, r != NULL ? r : &none);
	if (r == NULL)
		redaction_copy(d, words, d->outcome.text, sizeof(d->outcome.text));
}

/* What comes while the farewell is still unsent belongs to the answer before it. */
static enum phase dialogue_blamed_phase(const struct dialogue *d)
{
	return d->state & PARTING && d->output.n > 0 ? d->heard : d->phase;
}

enum judgement dialogue_blame(struct dialogue *d, enum fault fault, const char *words)
{
	dialogue_own_blame(d, fault, dialogue_blamed_phase(d), NULL, view_of(words));
	return JUDGED_BLAMED;
}

/* --- the end ------------------------------------------------------------------------------- */

static enum wish dialogue_finish(struct dialogue *d)
{
	d->state |= JUDGED;
	buffer_clear(&d->line);
	return d->wish = WISH_END;
}

/* Without a farewell: what is still unsaid stays so. */
static enum wish dialogue_abandon(struct dialogue *d)
{
	d->state &= ~(unsigned)SENDING;
	dialogue_sent(d, d->output.n);
	return dialogue_finish(d);
}

static enum wish dialogue_give_up(struct dialogue *d, enum fault fault, const char *words)
{
	dialogue_blame(d, fault, words);
	return dialogue_abandon(d);
}

/* --- steps --------------------------------------------------------------------------------- */

/* Says the current step's command, if it has one. False: it could not be made. */
static bool step_say(struct dialogue *d)
{
	const char *complaint = NULL;

	d->phase = d->step->phase;
	mail_reply_init(&d->reply);
	if (d->step->flags & STEP_LAST)
		d->state |= PARTING;
	if (d->step->flags & STEP_MARK) {
		d->state &= ~(unsigned)WOKEN;
		d->found = 0;
	}
	if (d->step->flags & STEP_MESSAGE)
		complaint = message_begin(d);
	else if (d->step->say != NULL)
		complaint = command_say(d, d->step->say);
	if (complaint != NULL)
		dialogue_blame(d, FAULT_INTERNAL, complaint);
	return complaint == NULL;
}

/* After a fault the stream is still sane: leave politely, at once. */
static enum wish farewell(struct dialogue *d)
{
	if (d->state & SENDING) /* it would become part of the message */
		return dialogue_abandon(d);
	d->step = farewell_of(d);
	d->state &= ~(unsigned)(LEAVING | CANCELLING);
	return step_say(d) ? (d->wish = WISH_READ) : dialogue_finish(d);
}

static enum wish dialogue_enter(struct dialogue *d);

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
	return dialogue_enter(d);
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
static enum wish dialogue_enter(struct dialogue *d)
{
	step_choose(d);
	if (d->step->phase > PHASE_CAPABILITY)
		capability_set_hear(d);
	if (d->step->flags & STEP_DEAD_END) {
		d->phase = d->step->phase;
		d->step->hear(d, NULL);
		return farewell(d);
	}
	if (!step_say(d))
		return farewell(d);
	return d->step->hear != NULL || d->step->flags & STEP_LAST ? (d->wish = WISH_READ)
								   : pause_begin(d);
}

/* --- judging a whole reply ----------------------------------------------------------------- */

static enum wish go_on(struct dialogue *d)
{
	if (d->step->phase == PHASE_GREETING || d->step->flags & STEP_MESSAGE)
		note_reply(d, &d->reply);
	if (d->step->flags & STEP_PAUSE)
		return pause_begin(d);
	if (d->step->flags & STEP_TLS) {
		d->phase = PHASE_TLS;
		mail_reply_init(&d->reply);
		return d->wish = WISH_TLS;
	}
	d->step += !(d->step->flags & STEP_AGAIN);
	return dialogue_enter(d);
}

/* The server waits for more than the password in a SASL exchange: that must end first, or the
 * farewell would be taken for an answer. */
static enum wish cancel(struct dialogue *d)
{
	d->state |= CANCELLING;
	mail_reply_init(&d->reply);
	return command_say(d, protocol_of(d)->cancel) == NULL ? d->wish
							      : dialogue_abandon(d);
}

/* What answers a cancelled login is a no; that to the cancelling means nothing by itself. */
static void blame_login(struct dialogue *d)
{
	enum fault fault = protocol_of(d)->fault(d, &d->reply);

	if (d->reply.answer == ANSWER_YES)
		fault = FAULT_PROTOCOL;
	else if (fault == FAULT_PROTOCOL || fault == FAULT_REJECTED)
		fault = FAULT_AUTH_FAILED;
	dialogue_own_blame(d, fault, d->phase, &d->reply, view_of(NULL));
}

/* The reply is not judged any more; it only tells whether we can say goodbye now. */
static enum wish dialogue_leave(struct dialogue *d)
{
	bool awaited = d->reply.answer == ANSWER_MORE;

	if (awaited && d->step->flags & STEP_SASL && !(d->state & CANCELLING))
		return cancel(d);
	if (awaited || (d->reply.answer == ANSWER_YES && d->step->flags & STEP_TLS))
		return dialogue_abandon(d);
	return farewell(d);
}

static enum wish dialogue_refuse(struct dialogue *d, enum fault fault)
{
	dialogue_own_blame(d, fault, d->phase, &d->reply, view_of(NULL));
	return d->reply.answer == ANSWER_MORE ? dialogue_abandon(d) : farewell(d);
}

static enum wish judge_step(struct dialogue *d)
{
	switch (d->step->hear(d, &d->reply)) {
	case JUDGED_GOOD:
		if (d->step->say != NULL)
			d->state |= ANSWERED;
		return go_on(d);
	case JUDGED_REFUSED:
		return dialogue_refuse(d, protocol_of(d)->fault(d, &d->reply));
	case JUDGED_ODD:
		return dialogue_refuse(d, FAULT_PROTOCOL);
	case JUDGED_CHALLENGE:
		return cancel(d);
	case JUDGED_BLAMED:
		break;
	}
	return d->reply.answer == ANSWER_MORE ? cancel(d) : farewell(d);
}

/* A server that closes, instead of an answer or before it, has said goodbye, too. */
static enum wish judge_farewell(struct dialogue *d)
{
	const struct mail_reply *r = &d->reply;

	if (!r->closing && d->output.n > 0)
		dialogue_blame(d, FAULT_PROTOCOL,
			       "the server answered before it was asked");
	else if (!r->closing && d->step->hear(d, r) != JUDGED_GOOD)
		dialogue_own_blame(d, FAULT_PROTOCOL, d->phase, r, view_of(NULL));
	return dialogue_abandon(d);
}

static enum wish dialogue_judge(struct dialogue *d)
{
	const struct mail_reply *r = &d->reply;

	if (d->step->flags & STEP_LAST)
		return judge_farewell(d);
	d->heard = d->phase;
	if (r->closing) {
		dialogue_own_blame(d, protocol_of(d)->fault(d, r), d->phase, r,
				   view_of(NULL));
		return dialogue_abandon(d);
	}
	if (d->state & SENDING && r->answer == ANSWER_NO)
		return dialogue_refuse(d, protocol_of(d)->fault(d, r));
	if (d->wish == WISH_PAUSE || d->output.n > 0)
		return dialogue_give_up(d, FAULT_PROTOCOL,
					"the server answered before it was asked");
	if (d->state & LEAVING)
		return dialogue_leave(d);
	if (!(d->state & CANCELLING))
		return judge_step(d);
	blame_login(d);
	return r->answer == ANSWER_MORE ? dialogue_abandon(d) : farewell(d);
}

/* --- lines --------------------------------------------------------------------------------- */

static enum wish line_bad(struct dialogue *d, struct view line)
{
	const char *name = d->phase == PHASE_GREETING ? foreign_banner_name(line) : NULL;
	struct mail_reply *r = &d->reply;

	if (redaction_is_exchange(d, LINE_BAD))
		line = view_of(redaction_exchange);
	mail_reply_init(r);
	if (name != NULL)
		buffer_format(&r->words, "this looks like %s, not %s:", name,
			      protocol_of(d)->title);
	else
		buffer_format(&r->words, "not an answer of %s:", protocol_of(d)->title);
	mail_reply_hear(r, line);
	dialogue_own_blame(d, FAULT_PROTOCOL, dialogue_blamed_phase(d), NULL,
			   buffer_view(&r->words));
	return dialogue_abandon(d);
}

static enum wish met_tls(struct dialogue *d)
{
	return dialogue_give_up(d, FAULT_PROTOCOL,
				"the server speaks TLS on this port: use implicit TLS");
}

static void dialogue_overhear(struct dialogue *d, struct view line, enum framing framing)
{
	const struct dialogue_params *t = d->params;
	char shown[DIALOGUE_SHOWN_MAX];

	if (t->overhear == NULL || (d->step->flags & STEP_BODY && framing == LINE_MORE))
		return; /* a message is not to be shown */
	if (redaction_is_exchange(d, framing))
		line = view_of(redaction_exchange);
	redaction_copy(d, line, shown, sizeof(shown));
	t->overhear(t->overhear_user, SPEAKER_SERVER, view_of(shown));
}

static enum wish hear_line(struct dialogue *d, struct view line)
{
	enum framing framing;

	if (line.n > 0 && memchr(line.p, '\0', line.n) != NULL)
		return dialogue_give_up(d, FAULT_PROTOCOL, "a line with a NUL byte");
	framing = protocol_of(d)->line(d, line, &d->reply);
	dialogue_overhear(d, line, framing);
	if (framing == LINE_BAD)
		return line_bad(d, line);
	buffer_clear(&d->line);
	d->part = 0;
	if (framing == LINE_LAST)
		return dialogue_judge(d);
	if (d->wish != WISH_PAUSE)
		return d->wish;
	mail_reply_init(&d->reply);
	return d->state & WOKEN ? dialogue_resume(d) : d->wish;
}

/* The line goes on behind a literal of `size` bytes. `kept` of the line so far is of use. */
static enum wish literal_begin(struct dialogue *d, struct view line, size_t kept,
			       size_t size)
{
	size_t room = DIALOGUE_SESSION_MAX - d->received;

	if (!dialogue_buffers_take(d))
		return dialogue_give_up(d, FAULT_INTERNAL, "out of memory");
	if (d->line.n == 0)
		buffer_put(&d->line, line);
	d->line.n = kept;
	if (protocol_of(d)->keeps_literals) {
		buffer_text(&d->line, "\n");
		room = d->line.cap - d->line.n;
	}
	d->literal = size;
	d->part = d->line.n;
	return size <= room
		   ? d->wish
		   : dialogue_give_up(d, FAULT_LIMIT, "a literal that is too long");
}

/* A line has ended, without its LF; `line` begins with what stood before its literals. */
static enum wish dialogue_line_end(struct dialogue *d, struct view line)
{
	bool (*literals)(struct view) = protocol_of(d)->literals;
	size_t open, size;

	if (d->phase == PHASE_GREETING && foreign_banner_is_tls(line))
		return met_tls(d);
	if (line.n > d->part && line.p[line.n - 1] == '\r')
		line.n--;
	if (++d->reply.lines > DIALOGUE_LINES_MAX && !(d->step->flags & STEP_BODY))
		return dialogue_give_up(d, FAULT_LIMIT, "a reply of too many lines");
	if (literals != NULL && literal_announced(view_skip(line, d->part), &open, &size) &&
	    literals(line))
		return literal_begin(
		    d, line, protocol_of(d)->keeps_literals ? line.n : d->part + open,
		    size);
	return hear_line(d, line);
}

/* Takes up to n bytes off the front; every byte of a session passes here. */
static struct view dialogue_cut(struct dialogue *d, struct view *bytes, size_t n)
{
	struct view part = { bytes->p, n < bytes->n ? n : bytes->n };

	*bytes = view_skip(*bytes, part.n);
	d->received += part.n;
	return part;
}

static void dialogue_take_literal(struct dialogue *d, struct view *bytes)
{
	struct view part = dialogue_cut(d, bytes, d->literal);

	d->literal -= part.n;
	if (d->step->flags & STEP_BODY)
		dialogue_hear_body(d, part);
	if (!protocol_of(d)->keeps_literals)
		return;
	buffer_put(&d->line, part);
	d->part = d->line.n;
}

/* A line that lies whole in the caller's bytes is read there; only pieces are stored. */
static enum wish dialogue_take_line(struct dialogue *d, struct view *bytes)
{
	const char *end = memchr(bytes->p, '\n', bytes->n);
	struct view part =
	    dialogue_cut(d, bytes, end != NULL ? (size_t)(end - bytes->p) : bytes->n);

	if (part.n > d->line.cap - d->line.n)
		return dialogue_give_up(d, FAULT_LIMIT, "a line that is too long");
	if (end != NULL)
		dialogue_cut(d, bytes, 1);
	if (end != NULL && d->line.n == 0)
		return dialogue_line_end(d, part);
	if (!dialogue_buffers_take(d))
		return dialogue_give_up(d, FAULT_INTERNAL, "out of memory");
	buffer_put(&d->line, part);
	if (end != NULL)
		return dialogue_line_end(d, buffer_view(&d->line));
	if (d->phase == PHASE_GREETING && foreign_banner_is_tls(buffer_view(&d->line)))
		return met_tls(d);
	return d->wish;
}

/* Behind a reply, before our next command is out, nobody but a chatty server may speak -
 * except to say that it closes, which it may at any time (RFC 5321 section 3.8). */
static bool out_of_turn(const struct dialogue *d, struct view bytes)
{
	struct view stored = buffer_view(&d->line),
		    closing = view_of(protocol_of(d)->closing);

	if (d->output.n == 0 || protocol_of(d)->chatty || d->state & SENDING)
		return false;
	for (size_t i = 0; i < closing.n && i < stored.n + bytes.n; i++) {
		char c = i < stored.n ? stored.p[i] : bytes.p[i - stored.n];

		if (!view_starts((struct view){ &c, 1 }, (char[]){ closing.p[i], '\0' }))
			return true;
	}
	return closing.n == 0;
}

/* Takes a line, or a piece of one, off the front. */
static enum wish dialogue_take(struct dialogue *d, struct view *bytes)
{
	size_t room = DIALOGUE_SESSION_MAX - d->received;
	struct view some = { bytes->p, bytes->n < room ? bytes->n : room };
	size_t n = some.n;

	if (room == 0)
		return dialogue_give_up(d, FAULT_LIMIT,
					"more bytes than a session may have");
	if (out_of_turn(d, some)) {
		dialogue_own_blame(
		    d, FAULT_PROTOCOL, d->heard, NULL,
		    view_of("bytes behind a whole reply, before it was our turn"));
		return dialogue_abandon(d);
	}
	if (d->literal > 0)
		dialogue_take_literal(d, &some);
	else
		dialogue_take_line(d, &some);
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
		dialogue_buffers_move_in(d, room);
}

enum wish dialogue_start(struct dialogue *d, enum trust trust)
{
	if (d->state & JUDGED)
		return d->wish;
	d->trust = trust;
	if (d->params->tls == TLS_MODE_IMPLICIT)
		d->state |= IN_TLS;
	return dialogue_enter(d);
}

enum wish dialogue_feed(struct dialogue *d, struct view bytes)
{
	while (bytes.n > 0 && (d->wish == WISH_READ || d->wish == WISH_PAUSE))
		dialogue_take(d, &bytes);
	if (bytes.n > 0 && d->wish == WISH_TLS)
		return dialogue_injected(d);
	return d->wish;
}

enum wish dialogue_injected(struct dialogue *d)
{
	dialogue_own_blame(d, FAULT_INJECTION, PHASE_STARTTLS, NULL,
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
	return dialogue_enter(d);
}

/* What the server has said of a reply that never became whole. */
static struct view unfinished(const struct dialogue *d)
{
	if (d->step->flags & STEP_SASL)
		return view_of(NULL);
	return d->reply.words.n > 0 ? buffer_view(&d->reply.words) : buffer_view(&d->line);
}

enum wish dialogue_break(struct dialogue *d, enum fault fault)
{
	if (d->wish == WISH_END)
		return WISH_END;
	if (!(d->state & PARTING))
		dialogue_own_blame(d, fault, d->phase, NULL, unfinished(d));
	return dialogue_abandon(d);
}

enum wish dialogue_timeout(struct dialogue *d)
{
	bool stay = d->wish == WISH_READ && !dialogue_judged(d) &&
		    d->phase != PHASE_CONNECT && !(d->state & SENDING);

	if (d->wish == WISH_END)
		return WISH_END;
	if (!(d->state & PARTING))
		dialogue_own_blame(d, FAULT_TIMEOUT, d->phase, NULL, unfinished(d));
	if (!stay)
		return dialogue_abandon(d);
	d->state |= LEAVING;
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
