/* sasl_mechanisms.c - the table of mechanisms is at the foot; above it what each says and hears. */
#include "sasl_mechanisms.h"

#include "base64.h"

#include <string.h>

enum { NUL_BYTE = 0, KEY_END = 1 }; /* between the parts of a message */

static void put_byte(struct buffer *b, char c)
{
	buffer_put(b, (struct view){ &c, 1 });
}

static struct view sasl_mechanisms_user_of(const struct dialogue *d)
{
	return view_of(d->params->user);
}

static struct view sasl_mechanisms_password_of(const struct dialogue *d)
{
	return view_of(d->params->password);
}

/* NULL: out of memory. */
static struct exchange *lent(struct dialogue *d)
{
	const struct dialogue_params *t = d->params;

	if (d->exchange == NULL && t->means != NULL)
		d->exchange = t->means->lend_exchange(t->lend_user);
	if (d->exchange != NULL && d->exchange->answer.p == NULL) {
		buffer_init(&d->exchange->answer, d->exchange->storage,
			    sizeof(d->exchange->storage));
		d->exchange->proven = false;
	}
	return d->exchange;
}

static enum judgement no_memory(struct dialogue *d)
{
	return dialogue_blame(d, FAULT_INTERNAL, "out of memory");
}

static void sasl_exchange_note(struct exchange *e, struct view message)
{
	size_t room = sizeof(e->spoken) - e->spoken_n;

	if (message.n + 1 > room)
		message.n = room > 0 ? room - 1 : 0;
	if (message.n == 0)
		return;
	memcpy(e->spoken + e->spoken_n, message.p, message.n);
	e->spoken_n += message.n;
	e->spoken[e->spoken_n++] = '\0';
}

struct view sasl_exchange_spoken(const struct dialogue *d)
{
	const struct exchange *e = d->exchange;

	return (struct view){ e != NULL ? e->spoken : NULL, e != NULL ? e->spoken_n : 0 };
}

/* --- one message --------------------------------------------------------------------------- */

static void sasl_mechanisms_put_plain(const struct dialogue *d, struct buffer *b)
{
	put_byte(b, NUL_BYTE);
	buffer_put(b, sasl_mechanisms_user_of(d));
	put_byte(b, NUL_BYTE);
	buffer_put(b, sasl_mechanisms_password_of(d));
}

static const char *plain_say(struct dialogue *d, enum mechanism m, struct buffer *b)
{
	(void)m;
	sasl_mechanisms_put_plain(d, b);
	return NULL;
}

static const char *external_say(struct dialogue *d, enum mechanism m, struct buffer *b)
{
	(void)m;
	buffer_put(b, sasl_mechanisms_user_of(d));
	return NULL;
}

static const char *login_say(struct dialogue *d, enum mechanism m, struct buffer *b)
{
	(void)m;
	buffer_put(b, d->round == 1 ? sasl_mechanisms_user_of(d)
				    : sasl_mechanisms_password_of(d));
	return NULL;
}

/* --- tokens -------------------------------------------------------------------------------- */

static void put_token(const struct dialogue *d, struct buffer *b)
{
	put_byte(b, KEY_END);
	buffer_text(b, "auth=Bearer ");
	buffer_put(b, sasl_mechanisms_password_of(d));
	put_byte(b, KEY_END);
	put_byte(b, KEY_END);
}

/* RFC 7628 section 3.1, the header being that of RFC 5801 section 4. */
static void put_bearer(const struct dialogue *d, struct buffer *b)
{
	struct view user = sasl_mechanisms_user_of(d);

	buffer_text(b, "n,a=");
	for (size_t i = 0; i < user.n; i++)
		if (user.p[i] == ',' || user.p[i] == '=')
			buffer_text(b, user.p[i] == ',' ? "=2C" : "=3D");
		else
			put_byte(b, user.p[i]);
	buffer_text(b, ",");
	put_token(d, b);
}

static void put_xoauth2(const struct dialogue *d, struct buffer *b)
{
	buffer_text(b, "user=");
	buffer_put(b, sasl_mechanisms_user_of(d));
	put_token(d, b);
}

/* Section 3.2.3: what an error is answered with. */
static const char *bearer_say(struct dialogue *d, enum mechanism m, struct buffer *b)
{
	(void)m;
	if (d->round > 0)
		put_byte(b, KEY_END);
	else
		put_bearer(d, b);
	return NULL;
}

