/* replay.c - plays recorded sessions, cut in every way.
 *
 * Each session runs with its bytes in one piece, in pieces of 1 to 64 bytes, and in two with
 * the cut at every place. Each piece lies in a block of its size, so that a sanitizer sees a
 * read behind its end. The first cut that goes wrong is told, with file:line.
 */
#include "driver.h"
#include "session.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECES_MAX = 64, SPLITS_MAX = 6000 };

/* Pieces of `piece` bytes, or two pieces parted at `split` of all that the server sends. */
struct cut {
	size_t piece, split;
};

struct play {
	const struct session *session;
	struct cut cut;
	struct dialogue *dialogue;
	const struct event *now;
	enum wish wish;
	size_t fed;                /* of all that the server sends */
	struct buffer heard, body; /* events, and the message that came */
	bool bad;
};

static void fail(struct play *p, const char *what, struct view said)
{
	p->bad = true;
	fprintf(stderr, "%s:%d: %s", p->session->path, p->now->line, what);
	fprintf(stderr, " '%.*s' (", (int)said.n, said.n > 0 ? said.p : "");
	if (p->cut.piece > 0)
		fprintf(stderr, "pieces of %zu)\n", p->cut.piece);
	else
		fprintf(stderr, "parted at %zu)\n", p->cut.split);
}

/* --- what happens -------------------------------------------------------------------------- */

static void feed_piece(struct play *p, const char *bytes, size_t n)
{
	char *copy = malloc(n);

	if (copy == NULL)
		abort();
	memcpy(copy, bytes, n);
	p->wish = dialogue_feed(p->dialogue, (struct view){ copy, n });
	free(copy);
}

static size_t piece_size(const struct play *p, size_t left)
{
	size_t n = left;

	if (p->cut.piece > 0)
		n = p->cut.piece;
	else if (p->cut.split > p->fed)
		n = p->cut.split - p->fed;
	return n < left ? n : left;
}

static bool waits_for_bytes(const struct play *p)
{
	return p->wish == WISH_READ || p->wish == WISH_PAUSE;
}

/* What comes behind an end is not read; what comes behind the wish for TLS is an injection. */
static void server(struct play *p, const struct event *e)
{
	size_t done = 0;

	if (!waits_for_bytes(p)) {
		fail(p, "nothing was to be read here:", (struct view){ e->bytes, e->n });
		return;
	}
	while (done < e->n && waits_for_bytes(p)) {
		size_t n = piece_size(p, e->n - done);

		feed_piece(p, e->bytes + done, n);
		done += n;
		p->fed += n;
	}
	if (p->wish == WISH_TLS && done < e->n)
		p->wish = dialogue_injected(p->dialogue);
}

static void client(struct play *p, const struct event *e)
{
	struct view want = { e->bytes, e->n };
	struct view said = dialogue_output(p->dialogue);

	/* A message comes in several parts. */
	do {
		if (said.n > want.n || (said.n == 0 && want.n > 0) ||
		    memcmp(said.p, want.p, said.n) != 0) {
			fail(p, "instead it was said:", said);
			return;
		}
		want = view_skip(want, said.n);
		dialogue_sent(p->dialogue, said.n);
		said = dialogue_output(p->dialogue);
	} while (said.n > 0 || want.n > 0);
}

static void secure(struct play *p, const struct event *e)
{
	bool first = p->now == p->session->events;

	if (first && p->session->params.tls == TLS_MODE_IMPLICIT)
		p->wish = dialogue_start(p->dialogue, (enum trust)e->number);
	else if (p->wish != WISH_TLS)
		fail(p, "TLS was not asked for", (struct view){ NULL, 0 });
	else
		p->wish = dialogue_secured(p->dialogue, (enum trust)e->number);
}

/* --- what is expected ---------------------------------------------------------------------- */

static const char *found(const struct play *p, const char *key, char *storage, size_t cap)
{
	const struct outcome *o = dialogue_outcome(p->dialogue);

	if (strcmp(key, "enhanced") == 0)
		return o->enhanced;
	if (strcmp(key, "text") == 0)
		return o->text;
	if (strcmp(key, "alert") == 0)
		return dialogue_alert(p->dialogue);
	if (strcmp(key, "before") == 0)
		return dialogue_offered_before(p->dialogue);
	if (strcmp(key, "after") == 0)
		return dialogue_offered_after(p->dialogue);
	if (strcmp(key, "heard") == 0)
		return buffer_string((struct buffer *)&p->heard);
	if (strcmp(key, "body") == 0)
		return buffer_string((struct buffer *)&p->body);
	if (strcmp(key, "found") == 0)
		snprintf(storage, cap, "%u", dialogue_found(p->dialogue));
	else if (strcmp(key, "code") == 0)
		snprintf(storage, cap, "%d", o->code);
	else if (strcmp(key, "messages") == 0)
		snprintf(storage, cap, "%lld", (long long)o->messages);
	else if (o->fault == FAULT_OK)
		snprintf(storage, cap, "ok");
	else
		snprintf(storage, cap, "%s %s", fault_name(o->fault), phase_name(o->phase));
	return storage;
}

