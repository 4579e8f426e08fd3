/* redaction.c - finds secrets in texts even where a server has encoded or disguised them.
 *
 * Both the text and the secret are reduced to lower-case letters, digits and punctuation,
 * then compared. A text is searched up to three times: as it came, cleaned as it would be
 * shown, and with percent-encoding decoded.
 */
#include "redaction.h"

#include "base64.h"
#include "sasl_mechanisms.h"

#include <string.h>

const char redaction_withheld[] = "(withheld: the server repeated the password)";
const char redaction_sasl_exchange[] = "(SASL exchange not shown)";

enum {
	TEXT_MAX = 3 * DIALOGUE_LINE_MAX + 1, /* each byte may become U+FFFD */
	FORM_MAX = (SASL_EXCHANGE_MESSAGE_MAX + 2 + 2) / 3 * 4,
	LONG_MIN = 16, /* of a secret this long, any part of RUN_MIN characters counts */
	RUN_MIN = 12,
	PLAIN_MIN = 3,     /* fewer ASCII characters are not searched for alone */
	HEX_MIN = 3,       /* bytes; shorter secrets are not searched for in hexadecimal */
	SENSITIVE_MIN = 8, /* shorter messages of an exchange occur by chance */
};

/* --- the reduced form of a text ------------------------------------------------------------ */

static char secret_reduced_char(char c)
{
	c = ascii_lower(c);
	return c == '-' ? '+' : c == '_' ? '/' : c; /* RFC 4648 section 5 */
}

/* Writes the text to dst without blanks, control characters and backslashes, and if
 * only_ascii without all bytes that are not ASCII. */
static struct view secret_reduce(struct view v, bool only_ascii, char *dst)
{
	size_t n = 0;

	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];

		if (c <= ' ' || c == '\\' || c == 0x7f || (only_ascii && c > 0x7f))
			continue;
		dst[n++] = secret_reduced_char(v.p[i]);
	}
	return (struct view){ dst, n };
}

static int secret_hex_value(char c)
{
	c = ascii_lower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Writes only the hexadecimal digits to dst: "\x73", "73:65" and "%73" all contain 73. */
static struct view secret_digits(struct view v, char *dst)
{
	size_t n = 0;

	for (size_t i = 0; i < v.n; i++)
		if (secret_hex_value(v.p[i]) >= 0)
			dst[n++] = v.p[i];
	return (struct view){ dst, n };
}

static struct view secret_unescape(struct view v, char *dst)
{
	size_t n = 0;

	for (size_t i = 0; i < v.n; i++) {
		int high = i + 2 < v.n ? secret_hex_value(v.p[i + 1]) : -1;
		int low = i + 2 < v.n ? secret_hex_value(v.p[i + 2]) : -1;

		if (v.p[i] == '%' && high >= 0 && low >= 0) {
			dst[n++] = (char)(high << 4 | low);
			i += 2;
		} else {
			dst[n++] = v.p[i];
		}
	}
	return (struct view){ dst, n };
}

/* --- one form of a secret in a text, both reduced ------------------------------------------ */

static unsigned secret_hash(const char *p)
{
	uint32_t gram;

	memcpy(&gram, p, sizeof(gram));
	return gram * 2654435761U >> 16;
}

/* True if RUN_MIN consecutive characters of the secret occur in the text. The set `seen`
 * holds a hash of each group of four characters of the secret; the text has such a run
 * where nine consecutive groups are in the set. */
static bool secret_shares_run(struct view searched, struct view secret)
{
	enum { GRAM = 4 };
	unsigned char seen[65536 / 8];
	size_t run = 0;

	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i + GRAM <= secret.n; i++) {
		unsigned hash = secret_hash(secret.p + i);

		seen[hash / 8] = (unsigned char)(seen[hash / 8] | 1U << hash % 8);
	}
	for (size_t i = 0; i + GRAM <= searched.n; i++) {
		unsigned hash = secret_hash(searched.p + i);

		run = seen[hash / 8] & 1U << hash % 8 ? run + 1 : 0;
		if (run > RUN_MIN - GRAM)
			return true;
	}
	return false;
}

/* True if the text ends with the first half of the secret, or with its first eight
 * characters, because it was cut off there. */