static const char *xoauth2_say(struct dialogue *d, enum mechanism m, struct buffer *b)
{
	(void)m;
	if (d->round == 0)
		put_xoauth2(d, b);
	return NULL;
}

/* The first group of four that is not base64 ends it, and so does a full buffer: a long text is
 * cut, also where it came in several lines with blanks between them. */
static void decode_some(struct view text, struct buffer *ret_bytes)
{
	char group[4];
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == ' ')
			continue;
		group[n++] = text.p[i];
		if (n < sizeof(group))
			continue;
		if (!base64_decode(ret_bytes, (struct view){ group, n }))
			return;
		n = 0;
	}
}

/* The value of "status", RFC 7628 section 3.2.2: a word or a number. */
static struct view sasl_mechanisms_status_of(struct view json)
{
	static const char key[] = "\"status\"";
	const char *at = json.n > 0 ? memmem(json.p, json.n, key, sizeof(key) - 1) : NULL;
	struct view rest = { NULL, 0 }, word;

	if (at == NULL)
		return rest;
	rest = view_skip(json, (size_t)(at - json.p) + sizeof(key) - 1);
	while (rest.n > 0 && (rest.p[0] == ' ' || rest.p[0] == ':' || rest.p[0] == '"'))
		rest = view_skip(rest, 1);
	for (word = (struct view){ rest.p, 0 }; word.n < rest.n; word.n++) {
		char c = ascii_lower(rest.p[word.n]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '_')
			break;
	}
	return word;
}

/* A challenge tells an error, in JSON, of which only the status is for people. */
static enum judgement token_hear(struct dialogue *d, enum mechanism m,
				 struct view challenge)
{
	enum { STATUS_MAX = 32 };
	struct exchange *e = lent(d);
	char storage[sizeof(d->reply.storage)];
	struct buffer json;
	struct view status;

	(void)m;
	if (e == NULL)
		return no_memory(d);
	buffer_init(&json, storage, sizeof(storage));
	decode_some(challenge, &json);
	status = sasl_mechanisms_status_of(buffer_view(&json));
	buffer_clear(&e->answer);
	if (status.n > 0 && status.n <= STATUS_MAX) {
		buffer_text(&e->answer, "status ");
		buffer_put(&e->answer, status);
	}
	return JUDGED_GOOD;
}

/* --- with digests -------------------------------------------------------------------------- */

/* False, and blamed. */
static bool decode(struct dialogue *d, struct view challenge, struct buffer *ret_text)
{
	if (challenge.n >= sizeof(d->reply.storage)) {
		dialogue_blame(d, FAULT_LIMIT, "a login challenge that is too long");
		return false;
	}
	if (!base64_decode(ret_text, challenge)) {
		dialogue_blame(d, FAULT_PROTOCOL,
			       "the server's login challenge is not base64");
		return false;
	}
	return true;
}

static const char *answer_say(struct dialogue *d, enum mechanism m, struct buffer *b)
{
	(void)m;
	buffer_put(b, buffer_view(&d->exchange->answer));
	return NULL;
}

/* "1896.697170952" of "<1896.697170952@mail.example>": behind the @ is only the server's name. */
static struct view before_at(struct view challenge)
{
	const char *at = memchr(challenge.p, '@', challenge.n);

	if (at != NULL)
		challenge.n = (size_t)(at - challenge.p);
	return view_skip(challenge, challenge.p[0] == '<' ? 1 : 0);
}

static enum judgement cram_hear(struct dialogue *d, enum mechanism m, struct view challenge)
{
	static const char hex[] = "0123456789abcdef";
	struct exchange *e = lent(d);
	unsigned char digest[DIGEST_MAX];
	char storage[SCRAM_MESSAGE_MAX];
	struct buffer text;

