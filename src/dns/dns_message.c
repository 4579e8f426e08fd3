/* dns_message.c - a cursor over the bytes of a message; every step says whether it was possible.
 */
#include "dns_message.h"

#include <stdio.h>
#include <string.h>

enum { HEADER = 12, LABEL_MAX = 63, POINTER = 0xc0, CLASS_IN = 1 };

/* Records that are looked at; more would be of no use and cost each lookup its time. */
enum { RECORDS_MAX = 256 };

/* In the third and fourth octet of a message. */
enum { QR = 0x80, TC = 0x02, RD = 0x01, AD = 0x20, RCODE = 0x0f };

struct cursor {
	struct view v;
	size_t at;
};

struct record {
	char owner[DNS_NAME_MAX];
	unsigned type, class;
	unsigned ttl;
	size_t begin; /* of rdata, whose names may point into the message */
	struct view rdata;
};

/* --- questions ------------------------------------------------------------------------- */

size_t dns_question(unsigned char dst[DNS_QUESTION_MAX], uint16_t id, const char *name,
		    enum dns_type type, bool ask_ad)
{
	unsigned char *p = dst + HEADER;

	memset(dst, 0, HEADER);
	dst[0] = (unsigned char)(id >> 8);
	dst[1] = (unsigned char)id;
	dst[2] = RD;
	dst[3] = ask_ad ? AD : 0;
	dst[5] = 1;
	while (*name != '\0') {
		size_t n = strcspn(name, ".");

		if (n == 0 || n > LABEL_MAX || (size_t)(p - dst) + n + 2 > HEADER + 255)
			return 0;
		*p++ = (unsigned char)n;
		memcpy(p, name, n);
		p += n;
		name += n + (name[n] == '.');
	}
	*p++ = 0;
	*p++ = (unsigned char)(type >> 8);
	*p++ = (unsigned char)type;
	*p++ = 0;
	*p++ = CLASS_IN;
	return (size_t)(p - dst);
}

/* --- reading --------------------------------------------------------------------------- */

static bool get8(struct cursor *c, unsigned *ret)
{
	if (c->at >= c->v.n)
		return false;
	*ret = (unsigned char)c->v.p[c->at++];
	return true;
}

static bool get16(struct cursor *c, unsigned *ret)
{
	unsigned high, low;

	if (!get8(c, &high) || !get8(c, &low))
		return false;
	*ret = high << 8 | low;
	return true;
}

static bool get32(struct cursor *c, unsigned *ret)
{
	unsigned high, low;

	if (!get16(c, &high) || !get16(c, &low))
		return false;
	*ret = high << 16 | low;
	return true;
}

static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool put_label(char *dst, size_t *n, const char *label, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)label[i];

		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c + 'a' - 'A');
		if (*n + (is_plain(c) ? 1 : 4) >= DNS_NAME_MAX)
			return false;
		if (is_plain(c))
			dst[(*n)++] = (char)c;
		else
			*n += (size_t)snprintf(dst + *n, 5, "\\%03u", c);
	}
	return true;
}

/* As text; the cursor goes behind it. A pointer leads to before the place the last one led to,
 * so that there is an end. */
static bool get_name(struct cursor *c, char dst[DNS_NAME_MAX])
{
	struct cursor from = *c;
	size_t limit = c->at, n = 0;
	bool jumped = false;
	unsigned length, low;

	for (;;) {
		if (!get8(&from, &length))
			return false;
		if ((length & POINTER) == POINTER) {
			if (!get8(&from, &low))
				return false;
			if (!jumped)
				c->at = from.at;
			jumped = true;
			from.at = (length & ~(unsigned)POINTER) << 8 | low;
			if (from.at >= limit)
				return false;
			limit = from.at;
			continue;
		}
		if (length > LABEL_MAX || from.v.n - from.at < length)
			return false;
		if (length == 0)
			break;
		if (n > 0 && n < DNS_NAME_MAX - 1)
			dst[n++] = '.';
		if (!put_label(dst, &n, from.v.p + from.at, length))
			return false;
		from.at += length;
	}
	dst[n] = '\0';
	if (!jumped)
		c->at = from.at;
	return true;
}

static bool get_record(struct cursor *c, struct record *r)
{
	unsigned length;

	if (!get_name(c, r->owner) || !get16(c, &r->type) || !get16(c, &r->class) ||
	    !get32(c, &r->ttl) || !get16(c, &length) || c->v.n - c->at < length)
		return false;
	r->begin = c->at;
	r->rdata = (struct view){ c->v.p + c->at, length };
	c->at += length;
	return true;
}

