/* sasl_mechanisms.c - the table of mechanisms is at the foot; above it are, for each, a
 * function that writes its messages and one that takes the server's challenges. */
#include "sasl_mechanisms.h"

#include "base64.h"

#include <string.h>

enum {
	NUL_BYTE = 0,
	KEY_END = 1
}; /* separators of PLAIN, and of OAUTHBEARER and XOAUTH2 */

static void put_one_byte(struct buffer *b, char c)
{
	buffer_put(b, (struct view){ &c, 1 });
}

static struct view login_user(const struct dialogue *d)
{
	return view_of(d->params->user);
}

static struct view login_password(const struct dialogue *d)
{
	return view_of(d->params->password);
}

/* The exchange of this dialogue, which is requested from the caller first; NULL: out of
 * memory. */
static struct sasl_exchange *sasl_exchange_of(struct dialogue *d)
{
	const struct dialogue_params *t = d->params;

	if (d->exchange == NULL && t->sasl_support != NULL)
		d->exchange = t->sasl_support->provide_exchange(t->callback_user);
	if (d->exchange != NULL && d->exchange->answer.p == NULL) {
		buffer_init(&d->exchange->answer, d->exchange->storage,
			    sizeof(d->exchange->storage));
		d->exchange->server_proved = false;
	}
	return d->exchange;
}

static enum judgement sasl_out_of_memory(struct dialogue *d)
{
	return dialogue_fail(d, FAULT_INTERNAL, "out of memory");
}

static void sasl_exchange_add_sensitive(struct sasl_exchange *e, struct view message)
{
	size_t room = sizeof(e->sensitive) - e->sensitive_n;

	if (message.n + 1 > room)
		message.n = room > 0 ? room - 1 : 0;
	if (message.n == 0)
		return;
	memcpy(e->sensitive + e->sensitive_n, message.p, message.n);
	e->sensitive_n += message.n;
	e->sensitive[e->sensitive_n++] = '\0';
}

struct view sasl_exchange_sensitive(const struct dialogue *d)
{
	const struct sasl_exchange *e = d->exchange;

	return (struct view){ e != NULL ? e->sensitive : NULL,
			      e != NULL ? e->sensitive_n : 0 };
}

/* --- one message --------------------------------------------------------------------------- */

static void put_plain_message(const struct dialogue *d, struct buffer *b)
{
	put_one_byte(b, NUL_BYTE);
	buffer_put(b, login_user(d));
	put_one_byte(b, NUL_BYTE);
	buffer_put(b, login_password(d));
}

static const char *plain_write(struct dialogue *d, enum mechanism m, struct buffer *b)
{
	(void)m;
	put_plain_message(d, b);
	return NULL;
}

static const char *external_write(struct dialogue *d, enum mechanism m, struct buffer *b)
{
	(void)m;
	buffer_put(b, login_user(d));
	return NULL;
}

static const char *login_write(struct dialogue *d, enum mechanism m, struct buffer *b)
{
	(void)m;
	buffer_put(b, d->challenges == 1 ? login_user(d) : login_password(d));
	return NULL;
}

/* --- tokens -------------------------------------------------------------------------------- */

static void put_bearer_token(const struct dialogue *d, struct buffer *b)
{
	put_one_byte(b, KEY_END);
	buffer_text(b, "auth=Bearer ");
	buffer_put(b, login_password(d));
	put_one_byte(b, KEY_END);
	put_one_byte(b, KEY_END);
}

/* RFC 7628 section 3.1, with the GS2 header of RFC 5801 section 4. */
static void put_oauthbearer(const struct dialogue *d, struct buffer *b)
{
	struct view user = login_user(d);

	buffer_text(b, "n,a=");
	for (size_t i = 0; i < user.n; i++)
		if (user.p[i] == ',' || user.p[i] == '=')
			buffer_text(b, user.p[i] == ',' ? "=2C" : "=3D");
		else
			put_one_byte(b, user.p[i]);
	buffer_text(b, ",");
	put_bearer_token(d, b);
}

static void put_xoauth2(const struct dialogue *d, struct buffer *b)
{
	buffer_text(b, "user=");
	buffer_put(b, login_user(d));
	put_bearer_token(d, b);
}

/* RFC 7628 section 3.2.3: the answer to an error is one KEY_END. */
static const char *oauthbearer_write(struct dialogue *d, enum mechanism m, struct buffer *b)
{
	(void)m;
	if (d->challenges > 0)
		put_one_byte(b, KEY_END);
	else
		put_oauthbearer(d, b);
	return NULL;
}

