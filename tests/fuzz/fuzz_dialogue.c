/* fuzz_dialogue.c - what must hold whatever a server sends, and in whatever cut. */
#include "fuzz_dialogue.h"

#include "base64.h"
#include "driver.h"
#include "sasl_mechanisms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURN = 0xff, DEADLINE = 0xfe, SAID_MAX = 1024 * 1024, HEARD_MAX = 256 * 1024 };

#define MUST(what) ((what) ? (void)0 : broken(#what, __LINE__))

struct run {
	struct dialogue *dialogue;
	struct dialogue_buffers *room;
	struct sasl_exchange *exchange;
	char *output;
	struct dialogue_params params;
	enum trust trust;
	enum wish wish;
	size_t piece;
	bool in_tls;
	struct outcome final; /* as it was when it became final */
	bool judged;
	struct dialogue_mail mail;
	struct buffer said, heard; /* heard: events and pieces of messages, in order */
	char storage[SAID_MAX], heard_storage[HEARD_MAX];
};

static void broken(const char *what, int line)
{
	fprintf(stderr, "fuzz_dialogue.c:%d: does not hold: %s\n", line, what);
	abort();
}

/* --- what we may say ----------------------------------------------------------------------- */

static bool has(struct view text, struct view part)
{
	return part.n > 0 && text.n > 0 && memmem(text.p, text.n, part.p, part.n) != NULL;
}

static bool holds_password(const struct run *r, struct view text)
{
	struct view user = view_of(r->params.user), password = view_of(r->params.password);
	char raw[64] = "", encoded[128];
	struct buffer plain, base64;

	buffer_init(&plain, raw + 1, sizeof(raw) - 1);
	buffer_init(&base64, encoded, sizeof(encoded));
	if (password.n == 0)
		return false;
	base64_encode(&base64, password);
	if (has(text, password) || has(text, buffer_view(&base64)))
		return true;
	buffer_put(&plain, user);
	buffer_put(&plain, (struct view){ "", 1 });
	buffer_put(&plain, password);
	buffer_clear(&base64);
	base64_encode(&base64, (struct view){ raw, plain.n + 1 });
	return has(text, buffer_view(&base64));
}

static bool password_allowed(const struct run *r)
{
	if (r->in_tls)
		return r->trust == TRUST_VERIFIED ||
		       r->params.flags & DIALOGUE_UNVERIFIED_LOGIN;
	return r->params.tls != TLS_MODE_STARTTLS &&
	       r->params.flags & DIALOGUE_PLAINTEXT_LOGIN;
}

/* What may go to a terminal or a log, when somebody asks to see the dialogue. */
static void on_line(void *user, enum speaker speaker, struct view line)
{
	const struct run *r = user;

	(void)speaker;
	MUST(!holds_password(r, line));
}

/* CR and LF in pairs, no other control character, and a line end behind all. */
static bool is_command(struct view said)
{
	for (size_t i = 0; i < said.n; i++) {
		bool cr = said.p[i] == '\r',
		     next_lf = i + 1 < said.n && said.p[i + 1] == '\n';

		if (cr != next_lf)
			return false;
		if (!cr && said.p[i] != '\n' &&
		    ((unsigned char)said.p[i] < ' ' || said.p[i] == 0x7f))
			return false;
	}
	return said.n > 1 && said.p[said.n - 1] == '\n';
}

static void take_said(struct run *r)
{
	struct view said = dialogue_output(r->dialogue);

	if (said.n == 0)
		return;
	MUST(is_command(said));
	MUST(password_allowed(r) || !holds_password(r, said));
	MUST(buffer_put(&r->said, said));
	dialogue_sent(r->dialogue, said.n);
	MUST(dialogue_output(r->dialogue).n == 0); /* our message is a short one */
}

/* --- what we may find ---------------------------------------------------------------------- */