static void expect(struct play *p, const struct event *e)
{
	char storage[64];
	const char *is = found(p, e->key, storage, sizeof(storage));

	if (strcmp(is, e->bytes) != 0)
		fail(p, "it is:", view_of(is));
	if (p->wish != WISH_END || !dialogue_outcome_is_final(p->dialogue))
		fail(p, "the dialogue is not over", (struct view){ NULL, 0 });
	if (dialogue_output(p->dialogue).n > 0)
		fail(p, "this was said too:", dialogue_output(p->dialogue));
}

static void happen(struct play *p, const struct event *e)
{
	p->now = e;
	switch (e->kind) {
	case EVENT_SERVER:
		server(p, e);
		break;
	case EVENT_CLIENT:
		client(p, e);
		break;
	case EVENT_TLS:
		secure(p, e);
		break;
	case EVENT_BREAK:
		p->wish = dialogue_break(p->dialogue, (enum fault)e->number);
		break;
	case EVENT_TIMEOUT:
		p->wish = dialogue_timeout(p->dialogue);
		if (p->wish != (enum wish)e->number)
			fail(p, "the other wish came", (struct view){ NULL, 0 });
		break;
	case EVENT_PAUSE:
		if (p->wish != WISH_PAUSE)
			fail(p, "there is no pause", (struct view){ NULL, 0 });
		p->wish = dialogue_resume(p->dialogue);
		break;
	case EVENT_EXPECT:
		expect(p, e);
		break;
	}
}

static bool hear_event(void *user, const struct dialogue_event *e)
{
	static const char *const names[] = { "EXISTS", "EXPUNGE", "FETCH", "SEARCH",
					     "UIDL" };
	struct buffer *b = &((struct play *)user)->heard;

	buffer_format(b, "%s%s", b->n > 0 ? ", " : "", names[e->kind]);
	if (e->kind != DIALOGUE_SEARCH)
		buffer_format(b, " %u", e->number);
	if (e->words.n > 0)
		buffer_text(b, " ");
	buffer_put(b, e->words);
	return e->kind == DIALOGUE_EXISTS;
}

static void hear_body(void *user, struct view part)
{
	buffer_put(&((struct play *)user)->body, part);
}

static bool play(struct session *s, struct cut cut)
{
	struct play p = { .session = s, .cut = cut, .wish = WISH_READ };
	static char heard[4096], body[128 * 1024];
	struct dialogue_buffers *room = malloc(sizeof(*room));
	char *output = malloc(DIALOGUE_OUTPUT_MAX);

	p.dialogue = malloc(sizeof(*p.dialogue));
	s->exchange = calloc(1, sizeof(*s->exchange));
	if (p.dialogue == NULL || room == NULL || output == NULL || s->exchange == NULL)
		abort();
	buffer_init(&p.heard, heard, sizeof(heard));
	buffer_init(&p.body, body, sizeof(body));
	s->mail.hear = hear_event;
	s->mail.body = hear_body;
	s->mail.user = &p;
	memset(p.dialogue, 0xa5, sizeof(*p.dialogue));
	dialogue_init(p.dialogue, &s->params, room, output);
	if (s->params.tls != TLS_MODE_IMPLICIT)
		p.wish = dialogue_start(p.dialogue, TRUST_NONE);
	for (size_t i = 0; i < s->count && !p.bad; i++)
		happen(&p, &s->events[i]);
	free(s->exchange);
	free(p.dialogue);
	free(room);
	free(output);
	return !p.bad;
}

static bool play_every_cut(struct session *s, size_t *plays)
{
	size_t stride = 1 + s->server_bytes / SPLITS_MAX;
	bool good = play(s, (struct cut){ .split = 0 });

	for (size_t n = 1; good && n <= PIECES_MAX; n++, ++*plays)
		good = play(s, (struct cut){ .piece = n });
	for (size_t at = 1; good && at < s->server_bytes; at += stride, ++*plays)
		good = play(s, (struct cut){ .split = at });
	return good;
}

/* --- the files ----------------------------------------------------------------------------- */

static int is_session(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && strcmp(d->d_name + n - 4, ".txt") == 0;
}

static bool replay(const char *path, size_t *plays)
{
	struct session *s = session_read(path);
	bool good = play_every_cut(s, plays);

	session_free(s);
	return good;
}

int main(int argc, char **argv)
{
	size_t sessions = 0, plays = 0, bad = 0;

	for (int i = 1; i < argc; i++) {
		struct dirent **names;
		int count = scandir(argv[i], &names, is_session, alphasort);

		for (int k = 0; k < count; k++) {
			char *path = NULL;

			if (asprintf(&path, "%s/%s", argv[i], names[k]->d_name) < 0)
				abort();
			bad += !replay(path, &plays);
			free(path);
			free(names[k]);
		}
		if (count >= 0)
			free(names);
		else
			bad += !replay(argv[i], &plays);
		sessions += count >= 0 ? (size_t)count : 1;
	}
	printf("%zu sessions, %zu replays, %zu bad\n", sessions, plays, bad);
	return bad > 0 || sessions == 0;
}
