/* command.c - replaces each {name:form} of a template: template_value finds the value, the
 * table of forms writes it.
 *
 * No value of a login is written unless sasl_may_send permits it, whatever the template
 * says.
 */
#include "command.h"

#include "base64.h"
#include "sasl.h"
#include "sasl_mechanisms.h"

#include <inttypes.h>
#include <string.h>

/* The longest quoted string in ManageSieve, RFC 5804 section 4. */
enum { QUOTED_MAX = 1024 };
enum { BASE64_MAX = (SASL_EXCHANGE_MESSAGE_MAX + 2) / 3 * 4 };

/* --- forms --------------------------------------------------------------------------------- */

static void command_put_unchanged(struct buffer *b, struct view v)
{
	buffer_put(b, v);
}

static void command_put_quoted(struct buffer *b, struct view v)
{
	buffer_text(b, "\"");
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '"' || v.p[i] == '\\')
			buffer_text(b, "\\");
		buffer_put(b, (struct view){ v.p + i, 1 });
	}
	buffer_text(b, "\"");
}

static void command_put_literal_size(struct buffer *b, struct view v)
{
	buffer_format(b, "{%zu}", v.n);
}

static void command_put_literal(struct buffer *b, struct view v)
{
	buffer_format(b, "{%zu+}\r\n", v.n);
	buffer_put(b, v);
}

static void command_put_base64(struct buffer *b, struct view v)
{
	base64_encode(b, v);
}

/* RFC 4954 section 4: an empty initial response is "=". */
static void command_put_initial_response(struct buffer *b, struct view v)
{
	if (v.n == 0)
		buffer_text(b, "=");
	base64_encode(b, v);
}

static void command_put_sieve_string(struct buffer *b, struct view v)
{
	char storage[BASE64_MAX];
	struct buffer text;

	buffer_init(&text, storage, sizeof(storage));
	base64_encode(&text, v);
	(text.n > QUOTED_MAX ? command_put_literal
			     : command_put_quoted)(b, buffer_view(&text));
	explicit_bzero(storage, text.n);
}

static const struct form {
	const char *name;
	void (*put)(struct buffer *, struct view);
} forms[] = {
	{ "", command_put_unchanged },          { "quoted", command_put_quoted },
	{ "size", command_put_literal_size },   { "literal", command_put_literal },
	{ "base64", command_put_base64 },       { "initial", command_put_initial_response },
	{ "string", command_put_sieve_string },
};

/* --- values -------------------------------------------------------------------------------- */

/* A text of the params as bytes. These functions return NULL, or a sentence that says why
 * not. */
static const char *checked_text_up_to(size_t max, const char *text, const char *complaint,
				      struct view *ret_text)
{
	struct view v = view_of(text);

	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] < ' ' || v.p[i] == 0x7f)
			return complaint;
	if (v.n > max)
		return complaint;
	*ret_text = v;
	return NULL;
}

static const char *checked_text(const char *text, const char *complaint,
				struct view *ret_text)
{
	return checked_text_up_to(DIALOGUE_VALUE_MAX, text, complaint, ret_text);
}

static const char *ehlo_name_value(const struct dialogue *d, struct view *ret_text)
{
	return checked_text(d->params->ehlo_name,
			    "our own name is too long or holds a control character",
			    ret_text);
}

static const char *user_value(const struct dialogue *d, struct view *ret_text)
{
	return checked_text(d->params->user,
			    "the user name is too long or holds a control character",
			    ret_text);
}

static const char *password_value(const struct dialogue *d, struct view *ret_text)
{
	if (d->params->flags & DIALOGUE_TOKEN)
		return checked_text_up_to(
		    DIALOGUE_TOKEN_MAX, d->params->password,
		    "the token is too long or holds a control character", ret_text);
	return checked_text(d->params->password,
			    "the password is too long or holds a control character",
			    ret_text);
}

/* RFC 5321 section 4.1.2: the address stands between angle brackets and must not close
 * them. */
static const char *mailbox_value(const char *mailbox, struct view *ret_text)
{
	struct view v = view_of(mailbox);

	if (v.n > 0 && (memchr(v.p, '<', v.n) != NULL || memchr(v.p, '>', v.n) != NULL ||
			memchr(v.p, ' ', v.n) != NULL))
		return "an address of the envelope holds a blank or an angle bracket";
	return checked_text(
	    mailbox, "an address of the envelope is too long or holds a control character",
	    ret_text);
}

/* Writes the next message of the SASL exchange into `made`. */
static const char *sasl_message_value(struct dialogue *d, struct buffer *made,
				      struct view *ret_text)
{
	struct view user, password;
	const char *complaint = user_value(d, &user);

	if (complaint == NULL)
		complaint = password_value(d, &password);
	if (complaint == NULL)
		complaint = sasl_exchange_write_message(d, sasl_mechanism(d), made);
	*ret_text = buffer_view(made);
	return complaint;
}

/* Which message, and where. False: the name is none of these. */
static bool message_value_of(const struct dialogue *d, struct view name,
			     struct buffer *made)
{
	const struct dialogue_mail *mail = d->params->mail;

