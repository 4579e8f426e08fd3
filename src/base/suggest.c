/* suggest.c - optimal string alignment distance: insert, delete, replace, swap neighbours. */
#include "suggest.h"

/* No word of ours is longer; longer ones get no suggestion. */
enum { WORD_MAX = 64 };

static size_t suggest_least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t distance(struct view a, struct view b)
{
	/* The last three rows of the matrix. */
	size_t rows[3][WORD_MAX + 1];

	for (size_t j = 0; j <= b.n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		const size_t *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
		size_t *row = rows[i % 3];
		char c = ascii_lower(a.p[i - 1]);

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			char d = ascii_lower(b.p[j - 1]);

			row[j] = suggest_least(above[j - 1] + (c != d),
					       suggest_least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && c == ascii_lower(b.p[j - 2]) &&
			    d == ascii_lower(a.p[i - 2]))
				row[j] = suggest_least(row[j], above2[j - 2] + 1);
		}
	}
	return rows[a.n % 3][b.n];
}

static bool begins_with(struct view word, struct view typed)
{
	return word.n >= typed.n && distance((struct view){ word.p, typed.n }, typed) == 0;
}

const char *suggest_word(struct view typed, const char *const *words, size_t count)
{
	const char *nearest = NULL;
	size_t best = SIZE_MAX;

	if (typed.n < 2 || typed.n > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct view word = view_of(words[i]);
		size_t off, longer = word.n > typed.n ? word.n : typed.n;

		if (word.n > WORD_MAX)
			continue;
		off = distance(typed, word);
		if (off > 1 && begins_with(word, typed))
			off = 1;
		if (off < best && (off <= 1 || off * 3 <= longer)) {
			best = off;
			nearest = words[i];
		}
	}
	return nearest;
}
