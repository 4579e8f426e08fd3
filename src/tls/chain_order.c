/* chain_order.c - walks from the server's certificate upwards through those that were sent.
 *
 * The walk prefers what comes next, and a certificate to a root: a root beside a cross-signed
 * one is then the one too many. What the walk does not meet is left over.
 */
#include "chain_order.h"

#include "buffer.h"
#include "x509_text.h"

#include <openssl/x509v3.h>

/* More than anybody sends who means it. */
enum { LOOKED_AT = 16, WORDS_MAX = 2048 };

struct sent {
	X509 *list[LOOKED_AT];
	int count;
	bool met[LOOKED_AT]; /* by the walk */
	struct buffer *words;
};

static bool is_root(X509 *x)
{
	return (X509_get_extension_flags(x) & EXFLAG_SS) != 0;
}

static bool certifies(X509 *issuer, X509 *x)
{
	return X509_check_issued(issuer, x) == X509_V_OK;
}

static bool chain_order_is_plain(const struct sent *s)
{
	for (int i = 1; i < s->count; i++)
		if (is_root(s->list[i]) || !certifies(s->list[i], s->list[i - 1]))
			return false;
	return true;
}

static const char *chain_order_name_of(const X509 *x, char dst[64])
{
	char text[X509_TEXT_MAX];

	printable_copy(dst, 64, view_of(x509_label_text(x, text)));
	return dst;
}

static void chain_order_say(struct sent *s, const X509 *x, const char *what)
{
	char name[64];

	buffer_format(s->words, "%s'%s' %s", s->words->n > 0 ? "; " : "",
		      chain_order_name_of(x, name), what);
}

static void say_misplaced(struct sent *s, const X509 *x, const X509 *before)
{
	char first[64], second[64];

	buffer_format(s->words, "%sin the wrong order: '%s' belongs behind '%s'",
		      s->words->n > 0 ? "; " : "", chain_order_name_of(x, first),
		      chain_order_name_of(before, second));
}

/* The next one up from the one at a place, or -1. */
static int next_up(const struct sent *s, int at, bool root)
{
	for (int k = 1; k < s->count; k++) {
		int i = (at + k) % s->count;

		if (!s->met[i] && is_root(s->list[i]) == root &&
		    certifies(s->list[i], s->list[at]))
			return i;
	}
	return -1;
}

static void walk(struct sent *s)
{
	int at = 0, next;

	s->met[0] = true;
	for (; !is_root(s->list[at]); at = next) {
		next = next_up(s, at, false);
		if (next < 0)
			next = next_up(s, at, true);
		if (next < 0)
			return;
		s->met[next] = true;
		if (next < at)
			say_misplaced(s, s->list[next], s->list[at]);
	}
}

static bool is_repeated(const struct sent *s, int at)
{
	for (int i = 0; i < s->count; i++)
		if (i != at && (i < at || s->met[i]) &&
		    X509_cmp(s->list[i], s->list[at]) == 0)
			return true;
	return false;
}

static bool belongs(const struct sent *s, int at)
{
	for (int i = 0; i < s->count; i++)
		if (i != at && s->met[i] && certifies(s->list[at], s->list[i]))
			return true;
	return false;
}

static void say_rest(struct sent *s)
{
	for (int i = 1; i < s->count; i++) {
		if (!s->met[i] && is_repeated(s, i))
			chain_order_say(s, s->list[i], "is sent twice");
		else if (is_root(s->list[i]) && (s->met[i] || belongs(s, i)))
			chain_order_say(
			    s, s->list[i],
			    "is sent, too: clients have the root or do not trust it");
		else if (!s->met[i] &&
			 X509_cmp_current_time(X509_get0_notAfter(s->list[i])) < 0)
			chain_order_say(s, s->list[i],
					"is not part of the chain, and has expired");
		else if (!s->met[i])
			chain_order_say(s, s->list[i], "is not part of the chain");
	}
}

const char *chain_order(const STACK_OF(X509) * sent, char dst[PRINTABLE_MAX])
{
	char text[WORDS_MAX];
	struct buffer words;
	struct sent s = { .words = &words };

	dst[0] = '\0';
	for (; s.count < sk_X509_num(sent) && s.count < LOOKED_AT; s.count++)
		s.list[s.count] = sk_X509_value(sent, s.count);
	if (s.count < 2 || (chain_order_is_plain(&s) && s.count == sk_X509_num(sent)))
		return dst;
	buffer_init(&words, text, sizeof(text));
	if (sk_X509_num(sent) > LOOKED_AT)
		buffer_format(&words, "%d certificates are sent", sk_X509_num(sent));
	walk(&s);
	say_rest(&s);
	printable_copy(dst, PRINTABLE_MAX, buffer_view(&words));
	return dst;
}