static bool secret_is_cut(struct view searched, struct view secret)
{
	size_t least = secret.n < 6 ? 3 : secret.n / 2;

	if (least > 8)
		least = 8;
	for (size_t n = least; n < secret.n && n <= searched.n; n++)
		if (memcmp(searched.p + searched.n - n, secret.p, n) == 0)
			return true;
	return false;
}

static bool secret_found(struct view searched, struct view secret)
{
	if (secret.n == 0 || searched.n == 0)
		return false;
	if (secret.n >= LONG_MIN)
		return secret_shares_run(searched, secret);
	return memmem(searched.p, searched.n, secret.p, secret.n) != NULL ||
	       secret_is_cut(searched, secret);
}

/* True if the text holds the secret in base64 where `before` bytes (0, 1 or 2) precede it.
 * Only the base64 characters that depend on the secret alone are compared. For a secret of
 * one or two bytes the whole encoding with its padding is compared. */
static bool secret_base64_found(struct view searched, struct view secret, size_t before)
{
	char storage[FORM_MAX], bytes[SASL_EXCHANGE_MESSAGE_MAX + 2] = { 0 };
	size_t first = before == 0 ? 0 : before + 1, end = (before + secret.n) * 8 / 6;
	struct view form = { storage, 0 };
	struct buffer b;
	bool found = false;

	if (secret.n == 0 || secret.n > SASL_EXCHANGE_MESSAGE_MAX)
		return false;
	buffer_init(&b, storage, sizeof(storage));
	memcpy(bytes + before, secret.p, secret.n);
	base64_encode(&b, (struct view){ bytes, before + secret.n });
	if (before == 0 && secret.n < 3)
		end = b.n;
	if (end >= first + 4) {
		form = secret_reduce((struct view){ storage + first, end - first }, true,
				     storage);
		found = secret_found(searched, form);
	}
	explicit_bzero(bytes, before + secret.n);
	explicit_bzero(storage, b.n);
	return found;
}

static bool secret_hex_found(struct view searched, struct view secret)
{
	static const char digits[] = "0123456789abcdef";
	char storage[TEXT_MAX], form[2 * SASL_EXCHANGE_MESSAGE_MAX];
	bool found;

	if (secret.n < HEX_MIN || secret.n > SASL_EXCHANGE_MESSAGE_MAX)
		return false;
	for (size_t i = 0; i < secret.n; i++) {
		form[2 * i] = digits[(unsigned char)secret.p[i] >> 4];
		form[2 * i + 1] = digits[secret.p[i] & 15];
	}
	found = secret_found(secret_digits(searched, storage),
			     (struct view){ form, 2 * secret.n });
	explicit_bzero(form, 2 * secret.n);
	return found;
}

/* Such a text needs no cleaning before it is searched. */
static bool secret_is_plain_ascii(struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] < ' ' || (unsigned char)v.p[i] >= 0x7f)
			return false;
	return true;
}

static struct view cleaned_text(struct view v, char storage[TEXT_MAX])
{
	if (secret_is_plain_ascii(v))
		return v;
	return (struct view){ storage, printable_copy(storage, TEXT_MAX, v) };
}

/* True if the text holds the secret itself. A secret with few ASCII characters is compared
 * with its other characters, too. */
static bool secret_plain_found(struct view text, struct view secret)
{
	char searched[TEXT_MAX], cleaned[TEXT_MAX], form[TEXT_MAX];
	struct view clean = cleaned_text(secret, cleaned);
	struct view reduced = secret_reduce(clean, true, form);
	bool ascii = reduced.n >= PLAIN_MIN || reduced.n == clean.n, found;

	if (!ascii)
		reduced = secret_reduce(clean, false, form);
	found = secret_found(secret_reduce(text, ascii, searched), reduced);
	explicit_bzero(cleaned, clean.p == cleaned ? clean.n : 0);
	explicit_bzero(form, reduced.n);
	return found;
}

/* --- all secrets --------------------------------------------------------------------------- */

static bool secret_encoded(struct view text, struct view secret)
{
	char storage[TEXT_MAX];
	struct view searched = secret_reduce(text, true, storage);

	return secret_base64_found(searched, secret, 0) ||
	       secret_base64_found(searched, secret, 1) ||
	       secret_base64_found(searched, secret, 2) ||
	       secret_hex_found(searched, secret);
}

static struct view configured_secret(const struct dialogue *d)
{
	const struct dialogue_params *t = d->params;

	return view_of(t->redacted_secret != NULL ? t->redacted_secret : t->password);
}