	(void)m;
	if (e == NULL)
		return no_memory(d);
	buffer_init(&text, storage, sizeof(storage));
	if (!decode(d, challenge, &text))
		return JUDGED_BLAMED;
	if (text.n == 0)
		return dialogue_blame(d, FAULT_PROTOCOL,
				      "the server's login challenge is empty");
	if (!d->params->means->digests->hmac(DIGEST_MD5, sasl_mechanisms_password_of(d),
					     buffer_view(&text), digest))
		return dialogue_blame(d, FAULT_INTERNAL, "MD5 cannot be calculated here");
	buffer_clear(&e->answer);
	buffer_put(&e->answer, sasl_mechanisms_user_of(d));
	buffer_text(&e->answer, " ");
	for (size_t i = 0; i < digest_size(DIGEST_MD5); i++) {
		put_byte(&e->answer, hex[digest[i] >> 4]);
		put_byte(&e->answer, hex[digest[i] & 15]);
	}
	sasl_exchange_note(e, before_at(buffer_view(&text)));
	sasl_exchange_note(
	    e, view_skip(buffer_view(&e->answer), sasl_mechanisms_user_of(d).n + 1));
	return JUDGED_GOOD;
}

static bool offers_binding(const struct dialogue *d)
{
	return dialogue_knows(d, LEARNED_MECHANISM(MECHANISM_SCRAM_SHA_256_PLUS) |
				     LEARNED_MECHANISM(MECHANISM_SCRAM_SHA_1_PLUS));
}

/* RFC 5802 section 6: "y" says that we could have bound had the server offered it, so that it
 * notices who took its offer away. */
static bool bind_channel(struct dialogue *d, enum mechanism m, struct scram *s)
{
	const struct sasl_means *means = d->params->means;
	struct buffer bound;
	const char *name;

	buffer_init(&bound, s->bound, sizeof(s->bound));
	name = dialogue_in_tls(d) && means->bind != NULL
		   ? means->bind(d->params->lend_user, &bound)
		   : NULL;
	s->bound_n = bound.n;
	if (sasl_exchange_binds(m))
		s->binding = name;
	else
		s->could_bind = name != NULL && !offers_binding(d);
	return !sasl_exchange_binds(m) || name != NULL;
}

static const char *scram_say(struct dialogue *d, enum mechanism m, struct buffer *b)
{
	bool sha1 = m == MECHANISM_SCRAM_SHA_1 || m == MECHANISM_SCRAM_SHA_1_PLUS;
	struct exchange *e = lent(d);

	if (e == NULL)
		return "out of memory";
	if (d->round > 0) /* nothing to say to the server's last word */
		return d->round == 1 ? answer_say(d, m, b) : NULL;
	if (!scram_init(&e->scram, d->params->means->digests,
			sha1 ? DIGEST_SHA1 : DIGEST_SHA256))
		return "there is no randomness here";
	if (!bind_channel(d, m, &e->scram))
		return "this TLS connection has nothing to bind a login to";
	scram_first(&e->scram, sasl_mechanisms_user_of(d), b);
	return NULL;
}

static struct scram_complaint last_word(struct exchange *e, struct view message)
{
	struct scram_complaint complaint = { FAULT_OK, NULL };
	struct view error;

	if (scram_error(message, &error)) {
		if (scram_error_is_known(error))
			buffer_put(&e->answer, error);
		return complaint;
	}
	sasl_exchange_note(e, message);
	complaint = scram_verify(&e->scram, message);
	e->proven = complaint.fault == FAULT_OK;
	return complaint;
}

static enum judgement scram_hear(struct dialogue *d, enum mechanism m,
				 struct view challenge)
{
	struct exchange *e = d->exchange;
	struct scram_complaint complaint;
	char storage[SCRAM_MESSAGE_MAX];
	struct buffer text;

	(void)m;
	buffer_init(&text, storage, sizeof(storage));
	if (!decode(d, challenge, &text))
		return JUDGED_BLAMED;
	buffer_clear(&e->answer);
	if (d->round == 0)
		sasl_exchange_note(e, buffer_view(&text));
	if (d->round == 0)
		complaint = scram_final(&e->scram, sasl_mechanisms_user_of(d),
					sasl_mechanisms_password_of(d), buffer_view(&text),
					&e->answer);
	else
		complaint = last_word(e, buffer_view(&text));
	if (d->round == 0)
		sasl_exchange_note(e, buffer_view(&e->answer));
	if (complaint.fault == FAULT_OK)
		return JUDGED_GOOD;
	return dialogue_blame(d, complaint.fault, complaint.words);
}

/* --- the table ----------------------------------------------------------------------------- */

enum kind {
	WAITS = 1 << 0,
	MEANS = 1 << 1,
	BINDS = 1 << 2,
	PROVES = 1 << 3,
	TELLS = 1 << 4
};