/* --- answers --------------------------------------------------------------------------- */

/* Without the dot at its end, in lower case. */
static void plain_name(const char *name, char dst[DNS_NAME_MAX])
{
	size_t n = strlen(name);

	n -= n > 0 && name[n - 1] == '.';
	for (size_t i = 0; i < n && i < DNS_NAME_MAX - 1; i++)
		dst[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + 'a' - 'A')
							  : name[i];
	dst[n < DNS_NAME_MAX ? n : DNS_NAME_MAX - 1] = '\0';
}

static void note_ttl(struct dns_answer *a, unsigned ttl)
{
	/* RFC 2181 section 8: one with the highest bit set is 0. */
	if (ttl > INT32_MAX)
		ttl = 0;
	if (ttl < a->ttl)
		a->ttl = ttl;
}

static bool belongs(const struct dns_answer *a, const struct record *r, unsigned type)
{
	return r->type == type && r->class == CLASS_IN && strcmp(r->owner, a->name) == 0;
}

/* The next name in the chain, if this one is an alias. False: the message is malformed. */
static bool follow(struct dns_answer *a, bool *ret_followed)
{
	struct cursor c = { a->message, a->records }, target;
	char name[DNS_NAME_MAX];
	struct record r;

	*ret_followed = false;
	for (unsigned i = 0; i < a->count && !*ret_followed; i++) {
		if (!get_record(&c, &r))
			return false;
		if (!belongs(a, &r, DNS_CNAME))
			continue;
		target = (struct cursor){ a->message, r.begin };
		if (!get_name(&target, name))
			return false;
		note_ttl(a, r.ttl);
		memcpy(a->name, name, sizeof(name));
		*ret_followed = true;
	}
	return true;
}

static bool read_header(struct cursor *c, struct dns_answer *a)
{
	unsigned id, flags, high, low, questions, rest;

	if (!get16(c, &id) || !get8(c, &high) || !get8(c, &low) || !get16(c, &questions) ||
	    !get16(c, &a->count) || !get32(c, &rest))
		return false;
	flags = high;
	a->truncated = (flags & TC) != 0;
	a->authentic = (low & AD) != 0;
	a->rcode = (enum dns_rcode)(low & RCODE);
	if (a->count > RECORDS_MAX)
		a->count = RECORDS_MAX;
	/* A server that cannot read a question need not repeat it. */
	return (flags & QR) != 0 &&
	       (questions == 1 || (questions == 0 && a->rcode == DNS_FORMERR));
}

static bool read_question(struct cursor *c, const struct dns_answer *a)
{
	char name[DNS_NAME_MAX];
	unsigned type, class;

	return get_name(c, name) && get16(c, &type) && get16(c, &class) &&
	       strcmp(name, a->name) == 0 && type == a->type && class == CLASS_IN;
}

/* The least TTL of what was asked for; also shows that all of it can be read. */
static bool read_records(struct dns_answer *a)
{
	struct cursor c = { a->message, a->records };
	struct record r;

	for (unsigned i = 0; i < a->count; i++) {
		if (!get_record(&c, &r))
			return false;
		if (belongs(a, &r, a->type))
			note_ttl(a, r.ttl);
	}
	return true;
}

enum dns_sense dns_answer_read(struct view message, const char *name, enum dns_type type,
			       struct dns_answer *ret_answer)
{
	struct dns_answer a = { .message = message, .ttl = INT32_MAX, .type = type };
	struct cursor c = { message, 0 };
	bool followed = true;
	unsigned aliases;

	plain_name(name, a.name);
	if (!read_header(&c, &a))
		return DNS_NONSENSE;
	if (a.truncated || a.rcode == DNS_FORMERR)
		a.count = 0;
	else if (!read_question(&c, &a))
		return DNS_NONSENSE;
	a.records = c.at;
	for (aliases = 0; followed && aliases <= DNS_ALIASES_MAX; aliases++)
		if (!follow(&a, &followed))
			return DNS_NONSENSE;
	if (followed)
		return DNS_ALIAS_LOOP;
	if (!read_records(&a))
		return DNS_NONSENSE;
	*ret_answer = a;
	return DNS_SENSE;
}

bool dns_answer_next(const struct dns_answer *a, size_t *at, struct view *ret_rdata)
{
	struct cursor c = { a->message, a->records };
	struct record r;

	for (unsigned i = 0; i < a->count && get_record(&c, &r); i++) {
		if (c.at <= *at || !belongs(a, &r, a->type))
			continue;
		*at = c.at;
		*ret_rdata = r.rdata;
		return true;
	}
	return false;
}
