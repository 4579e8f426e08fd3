/* message.c - messages that go out and come in, and what is heard of those in a mailbox. */
#include "message.h"

#include "dialogue_state.h"

enum {
	LINE_BYTES_MAX = 998, /* RFC 5321 section 4.5.3.1.6, without CR LF */
	END_BYTES = 5,        /* CR LF, ".", CR LF */
};

/* --- out ----------------------------------------------------------------------------------- */

static const char *message_complaint(struct view message)
{
	size_t line = 0;

	if (message.n > DIALOGUE_MESSAGE_MAX)
		return "the message is too long to be sent";
	for (size_t i = 0; i < message.n; i++) {
		char c = message.p[i];
		bool last = i + 1 == message.n;

		if (c == '\0')
			return "the message holds a NUL byte";
		if (c == '\r' && (last || message.p[i + 1] != '\n'))
			return "the message holds a CR that ends no line";
		line = c == '\n' ? 0 : line + (c != '\r');
		if (line > LINE_BYTES_MAX)
			return "a line of the message is too long";
	}
	return NULL;
}

static void message_put(struct buffer *out, struct view message, size_t at)
{
	char before = at > 0 ? message.p[at - 1] : '\n', c = message.p[at];

	if (c == '.' && before == '\n')
		buffer_text(out, ".");
	if (c == '\n' && before != '\r')
		buffer_text(out, "\r");
	buffer_put(out, (struct view){ &message.p[at], 1 });
}

bool message_fill(struct dialogue *d)
{
	struct view message = d->params->mail->message;
	struct buffer *out = &d->output;

	if (d->handed > message.n)
		return false;
	for (; d->handed < message.n; d->handed++) {
		if (out->cap - out->n < END_BYTES)
			return true;
		message_put(out, message, d->handed);
	}
	if (out->cap - out->n < END_BYTES)
		return true;
	if (message.n > 0 && message.p[message.n - 1] != '\n')
		buffer_text(out, "\r\n");
	buffer_text(out, ".\r\n");
	d->handed++;
	return true;
}

const char *message_begin(struct dialogue *d)
{
	const char *complaint = message_complaint(d->params->mail->message);

	if (complaint != NULL)
		return complaint;
	if (d->params->on_line != NULL)
		d->params->on_line(d->params->on_line_user, SPEAKER_US,
				   view_of("(the message)"));
	d->state |= SENDING;
	d->handed = 0;
	message_fill(d);
	return NULL;
}

/* --- in ------------------------------------------------------------------------------------ */

void dialogue_hear_body(struct dialogue *d, struct view part)
{
	const struct dialogue_mail *mail = d->params->mail;

	if (mail != NULL && mail->body != NULL && part.n > 0)
		mail->body(mail->user, part);
}

void dialogue_hear_event(struct dialogue *d, const struct dialogue_event *e)
{
	const struct dialogue_mail *mail = d->params->mail;

	if (mail == NULL)
		return;
	if (mail->hear != NULL ? mail->hear(mail->user, e) : e->kind == DIALOGUE_EXISTS)
		d->state |= WOKEN;
}

unsigned dialogue_found(const struct dialogue *d)
{
	return d->found;
}

struct span dialogue_pause(const struct dialogue *d)
{
	return d->params->mail != NULL ? d->params->mail->pause : (struct span){ 0 };
}

/* --- guards -------------------------------------------------------------------------------- */

bool message_found(const struct dialogue *d)
{
	return dialogue_has_learned(d, LEARNED_LOGGED_IN) && d->found > 0;
}

bool message_missing(const struct dialogue *d)
{
	return dialogue_has_learned(d, LEARNED_LOGGED_IN) && d->found == 0;
}

bool message_unwanted(const struct dialogue *d)
{
	return message_found(d) && d->params->mail->discard;
}