/* clang-format off */
static const struct {
	const char *(*say)(struct dialogue *, enum mechanism, struct buffer *);
	enum judgement (*hear)(struct dialogue *, enum mechanism, struct view); /* NULL: unread */
	unsigned least, most; /* challenges before we are in */
	unsigned kind;
} ways[MECHANISM_COUNT] = {
	[MECHANISM_SCRAM_SHA_256_PLUS] = { scram_say,    scram_hear, 2, 2, MEANS | PROVES | BINDS },
	[MECHANISM_SCRAM_SHA_256]      = { scram_say,    scram_hear, 2, 2, MEANS | PROVES         },
	[MECHANISM_SCRAM_SHA_1_PLUS]   = { scram_say,    scram_hear, 2, 2, MEANS | PROVES | BINDS },
	[MECHANISM_SCRAM_SHA_1]        = { scram_say,    scram_hear, 2, 2, MEANS | PROVES         },
	[MECHANISM_CRAM_MD5]           = { answer_say,   cram_hear,  1, 1, MEANS | WAITS          },
	[MECHANISM_PLAIN]              = { plain_say,    NULL,       0, 0, 0                      },
	[MECHANISM_LOGIN]              = { login_say,    NULL,       2, 2, WAITS                  },
	[MECHANISM_OAUTHBEARER]        = { bearer_say,   token_hear, 0, 1, MEANS | TELLS          },
	[MECHANISM_XOAUTH2]            = { xoauth2_say,  token_hear, 0, 1, MEANS | TELLS          },
	[MECHANISM_EXTERNAL]           = { external_say, NULL,       0, 0, 0                      },
};
/* clang-format on */

bool sasl_exchange_waits(enum mechanism m)
{
	return ways[m].kind & WAITS;
}

bool sasl_exchange_needs_means(enum mechanism m)
{
	return ways[m].kind & MEANS;
}

bool sasl_exchange_binds(enum mechanism m)
{
	return ways[m].kind & BINDS;
}

size_t sasl_exchange_first_size(const struct dialogue *d, enum mechanism m)
{
	size_t user = sasl_mechanisms_user_of(d).n,
	       password = sasl_mechanisms_password_of(d).n;

	if (m == MECHANISM_PLAIN)
		return 2 + user + password;
	return m == MECHANISM_EXTERNAL ? user : 3 * user + password + 64;
}

bool sasl_exchange_message(const struct dialogue *d, enum mechanism m, struct buffer *b)
{
	bool token = d->params->flags & DIALOGUE_TOKEN;

	if (m == MECHANISM_PLAIN && !token)
		sasl_mechanisms_put_plain(d, b);
	else if (m == MECHANISM_OAUTHBEARER && token)
		put_bearer(d, b);
	else if (m == MECHANISM_XOAUTH2 && token)
		put_xoauth2(d, b);
	return b->n > 0 && !b->full;
}

const char *sasl_exchange_say(struct dialogue *d, enum mechanism m, struct buffer *b)
{
	const char *complaint = ways[m].say(d, m, b);

	if (complaint == NULL && b->full)
		complaint = "a message of the login is too long";
	return complaint;
}

enum judgement sasl_exchange_hear(struct dialogue *d, enum mechanism m,
				  struct view challenge)
{
	enum judgement judgement;

	if (d->round >= ways[m].most)
		return JUDGED_CHALLENGE;
	judgement = ways[m].hear != NULL ? ways[m].hear(d, m, challenge) : JUDGED_GOOD;
	d->round += judgement == JUDGED_GOOD;
	return judgement;
}

enum judgement sasl_exchange_welcomed(struct dialogue *d, enum mechanism m)
{
	if (ways[m].kind & PROVES && (d->exchange == NULL || !d->exchange->proven))
		return dialogue_blame(
		    d, FAULT_AUTH_SERVER_PROOF,
		    "the server let us in without a proof that it knows the "
		    "password");
	if (d->round < ways[m].least || (ways[m].kind & TELLS && d->round > 0))
		return JUDGED_ODD;
	d->learned |= LEARNED_INSIDE;
	return JUDGED_GOOD;
}

struct view sasl_exchange_error(const struct dialogue *d)
{
	const struct exchange *e = d->exchange;
	bool tells = d->params->flags & DIALOGUE_TOKEN;

	if (e == NULL || e->answer.p == NULL || e->proven || d->round < (tells ? 1 : 2))
		return (struct view){ NULL, 0 };
	return buffer_view(&e->answer);
}
