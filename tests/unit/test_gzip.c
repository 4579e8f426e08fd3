#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* An answer of `lines` lines, in pieces of ten; it may fail at one of them. */
struct poem {
	struct text_stream answer;
	unsigned line, lines, fails_at;
	bool *freed;
};

static bool recite(struct text_stream *answer, struct strbuf *out)
{
	struct poem *p = (struct poem *)answer;

	for (unsigned i = 0; i < 10 && p->line < p->lines; i++, p->line++) {
		if (p->line == p->fails_at)
			out->failed = true;
		strbuf_format(out, "a line with number %u and %u\n", p->line,
			      p->line * 2654435761u);
	}
	return p->line < p->lines;
}

static void forget(struct text_stream *answer)
{
	struct poem *p = (struct poem *)answer;

	*p->freed = true;
	free(p);
}

static struct text_stream *poem_new(unsigned lines, unsigned fails_at, bool *freed)
{
	struct poem *p = calloc(1, sizeof(*p));

	*p = (struct poem){ { recite, forget }, 0, lines, fails_at, freed };
	*freed = false;
	return &p->answer;
}

static void whole(struct text_stream *answer, struct strbuf *all)
{
	strbuf_init(all);
	while (answer->more(answer, all))
		;
	answer->free(answer);
}

static void unpacks_to_the_same(void **state)
{
	static const unsigned sizes[] = { 0, 1, 10, 10000, 60000 };
	bool freed;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct strbuf plain, packed;
		unsigned char *unpacked;
		z_stream z = { 0 };

		whole(poem_new(sizes[i], UINT32_MAX, &freed), &plain);
		whole(gzip_new(poem_new(sizes[i], UINT32_MAX, &freed)), &packed);
		assert_true(freed && !packed.failed);
		unpacked = malloc(plain.n + 1);
		z.next_in = (unsigned char *)packed.p;
		z.avail_in = (unsigned)packed.n;
		z.next_out = unpacked;
		z.avail_out = (unsigned)plain.n + 1;
		assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
		assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
		assert_int_equal(z.avail_in, 0);
		assert_int_equal(z.total_out, plain.n);
		if (plain.n > 0)
			assert_memory_equal(unpacked, plain.p, plain.n);
		inflateEnd(&z);
		free(unpacked);
		strbuf_fini(&plain);
		strbuf_fini(&packed);
	}
}

/* However long the answer is, it is kept in small pieces. */
static void pieces_are_small(void **state)
{
	struct text_stream *answer;
	struct strbuf piece;
	size_t total = 0;
	bool freed, goes_on;

	(void)state;
	answer = gzip_new(poem_new(200000, UINT32_MAX, &freed));
	strbuf_init(&piece);
	do {
		strbuf_clear(&piece);
		goes_on = answer->more(answer, &piece);
		assert_true(piece.n <= 64 * 1024);
		total += piece.n;
	} while (goes_on);
	assert_true(total > 1000 * 1000);
	assert_true(piece.cap <= 128 * 1024);
	answer->free(answer);
	strbuf_fini(&piece);
}

/* What failed half-way must not pass for a whole one. */
static void a_failure_is_passed_on(void **state)
{
	struct strbuf packed;
	bool freed;

	(void)state;
	whole(gzip_new(poem_new(5000, 4000, &freed)), &packed);
	assert_true(packed.failed);
	assert_true(freed);
	strbuf_fini(&packed);
	assert_null(gzip_new(NULL));
}

/* A client that goes away leaves it in the middle. */
static void ends_in_the_middle(void **state)
{
	struct text_stream *answer;
	struct strbuf piece;
	bool freed;

	(void)state;
	answer = gzip_new(poem_new(5000, UINT32_MAX, &freed));
	strbuf_init(&piece);
	assert_true(answer->more(answer, &piece));
	answer->free(answer);
	assert_true(freed);
	strbuf_fini(&piece);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unpacks_to_the_same),
		cmocka_unit_test(pieces_are_small),
		cmocka_unit_test(a_failure_is_passed_on),
		cmocka_unit_test(ends_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