static const char *xoauth2_write(struct dialogue *d, enum mechanism m, struct buffer *b)
{
	(void)m;
	if (d->challenges == 0)
		put_xoauth2(d, b);
	return NULL;
}

/* Decodes base64 up to the first group of four that is not base64, or until the buffer is
 * full. Blanks, as between joined lines, are skipped. */
static void decode_base64_prefix(struct view text, struct buffer *ret_bytes)
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

/* The value of "status" in the JSON of an error, RFC 7628 section 3.2.2: a word or a
 * number. */
static struct view oauth_error_status(struct view json)
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

/* A challenge reports an error in JSON. Only its status is kept. */
static enum judgement token_take_challenge(struct dialogue *d, enum mechanism m,
					   struct view challenge)
{
	enum { STATUS_MAX = 32 };
	struct sasl_exchange *e = sasl_exchange_of(d);
	char storage[sizeof(d->reply.storage)];
	struct buffer json;
	struct view status;

	(void)m;
	if (e == NULL)
		return sasl_out_of_memory(d);
	buffer_init(&json, storage, sizeof(storage));
	decode_base64_prefix(challenge, &json);
	status = oauth_error_status(buffer_view(&json));
	buffer_clear(&e->answer);
	if (status.n > 0 && status.n <= STATUS_MAX) {
		buffer_text(&e->answer, "status ");
		buffer_put(&e->answer, status);
	}
	return JUDGED_GOOD;
}

/* --- with digests -------------------------------------------------------------------------- */

/* Decodes a challenge. False, with a fault set, if it is too long or not base64. */
static bool decode_challenge(struct dialogue *d, struct view challenge,
			     struct buffer *ret_text)
{
	if (challenge.n >= sizeof(d->reply.storage)) {
		dialogue_fail(d, FAULT_LIMIT, "a login challenge that is too long");
		return false;
	}
	if (!base64_decode(ret_text, challenge)) {
		dialogue_fail(d, FAULT_PROTOCOL,
			      "the server's login challenge is not base64");
		return false;
	}
	return true;
}

static const char *prepared_answer_write(struct dialogue *d, enum mechanism m,
					 struct buffer *b)
{
	(void)m;
	buffer_put(b, buffer_view(&d->exchange->answer));
	return NULL;
}

/* "1896.697170952" of "<1896.697170952@mail.example>"; the part behind "@" is the server's
 * name. */
static struct view cram_challenge_secret(struct view challenge)
{
	const char *at = memchr(challenge.p, '@', challenge.n);

	if (at != NULL)
		challenge.n = (size_t)(at - challenge.p);
	return view_skip(challenge, challenge.p[0] == '<' ? 1 : 0);
}

static enum judgement cram_take_challenge(struct dialogue *d, enum mechanism m,
					  struct view challenge)
{
	static const char hex[] = "0123456789abcdef";
	struct sasl_exchange *e = sasl_exchange_of(d);
	unsigned char digest[DIGEST_MAX];
	char storage[SCRAM_MESSAGE_MAX];
	struct buffer text;

	(void)m;
	if (e == NULL)
		return sasl_out_of_memory(d);
	buffer_init(&text, storage, sizeof(storage));
	if (!decode_challenge(d, challenge, &text))
		return JUDGED_FAULT_SET;
	if (text.n == 0)
		return dialogue_fail(d, FAULT_PROTOCOL,
				     "the server's login challenge is empty");
	if (!d->params->sasl_support->digests->hmac(DIGEST_MD5, login_password(d),
						    buffer_view(&text), digest))
		return dialogue_fail(d, FAULT_INTERNAL, "MD5 cannot be calculated here");
	buffer_clear(&e->answer);
	buffer_put(&e->answer, login_user(d));
	buffer_text(&e->answer, " ");
	for (size_t i = 0; i < digest_size(DIGEST_MD5); i++) {
		put_one_byte(&e->answer, hex[digest[i] >> 4]);
		put_one_byte(&e->answer, hex[digest[i] & 15]);
	}
	sasl_exchange_add_sensitive(e, cram_challenge_secret(buffer_view(&text)));
	sasl_exchange_add_sensitive(
	    e, view_skip(buffer_view(&e->answer), login_user(d).n + 1));
	return JUDGED_GOOD;
}

