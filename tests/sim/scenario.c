/* scenario.c - reads a scenario file: a table of line kinds, a table of listener keys. */
#include "scenario.h"

#include "lexer.h"
#include "preset.h"
#include "suggest.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	struct scenario *scenario;
	const char *path;
	unsigned line;
	struct listener_plan *listener; /* the latest, which fault, reply ... belong to */
	struct listener_plan **listener_end;
	struct user **user_end;
	const struct word *words;
	size_t count;
};

static const char *const protocols[] = {
	"smtp", "lmtp", "imap", "pop3", "sieve", "control"
};

const char *protocol_kind_name(enum protocol_kind kind)
{
	return protocols[kind];
}

__attribute__((format(printf, 2, 3))) static void complain(struct reader *r,
							   const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%u: ", r->path, r->line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	r->scenario->errors++;
}

/* Index of the word in the list, or count with a complaint. */
static size_t choose(struct reader *r, struct view word, const char *what,
		     const char *const *list, size_t count)
{
	const char *near;

	for (size_t i = 0; i < count; i++)
		if (view_equal(word, list[i]))
			return i;
	near = suggest_word(word, list, count);
	if (near != NULL) {
		complain(r, "unknown %s '%.*s'; did you mean '%s'?", what, (int)word.n,
			 word.p, near);
		return count;
	}
	complain(r, "unknown %s '%.*s'; known are:", what, (int)word.n, word.p);
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, "    %s\n", list[i]);
	return count;
}

static bool positive(struct reader *r, struct view text, uint64_t max, unsigned *ret)
{
	uint64_t value;

	if (!view_number(text, max, &value)) {
		complain(r, "'%.*s' is not a number from 0 to %llu", (int)text.n, text.p,
			 (unsigned long long)max);
		return false;
	}
	*ret = (unsigned)value;
	return true;
}