/* True if the text holds a login message of user and password in base64: of a short
 * password alone too few base64 characters are certain. */
static bool secret_message_found(const struct dialogue *d, struct view text)
{
	char storage[SASL_EXCHANGE_MESSAGE_MAX];
	struct buffer made;
	bool found = false;

	if (d->params->user == NULL || d->params->password == NULL)
		return false;
	for (enum mechanism m = MECHANISM_PLAIN; m < MECHANISM_COUNT && !found; m++) {
		buffer_init(&made, storage, sizeof(storage));
		if (sasl_exchange_write_secret(d, m, &made))
			found = secret_encoded(text, buffer_view(&made));
		explicit_bzero(storage, made.n);
	}
	return found;
}

/* True if the text holds a sensitive message of this login's SASL exchange. */
static bool secret_sensitive_message_found(const struct dialogue *d, struct view text)
{
	struct view rest = sasl_exchange_sensitive(d);

	while (rest.n > 0) {
		const char *end = memchr(rest.p, '\0', rest.n);
		struct view message = { rest.p,
					end != NULL ? (size_t)(end - rest.p) : rest.n };

		if (message.n >= SENSITIVE_MIN &&
		    (secret_plain_found(text, message) || secret_encoded(text, message)))
			return true;
		rest = view_skip(rest, message.n + 1);
	}
	return false;
}

/* Searches one form of the text for all secrets. */
static bool secret_any_found(const struct dialogue *d, struct view text)
{
	enum { SHORT_MAX = 6 };
	struct view secret = configured_secret(d);

	if (secret.n > 0 &&
	    (secret_plain_found(text, secret) || secret_encoded(text, secret) ||
	     (secret.n <= SHORT_MAX && secret_message_found(d, text))))
		return true;
	return secret_sensitive_message_found(d, text);
}

bool redaction_finds_secret(const struct dialogue *d, struct view text)
{
	char storage[TEXT_MAX];

	if (text.n == 0 ||
	    (configured_secret(d).n == 0 && sasl_exchange_sensitive(d).n == 0))
		return false;
	if (text.n > DIALOGUE_LINE_MAX || configured_secret(d).n > DIALOGUE_TOKEN_MAX)
		return true;
	if (secret_any_found(d, text) || (!secret_is_plain_ascii(text) &&
					  secret_any_found(d, cleaned_text(text, storage))))
		return true;
	return memchr(text.p, '%', text.n) != NULL &&
	       secret_any_found(d, secret_unescape(text, storage));
}

/* --- what is shown ------------------------------------------------------------------------- */

bool redaction_in_sasl_exchange(const struct dialogue *d, enum framing framing)
{
	const struct mail_reply *r = &d->reply;

	return d->step->flags & STEP_SASL &&
	       (framing == LINE_BAD || r->answer == ANSWER_CONTINUE ||
		view_equal(view_of(r->status_code), "SASL"));
}

/* The size of an APOP timestamp "<1896.697170952@dbc.example>", or of the beginning of one,
 * at the front of the text; 0 if there is none. */
static size_t secret_timestamp_size(struct view v)
{
	const char *close = memchr(v.p, '>', v.n);
	size_t n = close != NULL ? (size_t)(close - v.p) + 1 : v.n;

	if (v.p[0] != '<' || v.n < 2 || v.p[1] == '!' || v.p[1] == '/')
		return 0;
	return close == NULL || memchr(v.p, '@', n) != NULL ? n : 0;
}

static struct view secret_without_timestamp(struct view text, struct buffer *b)
{
	for (size_t i = 0; i < text.n; i++) {
		size_t n = secret_timestamp_size(view_skip(text, i));

		if (n == 0) {
			buffer_put(b, (struct view){ text.p + i, 1 });
			continue;
		}
		buffer_text(b, "<not shown>");
		i += n - 1;
	}
	return buffer_view(b);
}

void redaction_copy(const struct dialogue *d, struct view text, char *dst, size_t cap)
{
	char storage[DIALOGUE_LINE_MAX + 16];
	struct buffer b;

	buffer_init(&b, storage, sizeof(storage));
	if (redaction_finds_secret(d, text))
		text = view_of(redaction_withheld);
	else if (d->params->protocol->greets_with_timestamp && d->phase == PHASE_GREETING)
		text = secret_without_timestamp(text, &b);
	printable_copy(dst, cap, text);
}
