/* capability_set.c - records, compares and describes capability sets.
 *
 * The bits are the same as those of enum learned in driver.h, which the drivers set.
 */
#include "capability_set.h"

#include "buffer.h"
#include "driver.h"

/* Mechanisms that we know by name and do not use. */
static const char *const other_mechanisms[] = {
	"SCRAM-SHA-512", "DIGEST-MD5", "GSSAPI", "NTLM", "ANONYMOUS",
};

enum { OTHER_FIRST = 16 + MECHANISM_COUNT, OTHER_LAST = 31 };

#define OTHER_BIT(i) ((uint32_t)1 << (OTHER_FIRST + (i)))
#define MECHANISMS   (~(uint32_t)0 << (16 + MECHANISM_BEST + 1))
#define LOGINS       (MECHANISMS | CAPABILITY_LOGIN_COMMAND)

_Static_assert(LEARNED_SASL == 1 << 16, "the bits of mechanisms");
_Static_assert(OTHER_FIRST + ARRAY_SIZE(other_mechanisms) == OTHER_LAST + 1,
	       "a bit for each");
_Static_assert(CAPABILITY_STARTTLS == (int)LEARNED_STARTTLS, "the bits of learned");
_Static_assert(CAPABILITY_LOGIN_COMMAND == (int)LEARNED_LOGIN_COMMAND,
	       "the bits of learned");

uint32_t capability_set_mechanism(struct view name)
{
	enum mechanism m;

	if (mechanism_from_name(name, &m))
		return m == MECHANISM_BEST ? 0 : LEARNED_MECHANISM(m);
	for (size_t i = 0; i < ARRAY_SIZE(other_mechanisms); i++)
		if (view_equal(name, other_mechanisms[i]))
			return OTHER_BIT(i);
	return 0;
}

void capability_set_record(struct dialogue *d)
{
	uint32_t *heard =
	    dialogue_in_tls(d) ? &d->capability_set.after : &d->capability_set.before;

	if (*heard == 0)
		*heard = (d->learned & (LOGINS | CAPABILITY_STARTTLS)) |
			 CAPABILITY_LIST_COMPLETE;
}

const struct capability_set *dialogue_capabilities(const struct dialogue *d)
{
	return &d->capability_set;
}

bool capability_set_same(const struct capability_set *a, const struct capability_set *b)
{
	return a->before == b->before && a->after == b->after;
}

/* --- in words ------------------------------------------------------------------------------ */

static void capability_put_word(struct buffer *b, size_t begin, const char *word)
{
	buffer_format(b, "%s%s", b->n > begin ? " " : "", word);
}

/* "PLAIN LOGIN", "none". */
static void capability_put_logins(struct buffer *b, uint32_t set)
{
	size_t begin = b->n;

	for (enum mechanism m = MECHANISM_BEST + 1; m < MECHANISM_COUNT; m++)
		if (set & LEARNED_MECHANISM(m))
			capability_put_word(b, begin, mechanism_name(m));
	for (size_t i = 0; i < ARRAY_SIZE(other_mechanisms); i++)
		if (set & OTHER_BIT(i))
			capability_put_word(b, begin, other_mechanisms[i]);
	if (set & CAPABILITY_LOGIN_COMMAND)
		capability_put_word(b, begin, "login by command");
	if (b->n == begin)
		buffer_text(b, "none");
}

static void capability_set_put_change(struct buffer *b, uint32_t set, const char *what,
				      uint32_t was, uint32_t is)
{
	if (set == 0)
		return;
	buffer_text(b, b->n > 0 ? "; " : "");
	capability_put_logins(b, set);
	buffer_format(b, " %s (was ", what);
	capability_put_logins(b, was);
	buffer_text(b, ", is ");
	capability_put_logins(b, is);
	buffer_text(b, ")");
}

bool capability_changes(const struct capability_set *was, const struct capability_set *is,
			char ret_words[CAPABILITY_WORDS_MAX])
{
	bool in_clear = was->before != 0 && is->before != 0,
	     in_tls = was->after != 0 && is->after != 0;
	bool only_in_clear = in_clear && was->after == 0 && is->after == 0;
	struct buffer b;

	buffer_init(&b, ret_words, CAPABILITY_WORDS_MAX);
	if (in_clear && was->before & ~is->before & CAPABILITY_STARTTLS)
		buffer_text(&b, "STARTTLS is gone (was offered, is not)");
	if (in_clear)
		capability_set_put_change(&b, is->before & ~was->before & LOGINS,
					  "newly offered in clear", was->before,
					  is->before);
	if (only_in_clear)
		capability_set_put_change(&b, was->before & ~is->before & LOGINS, "gone",
					  was->before, is->before);
	if (in_tls)
		capability_set_put_change(&b, was->after & ~is->after & LOGINS,
					  "gone inside TLS", was->after, is->after);
	return buffer_string(&b)[0] != '\0';
}