/* printable_copy leaves what it has made as it is. */
static bool is_printable(const char *text, size_t cap)
{
	char again[DIALOGUE_OFFERED_MAX + 64];

	MUST(strnlen(text, cap) < cap);
	printable_copy(again, sizeof(again), view_of(text));
	return strcmp(again, text) == 0;
}

static bool is_word(const char *text, size_t cap)
{
	MUST(strnlen(text, cap) < cap);
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text >= 0x7f)
			return false;
	return true;
}

/* What may still become of a dialogue in which only the farewell is left. */
static bool may_end_farewell(enum fault fault)
{
	return fault == FAULT_OK || fault == FAULT_PROTOCOL || fault == FAULT_LIMIT;
}

static void check(struct run *r)
{
	const struct outcome *o = dialogue_outcome(r->dialogue);

	MUST(is_printable(o->text, sizeof(o->text)));
	MUST(!holds_password(r, view_of(o->text)));
	MUST(!holds_password(r, view_of(o->enhanced)));
	MUST(!holds_password(r, view_of(dialogue_alert(r->dialogue))));
	MUST(!holds_password(r, view_of(dialogue_offered_before(r->dialogue))));
	MUST(!holds_password(r, view_of(dialogue_offered_after(r->dialogue))));
	MUST(is_word(o->enhanced, sizeof(o->enhanced)));
	MUST(is_printable(dialogue_offered_before(r->dialogue), DIALOGUE_OFFERED_MAX));
	MUST(is_printable(dialogue_offered_after(r->dialogue), DIALOGUE_OFFERED_MAX));
	MUST(is_printable(dialogue_alert(r->dialogue), PRINTABLE_MAX));
	MUST(o->fault != FAULT_OK || o->phase == PHASE_QUIT);
	MUST(o->phase != PHASE_QUIT || may_end_farewell(o->fault));
	MUST(o->fault == FAULT_OK || dialogue_outcome_is_final(r->dialogue));
	MUST(r->wish != WISH_END || dialogue_outcome_is_final(r->dialogue));
	MUST(r->wish != WISH_TLS || dialogue_phase(r->dialogue) == PHASE_TLS);
	MUST(!r->judged || dialogue_outcome_is_final(r->dialogue));
	MUST(!r->judged || memcmp(&r->final, o, sizeof(*o)) == 0 ||
	     (r->final.fault == FAULT_OK && may_end_farewell(o->fault)));
	if (dialogue_outcome_is_final(r->dialogue)) {
		r->judged = true;
		r->final = *o;
	}
}

/* --- what is lent -------------------------------------------------------------------------- */

/* All digests are "AAA...", so that a seed can hold the right proof. */
static bool same_hash(enum digest digest, struct view text, void *ret_bytes)
{
	(void)text;
	memset(ret_bytes, 'A', digest_size(digest));
	return true;
}

static bool same_hmac(enum digest digest, struct view key, struct view text,
		      void *ret_bytes)
{
	(void)key;
	return same_hash(digest, text, ret_bytes);
}

static bool same_stretch(enum digest digest, struct view password, struct view salt,
			 unsigned iterations, void *ret_bytes)
{
	MUST(iterations > 0 && iterations <= SCRAM_ITERATIONS_MAX && salt.n > 0);
	return same_hash(digest, password, ret_bytes);
}

static bool same_nonce(void *ret_bytes, size_t n)
{
	memset(ret_bytes, 'A', n);
	return true;
}

static struct sasl_exchange *provide_exchange(void *user)
{
	struct run *r = user;

	MUST(r->exchange == NULL);
	r->exchange = calloc(1, sizeof(*r->exchange));
	return r->exchange;
}

static const char *bind_login(void *user, struct buffer *ret_bytes)
{
	const struct run *r = user;

	MUST(r->in_tls);
	buffer_text(ret_bytes, "bytes");
	return r->params.to != NULL ? NULL : "tls-exporter";
}

static const struct digests digests = { same_hash, same_hmac, same_stretch, same_nonce };
static const struct sasl_support sasl_support = { &digests, provide_exchange, bind_login };