	if (view_equal(name, "number"))
		buffer_format(made, "%" PRIu32, d->number);
	else if (view_equal(name, "mailbox"))
		buffer_text(made, mail->mailbox != NULL ? mail->mailbox : "INBOX");
	else if (view_equal(name, "message-id"))
		buffer_text(made, mail->message_id != NULL ? mail->message_id : "");
	else
		return false;
	return true;
}

static const char *template_value(struct dialogue *d, struct view name, struct buffer *made,
				  struct view *ret_text)
{
	if (view_equal(name, "ehlo_name"))
		return ehlo_name_value(d, ret_text);
	if (view_equal(name, "from"))
		return mailbox_value(d->params->from, ret_text);
	if (view_equal(name, "to"))
		return mailbox_value(d->params->to, ret_text);
	if (d->params->mail != NULL && message_value_of(d, name, made))
		return checked_text_up_to(
		    DIALOGUE_VALUE_MAX, buffer_string(made),
		    "a mailbox or Message-ID is too long or holds a control "
		    "character",
		    ret_text);
	if (!sasl_may_send(d))
		return "a password may not be sent here";
	if (view_equal(name, "user"))
		return user_value(d, ret_text);
	if (view_equal(name, "password"))
		return password_value(d, ret_text);
	if (view_equal(name, "mechanism"))
		return checked_text(mechanism_name(sasl_mechanism(d)), NULL, ret_text);
	if (view_equal(name, "sasl"))
		return sasl_message_value(d, made, ret_text);
	return "a template names no value we know";
}

/* --- templates ----------------------------------------------------------------------------- */

static const struct form *template_form(struct view name)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (view_equal(name, forms[i].name))
			return &forms[i];
	return &forms[0];
}

/* `slot` is "user:quoted". The tag is made here because it is the only value that changes
 * state. */
static const char *command_put_value(struct dialogue *d, struct view slot, struct buffer *b)
{
	const char *colon = slot.n > 0 ? memchr(slot.p, ':', slot.n) : NULL;
	struct view name = { slot.p, colon != NULL ? (size_t)(colon - slot.p) : slot.n };
	struct view text = { NULL, 0 };
	char storage[SASL_EXCHANGE_MESSAGE_MAX];
	const char *complaint;
	struct buffer made;

	if (view_equal(name, "tag")) {
		buffer_format(b, "a%u", ++d->tag);
		return NULL;
	}
	buffer_init(&made, storage, sizeof(storage));
	complaint = template_value(d, name, &made, &text);
	if (complaint == NULL)
		template_form(view_skip(slot, name.n + 1))->put(b, text);
	explicit_bzero(storage, made.n);
	return complaint;
}

static const char *command_put_template(struct dialogue *d, const char *template,
					struct buffer *b)
{
	struct view rest = view_of(template);

	while (rest.n > 0) {
		const char *open = memchr(rest.p, '{', rest.n);
		size_t n = open != NULL ? (size_t)(open - rest.p) : rest.n;
		const char *complaint;

		buffer_put(b, (struct view){ rest.p, n });
		rest = view_skip(rest, n + 1);
		if (open == NULL)
			break;
		n = strcspn(rest.p, "}");
		complaint = command_put_value(d, (struct view){ rest.p, n }, b);
		if (complaint != NULL)
			return complaint;
		rest = view_skip(rest, n + 1);
	}
	return NULL;
}

static bool template_has_secret(const char *template)
{
	return strstr(template, "{user") != NULL || strstr(template, "{password") != NULL ||
	       strstr(template, "{sasl") != NULL;
}

/* The template with the name of the mechanism filled in, which is no secret. */
static struct view template_with_mechanism(const struct dialogue *d, const char *template,
					   struct buffer *b)
{
	static const char slot[] = "{mechanism}";
	const char *at = strstr(template, slot);

	if (at == NULL)
		return view_of(template);
	buffer_put(b, (struct view){ template, (size_t)(at - template) });
	buffer_text(b, mechanism_name(sasl_mechanism(d)));
	buffer_text(b, at + sizeof(slot) - 1);
	return buffer_view(b);
}

static void command_pass_on(struct dialogue *d, const char *template, struct view command)
{
	char storage[128];
	struct buffer b;

	if (d->params->on_line == NULL)
		return;
	buffer_init(&b, storage, sizeof(storage));
	if (template_has_secret(template))
		command = template_with_mechanism(d, template, &b);
	d->params->on_line(d->params->on_line_user, SPEAKER_US, command);
}

const char *command_write(struct dialogue *d, const char *template)
{
	struct buffer *out = &d->output;
	size_t before = out->n;
	unsigned tag = d->tag;
	const char *complaint;

	out->full = false;
	complaint = command_put_template(d, template, out);
	if (complaint == NULL && (!buffer_text(out, "\r\n") || out->full))
		complaint = "no room for a command behind what was not sent";
	if (complaint == NULL) {
		command_pass_on(d, template,
				(struct view){ out->p + before, out->n - before - 2 });
		return NULL;
	}
	d->tag = tag;
	out->n = before;
	explicit_bzero(out->p + out->n, out->cap - out->n);
	return complaint;
}