static bool server_offers_binding(const struct dialogue *d)
{
	return dialogue_has_learned(d, LEARNED_MECHANISM(MECHANISM_SCRAM_SHA_256_PLUS) |
					   LEARNED_MECHANISM(MECHANISM_SCRAM_SHA_1_PLUS));
}

/* RFC 5802 section 6: "y" tells the server that we can bind the channel but saw no offer,
 * so that it notices if somebody has removed its offer. */
static bool scram_bind_channel(struct dialogue *d, enum mechanism m, struct scram *s)
{
	const struct sasl_support *sasl_support = d->params->sasl_support;
	struct buffer bound;
	const char *name;

	buffer_init(&bound, s->bound, sizeof(s->bound));
	name = dialogue_in_tls(d) && sasl_support->channel_binding != NULL
		   ? sasl_support->channel_binding(d->params->callback_user, &bound)
		   : NULL;
	s->bound_n = bound.n;
	if (mechanism_binds_channel(m))
		s->binding = name;
	else
		s->could_bind = name != NULL && !server_offers_binding(d);
	return !mechanism_binds_channel(m) || name != NULL;
}

static const char *scram_write(struct dialogue *d, enum mechanism m, struct buffer *b)
{
	bool sha1 = m == MECHANISM_SCRAM_SHA_1 || m == MECHANISM_SCRAM_SHA_1_PLUS;
	struct sasl_exchange *e = sasl_exchange_of(d);

	if (e == NULL)
		return "out of memory";
	if (d->challenges > 0) /* the last server message needs no answer */
		return d->challenges == 1 ? prepared_answer_write(d, m, b) : NULL;
	if (!scram_init(&e->scram, d->params->sasl_support->digests,
			sha1 ? DIGEST_SHA1 : DIGEST_SHA256))
		return "there is no randomness here";
	if (!scram_bind_channel(d, m, &e->scram))
		return "this TLS connection has nothing to bind a login to";
	scram_first(&e->scram, login_user(d), b);
	return NULL;
}

static struct scram_complaint scram_take_server_final(struct sasl_exchange *e,
						      struct view message)
{
	struct scram_complaint complaint = { FAULT_OK, NULL };
	struct view error;

	if (scram_error(message, &error)) {
		if (scram_error_is_known(error))
			buffer_put(&e->answer, error);
		return complaint;
	}
	sasl_exchange_add_sensitive(e, message);
	complaint = scram_verify(&e->scram, message);
	e->server_proved = complaint.fault == FAULT_OK;
	return complaint;
}

static enum judgement scram_take_challenge(struct dialogue *d, enum mechanism m,
					   struct view challenge)
{
	struct sasl_exchange *e = d->exchange;
	struct scram_complaint complaint;
	char storage[SCRAM_MESSAGE_MAX];
	struct buffer text;

	(void)m;
	buffer_init(&text, storage, sizeof(storage));
	if (!decode_challenge(d, challenge, &text))
		return JUDGED_FAULT_SET;
	buffer_clear(&e->answer);
	if (d->challenges == 0)
		sasl_exchange_add_sensitive(e, buffer_view(&text));
	if (d->challenges == 0)
		complaint = scram_final(&e->scram, login_user(d), login_password(d),
					buffer_view(&text), &e->answer);
	else
		complaint = scram_take_server_final(e, buffer_view(&text));
	if (d->challenges == 0)
		sasl_exchange_add_sensitive(e, buffer_view(&e->answer));
	if (complaint.fault == FAULT_OK)
		return JUDGED_GOOD;
	return dialogue_fail(d, complaint.fault, complaint.words);
}

/* --- the table ----------------------------------------------------------------------------- */

enum flags {
	SERVER_FIRST = 1 << 0,
	NEEDS_SUPPORT = 1 << 1,
	BINDS_CHANNEL = 1 << 2,
	SERVER_PROVES = 1 << 3,
	REPORTS_ERROR = 1 << 4
};