static bool hear_event(void *user, const struct dialogue_event *e)
{
	struct run *r = user;

	MUST(dialogue_phase(r->dialogue) == PHASE_MAILBOX);
	buffer_format(&r->heard, "[%d %u ", (int)e->kind, (unsigned)e->number);
	buffer_put(&r->heard, e->words);
	buffer_text(&r->heard, "]");
	return e->kind != DIALOGUE_FETCH;
}

static void hear_body(void *user, struct view part)
{
	struct run *r = user;

	MUST(part.n > 0 && part.n <= DIALOGUE_SESSION_MAX);
	buffer_put(&r->heard, part);
}

/* --- playing ------------------------------------------------------------------------------- */

static void feed_piece(struct run *r, const uint8_t *bytes, size_t n)
{
	uint8_t *copy = malloc(n);

	MUST(copy != NULL);
	memcpy(copy, bytes, n);
	r->wish = dialogue_feed(r->dialogue, (struct view){ (char *)copy, n });
	free(copy);
	check(r);
}

static void inject(struct run *r)
{
	bool judged = r->judged;

	r->wish = dialogue_injected(r->dialogue);
	check(r);
	MUST(r->wish == WISH_END);
	MUST(judged || r->final.fault == FAULT_INJECTION);
	MUST(dialogue_output(r->dialogue).n == 0);
}

static void secure(struct run *r)
{
	r->in_tls = true;
	r->wish = dialogue_secured(r->dialogue, r->trust);
	check(r);
}

static void play_turn(struct run *r, const uint8_t *bytes, size_t n)
{
	if (n > 0 && bytes[0] == DEADLINE) {
		r->wish = dialogue_timeout(r->dialogue);
		check(r);
		bytes++, n--;
	}
	while (n > 0 && (r->wish == WISH_READ || r->wish == WISH_PAUSE)) {
		size_t k = n < r->piece ? n : r->piece;

		feed_piece(r, bytes, k);
		bytes += k, n -= k;
	}
	if (n > 0 && r->wish == WISH_TLS)
		inject(r);
	take_said(r);
	if (r->wish == WISH_TLS)
		secure(r);
	take_said(r);
	if (r->wish == WISH_PAUSE) {
		MUST(r->params.conversation != NULL &&
		     !dialogue_outcome_is_final(r->dialogue));
		r->wish = dialogue_resume(r->dialogue);
		check(r);
		MUST(r->wish == WISH_READ);
	}
	take_said(r);
}

static void run_init(struct run *r, const struct fuzz_talk *talk, const uint8_t *setting)
{
	static const struct {
		const char *user, *password;
	} accounts[] = {
		{ "joe", "correct-horse" },
		{ "jo\"e", "back\\slash \"q\"" },
		{ "jo\xc3\xa9", "\xe2\x82\xac uro" },
		{ "joe\r\nRSET", "pass\nword" },
	};
	bool login = setting[0] & 4;

	memset(r, 0, offsetof(struct run, storage));
	buffer_init(&r->said, r->storage, sizeof(r->storage));
	buffer_init(&r->heard, r->heard_storage, sizeof(r->heard_storage));
	r->mail = (struct dialogue_mail){ .message = view_of("Subject: x\n\n.\n..\nend"),
					  .message_id = "<t1@probe.example.net>",
					  .discard = setting[1] & 128,
					  .hear = hear_event,
					  .body = hear_body,
					  .user = r };
	r->params.protocol = talk->protocol;
	r->params.conversation = talk->conversation;
	r->params.mail = talk->conversation != NULL ? &r->mail : NULL;
	r->params.tls = (enum tls_mode)(setting[0] & 3);
	r->params.ehlo_name = "probe.example.net";
	r->params.user = login ? accounts[setting[0] >> 6].user : NULL;
	r->params.password = login ? accounts[setting[0] >> 6].password : NULL;
	r->params.flags |= setting[0] & 8 ? DIALOGUE_PLAINTEXT_LOGIN : 0;
	r->params.flags |= setting[0] & 16 ? DIALOGUE_UNVERIFIED_LOGIN : 0;
	r->params.to = setting[1] & 128 ? "b@example.org" : NULL;
	r->params.sasl_support = &sasl_support;
	r->params.callback_user = r;
	r->params.on_line = on_line;
	r->params.on_line_user = r;
	r->trust = setting[0] & 32 ? TRUST_VERIFIED : TRUST_NONE;
	r->in_tls = r->params.tls == TLS_MODE_IMPLICIT;
}

