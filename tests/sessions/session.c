/* session.c - reads a session, line by line; every mistake in it ends the program. */
#include "session.h"

#include "base64.h"
#include "container_of.h"
#include "openssl_digests.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void complain(const char *path, int line, const char *what)
{
	fprintf(stderr, "%s:%d: %s\n", path, line, what);
	exit(2);
}

static void *need(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

/* --- escapes ------------------------------------------------------------------------------- */

static char *put(char *to, char c, size_t times)
{
	memset(to, c, times);
	return to + times;
}

/* "\(5000a)". */
static const char *unescape_run(const char *from, char **to)
{
	char *end;
	unsigned long times = strtoul(from + 1, &end, 10);

	if (end == from + 1 || end[0] == '\0' || end[1] != ')' || times > 1000000)
		return NULL;
	*to = put(*to, end[0], times);
	return end + 2;
}

static const char *unescape_one(const char *from, char **to)
{
	static const char names[] = "rnt0\\\"", meanings[] = "\r\n\t\0\\\"";
	const char *name = strchr(names, from[0]);
	char hex[3] = { 0 };

	if (from[0] == '(')
		return unescape_run(from, to);
	if (from[0] == 'x' && strspn(from + 1, "0123456789abcdef") >= 2) {
		memcpy(hex, from + 1, 2);
		*to = put(*to, (char)strtoul(hex, NULL, 16), 1);
		return from + 3;
	}
	if (from[0] == '\0' || name == NULL)
		return NULL;
	*to = put(*to, meanings[name - names], 1);
	return from + 1;
}

/* Room for every run of the text. */
static size_t unescaped_max(const char *text)
{
	size_t n = strlen(text) + 3;

	for (const char *p = strstr(text, "\\("); p != NULL; p = strstr(p + 2, "\\("))
		n += strtoul(p + 2, NULL, 10);
	return n;
}

static char *unescape(const char *path, int line, const char *text, size_t *ret_n)
{
	char *made = need(malloc(unescaped_max(text))), *to = made;

	while (*text != '\0') {
		if (*text != '\\') {
			to = put(to, *text++, 1);
			continue;
		}
		text = unescape_one(text + 1, &to);
		if (text == NULL)
			complain(path, line, "an escape we do not know");
	}
	*to = '\0';
	*ret_n = (size_t)(to - made);
	return made;
}

/* --- the first line ------------------------------------------------------------------------ */

static unsigned flags_of(const char *path, char *text, bool *ret_discard)
{
	unsigned flags = 0;

	for (char *word = strtok(text, ","); word != NULL; word = strtok(NULL, ","))
		if (strcmp(word, "plaintext") == 0)
			flags |= DIALOGUE_PLAINTEXT_LOGIN;
		else if (strcmp(word, "unverified") == 0)
			flags |= DIALOGUE_UNVERIFIED_LOGIN;
		else if (strcmp(word, "token") == 0)
			flags |= DIALOGUE_TOKEN;
		else if (strcmp(word, "discard") == 0)
			*ret_discard = true;
		else
			complain(path, 1,
				 "flags are plaintext, unverified, token and discard");
	return flags;
}

/* What is not to be guessed is what the session says. */
static const char *nonce;

static bool say_nonce(void *ret_bytes, size_t n)
{
	struct buffer b;

	buffer_init(&b, ret_bytes, n);
	return base64_decode(&b, view_of(nonce)) && b.n == n;
}

static bool hash(enum digest digest, struct view text, void *ret_bytes)
{
	return openssl_digests.hash(digest, text, ret_bytes);
}

static bool hmac(enum digest digest, struct view key, struct view text, void *ret_bytes)
{
	return openssl_digests.hmac(digest, key, text, ret_bytes);
}

/* Every cut of a session asks the same, and it is slow by design: the last answer is kept. */
static bool stretch(enum digest digest, struct view password, struct view salt,
		    unsigned iterations, void *ret_bytes)
{
	static char asked[2048], answer[DIGEST_MAX];
	char asks[sizeof(asked)] = "";
	struct buffer b;

	buffer_init(&b, asks, sizeof(asks));
	buffer_format(&b, "%d %u %zu ", digest, iterations, salt.n);
	buffer_put(&b, salt);
	buffer_put(&b, password);
	if (memcmp(asks, asked, sizeof(asks)) != 0 &&
	    !openssl_digests.stretch(digest, password, salt, iterations, answer))
		return false;
	memcpy(asked, asks, sizeof(asks));
	memcpy(ret_bytes, answer, sizeof(answer));
	return true;
}

static const struct digests digests = { hash, hmac, stretch, say_nonce };

static struct sasl_exchange *provide_exchange(void *user)
{
	return *(struct sasl_exchange **)user;
}

/* "tls-exporter" and the text itself as the bytes. */
static const char *bind_session(void *user, struct buffer *ret_bytes)
{
	const struct session *s = container_of(user, struct session, exchange);

	buffer_text(ret_bytes, s->bound != NULL ? s->bound : "");
	return s->bound;
}

static const struct sasl_support sasl_support = { &digests, provide_exchange,
						  bind_session };

static void take_talk(struct session *s, const char *name)
{
	struct dialogue_params *t = &s->params;

	if (strcmp(name, "submission") == 0)
		t->conversation = &smtp_submission;
	else if (strcmp(name, "watch") == 0)
		t->conversation = &imap_watch;
	else if (strcmp(name, "look") == 0)
		t->conversation = &pop3_look;
	else
		complain(s->path, 1, "talk is submission, watch or look");
	t->mail = &s->mail;
}

/* True: the term is about a message. */
static bool take_mail_term(struct session *s, const char *key, const char *value, size_t n)
{
	if (strcmp(key, "talk") == 0)
		take_talk(s, value);
	else if (strcmp(key, "message") == 0)
		s->mail.message = (struct view){ value, n };
	else if (strcmp(key, "mailbox") == 0)
		s->mail.mailbox = value;
	else if (strcmp(key, "id") == 0)
		s->mail.message_id = value;
	else
		return false;
	return true;
}

static void take_term(struct session *s, const char *key, char *value)
{
	struct dialogue_params *t = &s->params;

	if (strcmp(key, "proto") == 0) {
		t->protocol = protocol_from_name(view_of(value));
		if (t->protocol == NULL)
			complain(s->path, 1, "a protocol we do not know");
	} else if (strcmp(key, "tls") == 0) {
		if (!tls_mode_from_name(view_of(value), &t->tls))
			complain(s->path, 1,
				 "tls is none, opportunistic, starttls or implicit");
	} else if (strcmp(key, "us") == 0) {
		t->ehlo_name = value;
	} else if (strcmp(key, "user") == 0) {
		t->user = value;
	} else if (strcmp(key, "password") == 0) {
		t->password = value;
	} else if (strcmp(key, "from") == 0) {
		t->from = value;
	} else if (strcmp(key, "to") == 0) {
		t->to = value;
	} else if (strcmp(key, "expect") == 0) {
		t->expect_code = (int)strtol(value, NULL, 10);
	} else if (strcmp(key, "flags") == 0) {
		t->flags = flags_of(s->path, value, &s->mail.discard);
	} else if (strcmp(key, "mechanism") == 0) {
		if (!mechanism_from_name(view_of(value), &t->mechanism))
			complain(s->path, 1, "a mechanism we do not know");
	} else if (strcmp(key, "nonce") == 0) {
		nonce = value;
		t->sasl_support = &sasl_support;
	} else if (strcmp(key, "bound") == 0) {
		s->bound = value;
	} else {
		complain(s->path, 1, "a term we do not know");
	}
}

/* "# proto=smtp tls=none user=joe". */
static void read_params(struct session *s, char *line)
{
	char *words[ARRAY_SIZE(s->values)], *rest = line + 1;
	size_t count = 0, n;

	for (char *word; (word = strtok_r(NULL, " ", &rest)) != NULL;)
		if (count < ARRAY_SIZE(words))
			words[count++] = word;
	for (size_t i = 0; i < count; i++) {
		char *equals = strchr(words[i], '=');

		if (equals == NULL)
			complain(s->path, 1, "terms are key=value");
		*equals = '\0';
		s->values[i] = unescape(s->path, 1, equals + 1, &n);
		if (!take_mail_term(s, words[i], s->values[i], n))
			take_term(s, words[i], s->values[i]);
	}
	if (s->params.protocol == NULL)
		complain(s->path, 1, "the first line must name proto=");
	s->params.callback_user = &s->exchange;
	if (s->params.ehlo_name == NULL)
		s->params.ehlo_name = "probe.example.net";
	if (s->params.user != NULL && s->params.password == NULL)
		s->params.password = "secret";
}

/* --- events -------------------------------------------------------------------------------- */

static struct event *add(struct session *s, enum event_kind kind, int line)
{
	s->events = need(realloc(s->events, (s->count + 1) * sizeof(*s->events)));
	s->events[s->count] = (struct event){ .kind = kind, .line = line };
	return &s->events[s->count++];
}

/* Lines of the server that follow each other are one run of bytes. */
static void add_server(struct session *s, int line, const char *text, const char *end)
{
	bool joined = s->count > 0 && s->events[s->count - 1].kind == EVENT_SERVER;
	struct event *e = joined ? &s->events[s->count - 1] : add(s, EVENT_SERVER, line);
	size_t n, end_n = strlen(end);
	char *bytes = unescape(s->path, line, text, &n);

	e->bytes = need(realloc(e->bytes, e->n + n + end_n + 1));
	memcpy(e->bytes + e->n, bytes, n);
	memcpy(e->bytes + e->n + n, end, end_n + 1);
	e->n += n + end_n;
	s->server_bytes += n + end_n;
	free(bytes);
}

static void add_client(struct session *s, int line, const char *text)
{
	struct event *e = add(s, EVENT_CLIENT, line);

	e->bytes = unescape(s->path, line, text, &e->n);
	e->bytes = need(realloc(e->bytes, e->n + 3));
	memcpy(e->bytes + e->n, "\r\n", 3);
	e->n += 2;
}

/* One more line of the command before. */
static void add_client_more(struct session *s, int line, const char *text)
{
	struct event *e = s->count > 0 ? &s->events[s->count - 1] : NULL;
	size_t n;
	char *bytes = unescape(s->path, line, text, &n);

	if (e == NULL || e->kind != EVENT_CLIENT)
		complain(s->path, line, "D: goes on behind C:");
	e->bytes = need(realloc(e->bytes, e->n + n + 3));
	memcpy(e->bytes + e->n, bytes, n);
	memcpy(e->bytes + e->n + n, "\r\n", 3);
	e->n += n + 2;
	free(bytes);
}

/* "text words to the end", "fault phase". */
static void add_expect(struct session *s, int line, const char *text)
{
	static const char *const keys[] = { "code",   "enhanced", "text",  "messages",
					    "before", "after",    "alert", "found",
					    "heard",  "body" };
	struct event *e = add(s, EVENT_EXPECT, line);
	size_t n = strcspn(text, " ");

	e->key = "fault";
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (strlen(keys[i]) == n && strncmp(keys[i], text, n) == 0) {
			e->key = keys[i];
			text += n + (text[n] == ' ');
		}
	e->bytes = unescape(s->path, line, text, &e->n);
}

static int number_of(const struct session *s, int line, enum event_kind kind,
		     const char *text)
{
	enum fault fault = FAULT_COUNT;

	if (kind == EVENT_TLS && strcmp(text, "verified") == 0)
		return TRUST_VERIFIED;
	if (kind == EVENT_TLS && strcmp(text, "unverified") == 0)
		return TRUST_NONE;
	if (kind == EVENT_TIMEOUT && strcmp(text, "stay") == 0)
		return WISH_READ;
	if (kind == EVENT_TIMEOUT && strcmp(text, "end") == 0)
		return WISH_END;
	if (kind != EVENT_BREAK || !fault_from_name(view_of(text), &fault))
		complain(s->path, line, "T: verified|unverified, E: fault, X: stay|end");
	return (int)fault;
}

static void add_number(struct session *s, enum event_kind kind, int line, const char *text)
{
	int number = number_of(s, line, kind, text);

	add(s, kind, line)->number = number;
}

static void read_event(struct session *s, int line, char kind, const char *rest)
{
	switch (kind) {
	case 'S':
		add_server(s, line, rest, "\r\n");
		break;
	case 'R':
		add_server(s, line, rest, "");
		break;
	case 'C':
		add_client(s, line, rest);
		break;
	case 'T':
		add_number(s, EVENT_TLS, line, rest);
		break;
	case 'E':
		add_number(s, EVENT_BREAK, line, rest);
		break;
	case 'X':
		add_number(s, EVENT_TIMEOUT, line, rest);
		break;
	case 'D':
		add_client_more(s, line, rest);
		break;
	case 'P':
		if (strcmp(rest, "over") != 0)
			complain(s->path, line, "P: over");
		add(s, EVENT_PAUSE, line);
		break;
	default:
		complain(s->path, line, "neither S: R: C: D: T: E: X: P: nor =");
	}
}

static void read_line(struct session *s, int line, char *text)
{
	if (line == 1)
		read_params(s, text);
	else if (strncmp(text, "= ", 2) == 0)
		add_expect(s, line, text + 2);
	else if (text[0] != '\0' && text[1] == ':' && text[2] == ' ')
		read_event(s, line, text[0], text + 3);
	else if (text[0] != '\0' && text[0] != '#')
		complain(s->path, line, "a line is \"X: ...\", \"= ...\" or \"# ...\"");
}

struct session *session_read(const char *path)
{
	struct session *s = need(calloc(1, sizeof(*s)));
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t cap = 0;

	s->path = path;
	if (file == NULL)
		complain(path, 0, strerror(errno));
	for (int line = 1; getline(&text, &cap, file) >= 0; line++) {
		text[strcspn(text, "\n")] = '\0';
		read_line(s, line, text);
	}
	free(text);
	fclose(file);
	if (s->count == 0 || s->events[s->count - 1].kind != EVENT_EXPECT)
		complain(path, 0, "a session ends with what is expected: \"= ok\"");
	return s;
}

void session_free(struct session *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->events[i].bytes);
	for (size_t i = 0; i < ARRAY_SIZE(s->values); i++)
		free(s->values[i]);
	free(s->events);
	free(s);
}
