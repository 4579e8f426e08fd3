/* frame.c - finds the end of a command. */
#include "frame.h"

#include <string.h>

/* The number in a trailing {n} or {n+}; false when there is none. */
static bool literal_at_end(struct view line, enum literals literals, uint64_t *ret_length,
			   bool *ret_waits)
{
	const char *open =
	    line.n < 3 || line.p[line.n - 1] != '}' ? NULL : memrchr(line.p, '{', line.n);
	struct view digits;
	bool plus;

	if (literals == LITERALS_NONE || open == NULL)
		return false;
	digits = (struct view){ open + 1, (size_t)(line.p + line.n - 1 - (open + 1)) };
	plus = digits.n > 0 && digits.p[digits.n - 1] == '+';
	if (plus)
		digits.n--;
	if (!plus && literals == LITERALS_SIEVE)
		return false;
	*ret_waits = !plus;
	return view_number(digits, UINT32_MAX, ret_length);
}

static enum framed whole(struct frame *f, size_t length, size_t taken, size_t *ret_length,
			 size_t *ret_taken)
{
	*ret_length = length;
	*ret_taken = taken;
	f->at = 0;
	return FRAME_WHOLE;
}

enum framed frame_next(struct frame *f, enum literals literals, struct view input,
		       size_t cap, size_t *ret_length, size_t *ret_taken)
{
	while (f->at < input.n) {
		const char *from = input.p + f->at;
		const char *lf = memchr(from, '\n', input.n - f->at);
		size_t end, taken;
		uint64_t literal;
		bool waits;

		if (lf == NULL)
			return FRAME_MORE;
		taken = (size_t)(lf - input.p) + 1;
		end = taken - 1;
		if (end > f->at && input.p[end - 1] == '\r')
			end--;
		else
			f->bare = true;
		if (!literal_at_end((struct view){ from, end - f->at }, literals, &literal,
				    &waits))
			return whole(f, end, taken, ret_length, ret_taken);
		if (literal > cap || taken + literal > cap)
			return FRAME_TOO_LONG;
		f->at = taken + (size_t)literal;
		if (waits)
			return FRAME_CONTINUE;
	}
	return FRAME_MORE;
}

static bool quoted(struct view *rest, char *dst, size_t cap, struct view *ret_argument)
{
	size_t n = 0, i = 1;

	for (; i < rest->n && rest->p[i] != '"'; i++) {
		if (rest->p[i] == '\\' && i + 1 < rest->n)
			i++;
		if (n == cap || rest->p[i] == '\r' || rest->p[i] == '\n')
			return false;
		dst[n++] = rest->p[i];
	}
	if (i >= rest->n)
		return false;
	*rest = view_skip(*rest, i + 1);
	*ret_argument = (struct view){ dst, n };
	return true;
}

static bool literal(struct view *rest, char *dst, size_t cap, struct view *ret_argument)
{
	const char *lf = memchr(rest->p, '\n', rest->n);
	struct view line;
	uint64_t length;
	bool waits;

	if (lf == NULL)
		return false;
	line = (struct view){ rest->p, (size_t)(lf - rest->p) };
	*rest = view_skip(*rest, line.n + 1);
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (!literal_at_end(line, LITERALS_IMAP, &length, &waits) || length > rest->n ||
	    length > cap)
		return false;
	memcpy(dst, rest->p, (size_t)length);
	*ret_argument = (struct view){ dst, (size_t)length };
	*rest = view_skip(*rest, (size_t)length);
	return true;
}

bool frame_argument(struct view *rest, char *dst, size_t cap, struct view *ret_argument)
{
	struct view word;

	while (rest->n > 0 && rest->p[0] == ' ')
		*rest = view_skip(*rest, 1);
	if (rest->n > 0 && rest->p[0] == '"')
		return quoted(rest, dst, cap, ret_argument);
	if (rest->n > 0 && rest->p[0] == '{')
		return literal(rest, dst, cap, ret_argument);
	if (!view_next_word(rest, &word) || word.n > cap)
		return false;
	memcpy(dst, word.p, word.n);
	*ret_argument = (struct view){ dst, word.n };
	return true;
}