/* "127.0.0.1:0", "[::1]:25", "127.0.0.1-50:2525". */
static void read_address(struct reader *r, struct listener_plan *l, struct view text)
{
	const char *colon = memrchr(text.p, ':', text.n);
	struct view host, port;
	struct in6_addr v6;
	struct in_addr v4;
	const char *dash;
	uint64_t number, last = 0;

	if (colon == NULL) {
		complain(r, "'%s' has no port; write 127.0.0.1:2525, port 0 picks one",
			 text.p);
		return;
	}
	host = (struct view){ text.p, (size_t)(colon - text.p) };
	port = view_skip(text, host.n + 1);
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = (struct view){ host.p + 1, host.n - 2 };
	dash = memchr(host.p, '-', host.n);
	if (dash != NULL) {
		struct view tail = view_skip(host, (size_t)(dash - host.p) + 1);

		if (!view_number(tail, 254, &last))
			last = 1000;
		host.n = (size_t)(dash - host.p);
	}
	if (!view_number(port, 65535, &number) || host.n >= sizeof(l->host)) {
		complain(r, "'%s' is not an address with a port from 0 to 65535", text.p);
		return;
	}
	l->port = (uint16_t)number;
	snprintf(l->host, sizeof(l->host), "%.*s", (int)host.n, host.p);
	l->hosts = 1;
	if (inet_pton(AF_INET, l->host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127) {
		unsigned first = ntohl(v4.s_addr) & 255;

		if (dash != NULL && (last < first || last > 254))
			complain(r,
				 "'%s': a range of addresses ends with the last number, "
				 "127.0.0.1-50:2525",
				 text.p);
		else if (dash != NULL)
			l->hosts = (unsigned)last - first + 1;
		return;
	}
	if (dash == NULL && inet_pton(AF_INET6, l->host, &v6) == 1 &&
	    IN6_IS_ADDR_LOOPBACK(&v6))
		return;
	complain(
	    r,
	    "'%s' is not on the loopback interface; only 127.0.0.0/8 and [::1] may be used",
	    text.p);
}

static void set_name(struct reader *r, struct listener_plan *l, struct view value)
{
	for (const struct listener_plan *o = r->scenario->listeners; o != NULL; o = o->next)
		if (view_equal(value, o->name))
			complain(r, "the name '%s' is taken by line %u", value.p, o->line);
	l->name = value.p;
}

static void set_tls(struct reader *r, struct listener_plan *l, struct view value)
{
	static const char *const modes[] = { "none", "starttls", "implicit" };
	size_t i = choose(r, value, "tls mode", modes, ARRAY_SIZE(modes));

	if (i < ARRAY_SIZE(modes))
		tls_mode_from_name(value, &l->tls);
}

static void set_certificate(struct reader *r, struct listener_plan *l, struct view value)
{
	(void)r;
	l->certificate = value.p;
}

static unsigned version(struct reader *r, struct view value)
{
	static const char *const versions[] = { "1.0", "1.1", "1.2", "1.3" };
	size_t i = choose(r, value, "TLS version", versions, ARRAY_SIZE(versions));

	return i < ARRAY_SIZE(versions) ? 10 + (unsigned)i : 0;
}

static void set_tls_min(struct reader *r, struct listener_plan *l, struct view value)
{
	l->tls_min = version(r, value);
}

static void set_tls_max(struct reader *r, struct listener_plan *l, struct view value)
{
	l->tls_max = version(r, value);
}

static void set_client(struct reader *r, struct listener_plan *l, struct view value)
{
	static const char *const choices[] = { "none",       "asked",   "required",
					       "unknown-ca", "expired", "bad" };
	size_t i = choose(r, value, "choice", choices, ARRAY_SIZE(choices));

	if (i < ARRAY_SIZE(choices))
		l->client_certificate = (enum client_certificate)i;
}

static void set_ciphers(struct reader *r, struct listener_plan *l, struct view value)
{
	(void)r;
	l->ciphers = value.p;
}

static void set_dh(struct reader *r, struct listener_plan *l, struct view value)
{
	(void)r;
	l->dh_group = value.p;
}

static void set_login(struct reader *r, struct listener_plan *l, struct view value)
{
	static const char *const policies[] = { "any", "tls", "never" };
	size_t i = choose(r, value, "login policy", policies, ARRAY_SIZE(policies));

	if (i < ARRAY_SIZE(policies))
		l->login = (enum login_policy)i;
}

static void set_every(struct reader *r, struct listener_plan *l, struct view value)
{
	positive(r, value, 1000000, &l->every);
}

static void set_messages(struct reader *r, struct listener_plan *l, struct view value)
{
	positive(r, value, 1000000000, &l->messages);
}

static void add_fault(struct reader *r, struct listener_plan *l, struct view value,
		      enum when when, struct view text)
{
	struct view name = value;
	const char *const *known, *hint;
	size_t count;

	for (name.n = 0; name.n < value.n && strchr("@:", value.p[name.n]) == NULL;)
		name.n++;
	known = fault_words(&count);
	if (choose(r, name, "fault", known, count) == count)
		return;
	if (!scenario_fault(r->scenario, l, value, when, text, &hint))
		complain(r, "fault '%s' of a listener for %s: %s", value.p,
			 protocol_kind_name(l->protocol), hint);
}

static void set_fault(struct reader *r, struct listener_plan *l, struct view value)
{
	add_fault(r, l, value, WHEN_ALWAYS, (struct view){ 0 });
}

static const struct {
	const char *key;
	void (*set)(struct reader *, struct listener_plan *, struct view);
} listener_keys[] = {
	{ "name", set_name },         { "tls", set_tls },
	{ "cert", set_certificate },  { "tls-min", set_tls_min },
	{ "tls-max", set_tls_max },   { "client-cert", set_client },
	{ "login", set_login },       { "every", set_every },
	{ "messages", set_messages }, { "fault", set_fault },
	{ "ciphers", set_ciphers },   { "dh", set_dh },
};

static void set_listener_key(struct reader *r, struct listener_plan *l,
			     const struct word *w)
{
	const char *keys[ARRAY_SIZE(listener_keys)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		keys[i] = listener_keys[i].key;
	i = choose(r, w->key.n == 0 ? w->value : w->key, "word in a listen line", keys,
		   ARRAY_SIZE(keys));
	if (i == ARRAY_SIZE(keys))
		return;
	if (w->key.n == 0)
		complain(r, "'%s' needs a value: %s=...", keys[i], keys[i]);
	else
		listener_keys[i].set(r, l, w->value);
}

/* listen PROTOCOL ADDRESS:PORT [KEY=VALUE]... */
static void read_listen(struct reader *r)
{
	struct listener_plan *l = arena_alloc(&r->scenario->arena, sizeof(*l));
	bool login_given = false;
	size_t kind;

	if (r->count < 3) {
		complain(r, "write: listen PROTOCOL ADDRESS:PORT [KEY=VALUE]...");
		return;
	}
	kind = choose(r, r->words[1].value, "protocol", protocols, ARRAY_SIZE(protocols));
	if (kind == ARRAY_SIZE(protocols))
		return;
	*l = (struct listener_plan){ .protocol = (enum protocol_kind)kind,
				     .line = r->line,
				     .certificate = "good",
				     .messages = 3 };
	read_address(r, l, r->words[2].value);
	for (size_t i = 3; i < r->count; i++) {
		login_given = login_given || view_equal(r->words[i].key, "login");
		set_listener_key(r, l, &r->words[i]);
	}
	if (l->name == NULL) {
		char text[64];

		snprintf(text, sizeof(text), "%s-%u", protocols[kind],
			 r->scenario->listener_count + 1);
		set_name(r, l, view_of(arena_text(&r->scenario->arena, view_of(text))));
	}
	if (!login_given)
		l->login = l->tls == TLS_MODE_NONE ? LOGIN_ANY : LOGIN_TLS;
	*r->listener_end = l;
	r->listener_end = &l->next;
	r->listener = l;
	r->scenario->listener_count++;
}

/* Takes the trailing KEY=VALUE words of a reply, fault or capability line. */
struct tail {
	enum when when;
	unsigned nth;
	enum after after;
};

static void tail_key(struct reader *r, const struct word *w, struct tail *tail)
{
	static const char *const keys[] = { "when", "nth", "then" };
	static const char *const whens[] = { "always", "clear", "tls" };
	static const char *const thens[] = { "listen", "goodbye", "close",
					     "reset",  "silence", "tls" };
	static const enum after afters[] = { AFTER_LISTEN, AFTER_GOODBYE, AFTER_CLOSE,
					     AFTER_RESET,  AFTER_SILENCE, AFTER_TLS };
	size_t i = choose(r, w->key, "key", keys, ARRAY_SIZE(keys));

	if (i == 0) {
		i = choose(r, w->value, "moment", whens, ARRAY_SIZE(whens));
		tail->when = i < ARRAY_SIZE(whens) ? (enum when)i : WHEN_ALWAYS;
	} else if (i == 1) {
		positive(r, w->value, 1000000, &tail->nth);
	} else if (i == 2) {
		i = choose(r, w->value, "continuation", thens, ARRAY_SIZE(thens));
		tail->after = i < ARRAY_SIZE(thens) ? afters[i] : AFTER_LISTEN;
	}
}

/* Words from `first` on: plain ones into *ret_text (one at most), keyed ones into the tail.
 * False, with a complaint, when there is no listener or a text too many. */
static bool read_tail(struct reader *r, size_t first, struct view *ret_text,
		      struct tail *ret_tail)
{
	bool seen = false;

	*ret_tail = (struct tail){ 0 };
	if (r->listener == NULL) {
		complain(r, "this line belongs to a listener, and there is none above it");
		return false;
	}
	for (size_t i = first; i < r->count; i++) {
		if (r->words[i].key.n > 0) {
			tail_key(r, &r->words[i], ret_tail);
			continue;
		}
		if (seen) {
			complain(r, "one text too many; put it in double quotes");
			return false;
		}
		*ret_text = r->words[i].value;
		seen = true;
	}
	return true;
}

/* reply VERB TEXT [when=] [nth=] [then=]; raw VERB BYTES ... */
static void read_reply(struct reader *r)
{
	bool raw = view_equal(r->words[0].value, "raw");
	struct view text = { 0 };
	struct canned *canned, **end;
	struct tail tail;

	if (r->count < 3) {
		complain(
		    r, "write: %s VERB \"TEXT\" [when=clear|tls] [nth=N] [then=close|...]",
		    r->words[0].value.p);
		return;
	}
	if (!read_tail(r, 2, &text, &tail))
		return;
	canned = arena_alloc(&r->scenario->arena, sizeof(*canned));
	*canned = (struct canned){ .verb = r->words[1].value.p,
				   .text = text,
				   .raw = raw,
				   .insane = raw,
				   .when = tail.when,
				   .nth = tail.nth,
				   .after = tail.after };
	for (end = &r->listener->canned; *end != NULL;)
		end = &(*end)->next;
	*end = canned;
}

/* fault NAME[@PHASE][:MS] [TEXT] [when=] */
static void read_fault(struct reader *r)
{
	struct view text = { 0 };
	struct tail tail;

	if (r->count < 2)
		complain(r, "write: fault NAME[@PHASE][:MS] [\"TEXT\"] [when=clear|tls]");
	else if (read_tail(r, 2, &text, &tail))
		add_fault(r, r->listener, r->words[1].value, tail.when, text);
}

/* capability TEXT [when=] */
static void read_capability(struct reader *r)
{
	struct view text = { 0 };
	struct capability_set *set;
	struct tail tail;

	if (!read_tail(r, 1, &text, &tail))
		return;
	set = arena_alloc(&r->scenario->arena, sizeof(*set));
	*set = (struct capability_set){ r->listener->offers, text, tail.when };
	r->listener->offers = set;
}

/* sni NAME CERTIFICATE; refuse is none */
static void read_sni(struct reader *r)
{
	struct sni_plan *plan = arena_alloc(&r->scenario->arena, sizeof(*plan)), **end;

	if (r->count != 3 || r->listener == NULL) {
		complain(r, "write, below a listener: sni NAME CERTIFICATE|refuse");
		return;
	}
	plan->name = r->words[1].value.p;
	if (!view_equal(r->words[2].value, "refuse"))
		plan->certificate = r->words[2].value.p;
	for (end = &r->listener->names; *end != NULL;)
		end = &(*end)->next;
	*end = plan;
}

static void read_user(struct reader *r)
{
	struct user *user = arena_alloc(&r->scenario->arena, sizeof(*user));

	if (r->count != 3) {
		complain(r, "write: user NAME PASSWORD");
		return;
	}
	*user =
	    (struct user){ .name = r->words[1].value.p, .password = r->words[2].value.p };
	/* A password with `=` in it was cut there. */
	if (r->words[2].key.n != 0)
		user->password = r->words[2].key.p;
	*r->user_end = user;
	r->user_end = &user->next;
}

static void read_names(struct reader *r)
{
	if (r->count < 2 || r->count - 1 > SCENARIO_NAMES_MAX) {
		complain(r, "write: names NAME... with 1 to %d host names or addresses",
			 SCENARIO_NAMES_MAX);
		return;
	}
	for (size_t i = 1; i < r->count; i++)
		r->scenario->names[i - 1] = r->words[i].value.p;
	r->scenario->name_count = (unsigned)r->count - 1;
}

/* "-3d", "12h", "30": seconds. */
static bool signed_span(struct reader *r, struct view text, int64_t *ret_seconds)
{
	static const char units[] = "smhd";
	static const int64_t seconds[] = { 1, 60, 3600, 86400 };
	bool minus = text.n > 0 && text.p[0] == '-';
	struct view digits = view_skip(text, minus ? 1 : 0);
	int64_t scale = 1;
	uint64_t number;
	const char *unit =
	    digits.n == 0 ? NULL : memchr(units, digits.p[digits.n - 1], sizeof(units) - 1);

	if (unit != NULL) {
		scale = seconds[unit - units];
		digits.n--;
	}
	if (!view_number(digits, 1000000, &number)) {
		complain(r, "'%.*s' is not a time; write -3d, 12h, 30m or 90s", (int)text.n,
			 text.p);
		return false;
	}
	*ret_seconds = (minus ? -1 : 1) * (int64_t)number * scale;
	return true;
}

/* certificate NAME KIND [names=a,b] [from=-10d] [until=20d] */
static void read_certificate(struct reader *r)
{
	static const char *const keys[] = { "names", "from", "until" };
	struct certificate_plan *c = arena_alloc(&r->scenario->arena, sizeof(*c));

	if (r->count < 3) {
		complain(
		    r, "write: certificate NAME KIND [names=A,B] [from=-10d] [until=20d]");
		return;
	}
	*c = (struct certificate_plan){ .name = r->words[1].value.p,
					.kind = r->words[2].value.p };
	for (size_t i = 3; i < r->count; i++) {
		size_t k = choose(r, r->words[i].key, "key", keys, ARRAY_SIZE(keys));

		if (k == 0)
			c->names = r->words[i].value.p;
		else if (k == 1)
			signed_span(r, r->words[i].value, &c->from);
		else if (k == 2)
			signed_span(r, r->words[i].value, &c->until);
	}
	if ((c->from == 0) != (c->until == 0) || c->from > c->until)
		complain(r,
			 "give both from= and until=, the earlier first, as in from=-10d "
			 "until=20d");
	c->next = r->scenario->certificates;
	r->scenario->certificates = c;
}

static const struct {
	const char *word;
	void (*read)(struct reader *);
} lines[] = {
	{ "listen", read_listen }, { "reply", read_reply },
	{ "raw", read_reply },     { "fault", read_fault },
	{ "user", read_user },     { "capability", read_capability },
	{ "names", read_names },   { "certificate", read_certificate },
	{ "sni", read_sni },
};

static void read_line(struct reader *r, struct view line)
{
	struct word words[LEXER_WORDS_MAX];
	const char *starts[ARRAY_SIZE(lines)], *error;
	size_t i;

	if (!lexer_line(&r->scenario->arena, line, words, &r->count, &error)) {
		complain(r, "%s", error);
		return;
	}
	if (r->count == 0)
		return;
	r->words = words;
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		starts[i] = lines[i].word;
	i = choose(r, words[0].value, "line", starts, ARRAY_SIZE(starts));
	if (i < ARRAY_SIZE(lines))
		lines[i].read(r);
	r->words = NULL;
}

static bool read_file(struct reader *r, FILE *file)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, file)) >= 0) {
		r->line++;
		if (n > 0 && line[n - 1] == '\n')
			n--;
		read_line(r, (struct view){ line, (size_t)n });
	}
	free(line);
	if (r->scenario->listener_count == 0 && r->scenario->errors == 0)
		complain(r, "no listener; write: listen smtp 127.0.0.1:0");
	return r->scenario->errors == 0;
}

bool scenario_load(struct scenario *ret_scenario, const char *path)
{
	struct scenario sc = { .names = { "mail.demo.test", "localhost", "127.0.0.1",
					  "::1" },
			       .name_count = 4 };
	struct reader r = { .path = path };
	FILE *file = fopen(path, "re");
	bool ok;

	if (file == NULL) {
		fprintf(stderr, "mailsim: %s: %s\n", path, strerror(errno));
		return false;
	}
	*ret_scenario = sc;
	arena_init(&ret_scenario->arena);
	r.scenario = ret_scenario;
	r.listener_end = &ret_scenario->listeners;
	r.user_end = &ret_scenario->users;
	ok = read_file(&r, file);
	fclose(file);
	if (!ok)
		scenario_fini(ret_scenario);
	return ok;
}

void scenario_fini(struct scenario *sc)
{
	arena_fini(&sc->arena);
}