/* clang-format off */
static const struct {
	const char *(*write_message)(struct dialogue *, enum mechanism, struct buffer *);
	enum judgement (*take_challenge)(struct dialogue *, enum mechanism, struct view); /* NULL: unread */
	unsigned challenges_min, challenges_max; /* how many come before success */
	unsigned flags; /* enum mechanism_flag */
} mechanisms[MECHANISM_COUNT] = {
	[MECHANISM_SCRAM_SHA_256_PLUS] = { scram_write,    scram_take_challenge, 2, 2, NEEDS_SUPPORT | SERVER_PROVES | BINDS_CHANNEL },
	[MECHANISM_SCRAM_SHA_256]      = { scram_write,    scram_take_challenge, 2, 2, NEEDS_SUPPORT | SERVER_PROVES         },
	[MECHANISM_SCRAM_SHA_1_PLUS]   = { scram_write,    scram_take_challenge, 2, 2, NEEDS_SUPPORT | SERVER_PROVES | BINDS_CHANNEL },
	[MECHANISM_SCRAM_SHA_1]        = { scram_write,    scram_take_challenge, 2, 2, NEEDS_SUPPORT | SERVER_PROVES         },
	[MECHANISM_CRAM_MD5]           = { prepared_answer_write,   cram_take_challenge,  1, 1, NEEDS_SUPPORT | SERVER_FIRST          },
	[MECHANISM_PLAIN]              = { plain_write,    NULL,       0, 0, 0                      },
	[MECHANISM_LOGIN]              = { login_write,    NULL,       2, 2, SERVER_FIRST                  },
	[MECHANISM_OAUTHBEARER]        = { oauthbearer_write,   token_take_challenge, 0, 1, NEEDS_SUPPORT | REPORTS_ERROR          },
	[MECHANISM_XOAUTH2]            = { xoauth2_write,  token_take_challenge, 0, 1, NEEDS_SUPPORT | REPORTS_ERROR          },
	[MECHANISM_EXTERNAL]           = { external_write, NULL,       0, 0, 0                      },
};
/* clang-format on */

bool mechanism_server_speaks_first(enum mechanism m)
{
	return mechanisms[m].flags & SERVER_FIRST;
}

bool mechanism_needs_support(enum mechanism m)
{
	return mechanisms[m].flags & NEEDS_SUPPORT;
}

bool mechanism_binds_channel(enum mechanism m)
{
	return mechanisms[m].flags & BINDS_CHANNEL;
}

size_t mechanism_first_message_max(const struct dialogue *d, enum mechanism m)
{
	size_t user = login_user(d).n, password = login_password(d).n;

	if (m == MECHANISM_PLAIN)
		return 2 + user + password;
	return m == MECHANISM_EXTERNAL ? user : 3 * user + password + 64;
}

bool sasl_exchange_write_secret(const struct dialogue *d, enum mechanism m,
				struct buffer *b)
{
	bool token = d->params->flags & DIALOGUE_TOKEN;

	if (m == MECHANISM_PLAIN && !token)
		put_plain_message(d, b);
	else if (m == MECHANISM_OAUTHBEARER && token)
		put_oauthbearer(d, b);
	else if (m == MECHANISM_XOAUTH2 && token)
		put_xoauth2(d, b);
	return b->n > 0 && !b->full;
}

const char *sasl_exchange_write_message(struct dialogue *d, enum mechanism m,
					struct buffer *b)
{
	const char *complaint = mechanisms[m].write_message(d, m, b);

	if (complaint == NULL && b->full)
		complaint = "a message of the login is too long";
	return complaint;
}

enum judgement sasl_exchange_take_challenge(struct dialogue *d, enum mechanism m,
					    struct view challenge)
{
	enum judgement judgement;

	if (d->challenges >= mechanisms[m].challenges_max)
		return JUDGED_CHALLENGE;
	judgement = mechanisms[m].take_challenge != NULL
			? mechanisms[m].take_challenge(d, m, challenge)
			: JUDGED_GOOD;
	d->challenges += judgement == JUDGED_GOOD;
	return judgement;
}

enum judgement sasl_exchange_judge_success(struct dialogue *d, enum mechanism m)
{
	if (mechanisms[m].flags & SERVER_PROVES &&
	    (d->exchange == NULL || !d->exchange->server_proved))
		return dialogue_fail(
		    d, FAULT_AUTH_SERVER_PROOF,
		    "the server let us in without a proof that it knows the "
		    "password");
	if (d->challenges < mechanisms[m].challenges_min ||
	    (mechanisms[m].flags & REPORTS_ERROR && d->challenges > 0))
		return JUDGED_UNEXPECTED;
	d->learned |= LEARNED_LOGGED_IN;
	return JUDGED_GOOD;
}

struct view sasl_exchange_error(const struct dialogue *d)
{
	const struct sasl_exchange *e = d->exchange;
	bool tells = d->params->flags & DIALOGUE_TOKEN;

	if (e == NULL || e->answer.p == NULL || e->server_proved ||
	    d->challenges < (tells ? 1 : 2))
		return (struct view){ NULL, 0 };
	return buffer_view(&e->answer);
}