static void run_fini(struct run *r)
{
	free(r->dialogue);
	free(r->room);
	free(r->exchange);
	free(r->output);
}

static void play(struct run *r, const struct fuzz_talk *talk, size_t piece,
		 const uint8_t *bytes, size_t n)
{
	bool reset = bytes[1] & 64;

	run_init(r, talk, bytes);
	r->piece = piece;
	r->dialogue = malloc(sizeof(*r->dialogue));
	r->room = malloc(sizeof(*r->room));
	r->output = malloc(DIALOGUE_OUTPUT_MAX);
	MUST(r->dialogue != NULL && r->room != NULL && r->output != NULL);
	memset(r->dialogue, 0xa5, sizeof(*r->dialogue));
	dialogue_init(r->dialogue, &r->params, r->room, r->output);
	r->wish = dialogue_start(r->dialogue, r->in_tls ? r->trust : TRUST_NONE);
	check(r);
	take_said(r);
	bytes += 2, n -= 2;
	while (n > 0 && r->wish != WISH_END) {
		const uint8_t *end = memchr(bytes, TURN, n);
		size_t k = end != NULL ? (size_t)(end - bytes) : n;

		play_turn(r, bytes, k);
		bytes += k, n -= k;
		if (end != NULL)
			bytes++, n--;
	}
	r->wish = dialogue_break(r->dialogue, reset ? FAULT_RESET : FAULT_CLOSED);
	MUST(r->wish == WISH_END);
	check(r);
	MUST(dialogue_feed(r->dialogue, (struct view){ "x", 1 }) == WISH_END);
	MUST(dialogue_timeout(r->dialogue) == WISH_END);
	MUST(dialogue_resume(r->dialogue) == WISH_END);
	check(r);
}

static void must_be_same(const struct run *a, const struct run *b)
{
	MUST(memcmp(&a->final, &b->final, sizeof(a->final)) == 0);
	MUST(a->said.n == b->said.n && memcmp(a->said.p, b->said.p, a->said.n) == 0);
	MUST(a->heard.n == b->heard.n && memcmp(a->heard.p, b->heard.p, a->heard.n) == 0);
	MUST(dialogue_found(a->dialogue) == dialogue_found(b->dialogue));
	MUST(strcmp(dialogue_alert(a->dialogue), dialogue_alert(b->dialogue)) == 0);
	MUST(strcmp(dialogue_offered_before(a->dialogue),
		    dialogue_offered_before(b->dialogue)) == 0);
	MUST(strcmp(dialogue_offered_after(a->dialogue),
		    dialogue_offered_after(b->dialogue)) == 0);
}

int fuzz_dialogue(const struct protocol *protocol, const uint8_t *bytes, size_t n)
{
	return fuzz_conversation(&(struct fuzz_talk){ protocol, NULL }, bytes, n);
}

int fuzz_conversation(const struct fuzz_talk *talk, const uint8_t *bytes, size_t n)
{
	static struct run pieces, whole;

	if (n < 2)
		return 0;
	play(&pieces, talk, 1 + (bytes[1] & 63), bytes, n);
	play(&whole, talk, SIZE_MAX, bytes, n);
	must_be_same(&pieces, &whole);
	run_fini(&pieces);
	run_fini(&whole);
	return 0;
}
