/* gzip.c - compresses each piece of another answer with zlib. */
#include "gzip.h"

#include <stdlib.h>
#include <zlib.h>

/* Level 1, because this text is repetitive: level 6 takes three times as long and saves
 * a fifth. */
enum { LEVEL = 1, MEMORY_LEVEL = 8, WINDOW_BITS = 15, GZIP_HEADER = 16 };

/* Bytes that are collected before they are compressed; output room for one call of zlib. */
enum { ENOUGH = 32 * 1024, ROOM = 16 * 1024 };

struct gzip {
	struct text_stream answer;
	struct text_stream *plain;
	struct strbuf piece; /* of the other answer */
	z_stream stream;
};

/* Compresses all of the piece; zlib may keep some of the output for a later call. */
static void gzip_pack(struct gzip *g, struct strbuf *out, int flush)
{
	z_stream *z = &g->stream;

	z->next_in = (unsigned char *)g->piece.p;
	z->avail_in = (unsigned)g->piece.n;
	do {
		char *room = strbuf_room(out, ROOM);

		if (!room)
			return;
		z->next_out = (unsigned char *)room;
		z->avail_out = ROOM;
		if (deflate(z, flush) == Z_STREAM_ERROR) {
			out->failed = true;
			return;
		}
		out->n += ROOM - z->avail_out;
	} while (z->avail_out == 0);
}

static bool gzip_more(struct text_stream *answer, struct strbuf *out)
{
	struct gzip *g = (struct gzip *)answer;
	bool goes_on = true;

	strbuf_clear(&g->piece);
	while (goes_on && g->piece.n < ENOUGH && !g->piece.failed)
		goes_on = g->plain->more(g->plain, &g->piece);
	if (g->piece.failed)
		out->failed = true;
	else
		gzip_pack(g, out, goes_on ? Z_NO_FLUSH : Z_FINISH);
	return goes_on;
}

static void gzip_dispose(struct text_stream *answer)
{
	struct gzip *g = (struct gzip *)answer;

	deflateEnd(&g->stream);
	strbuf_fini(&g->piece);
	g->plain->free(g->plain);
	free(g);
}

struct text_stream *gzip_new(struct text_stream *plain)
{
	struct gzip *g = plain ? calloc(1, sizeof(*g)) : NULL;

	if (g && deflateInit2(&g->stream, LEVEL, Z_DEFLATED, WINDOW_BITS + GZIP_HEADER,
			      MEMORY_LEVEL, Z_DEFAULT_STRATEGY) == Z_OK) {
		g->answer = (struct text_stream){ gzip_more, gzip_dispose };
		g->plain = plain;
		strbuf_init(&g->piece);
		return &g->answer;
	}
	free(g);
	if (plain)
		plain->free(plain);
	return NULL;
}
