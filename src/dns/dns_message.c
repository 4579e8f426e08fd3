/* dns_message.c - a cursor over the bytes of a message; every step says whether it was
 * possible.
 */
#include "dns_message.h"

#include <stdio.h>
#include <string.h>

enum { HEADER = 12, LABEL_MAX = 63, POINTER = 0xc0, CLASS_IN = 1 };

/* A name of 255 octets has no more labels, and a pointer without a label behind it is of no
 * use. */
enum { NAME_STEPS_MAX = 2 * 127 };

/* Names in an answer that are told apart. A chain of aliases has one more than it has
 * links; records of further names cannot belong to it. */
enum { NAMES_MAX = 2 * (DNS_ALIASES_MAX + 1) };

enum { UNKNOWN_NAME = NAMES_MAX };

/* In the third and fourth octet of a message. */
enum { QR = 0x80, TC = 0x02, RD = 0x01, AD = 0x20, RCODE = 0x0f };

struct cursor {
	struct view v;
	size_t at;
	unsigned *work;
};

struct record {
	char owner[DNS_NAME_MAX];
	unsigned type, class;
	unsigned ttl;
	struct dns_rdata rdata;
};

/* A record that may be of use: an alias, or of the type that was asked for. */
struct candidate {
	unsigned owner; /* its place among the names */
	unsigned alias; /* likewise of what it leads to; UNKNOWN_NAME: no alias */
	struct dns_rdata rdata;
};

/* What is known while an answer is read. */
struct reading {
	struct dns_answer *answer;
	struct cursor at;
	char names[NAMES_MAX][DNS_NAME_MAX]; /* the first is the one of the question */
	unsigned name_count;
	struct candidate candidates[DNS_RECORDS_MAX];
	unsigned candidate_count;
};

const char *dns_type_name(enum dns_type type)
{
	switch (type) {
	case DNS_A:
		return "A";
	case DNS_NS:
		return "NS";
	case DNS_CNAME:
		return "CNAME";
	case DNS_PTR:
		return "PTR";
	case DNS_MX:
		return "MX";
	case DNS_TXT:
		return "TXT";
	case DNS_AAAA:
		return "AAAA";
	case DNS_SRV:
		return "SRV";
	case DNS_TLSA:
		return "TLSA";
	case DNS_CAA:
		return "CAA";
	}
	return "unknown";
}

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

/* False: the message has taken all its steps. */
static bool count_step(unsigned *work)
{
	if (*work >= DNS_WORK_MAX)
		return false;
	++*work;
	return true;
}

static bool read_octet(struct cursor *c, unsigned *ret)
{
	if (c->at >= c->v.n)
		return false;
	*ret = (unsigned char)c->v.p[c->at++];
	return true;
}

static bool read_uint16(struct cursor *c, unsigned *ret)
{
	unsigned high, low;

	if (!read_octet(c, &high) || !read_octet(c, &low))
		return false;
	*ret = high << 8 | low;
	return true;
}

static bool read_uint32(struct cursor *c, unsigned *ret)
{
	unsigned high, low;

	if (!read_uint16(c, &high) || !read_uint16(c, &low))
		return false;
	*ret = high << 16 | low;
	return true;
}

static bool is_host_name_octet(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool dns_message_put_label(char *dst, size_t *n, const char *label, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)label[i];

		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c + 'a' - 'A');
		if (*n + (is_host_name_octet(c) ? 1 : 4) >= DNS_NAME_MAX)
			return false;
		if (is_host_name_octet(c))
			dst[(*n)++] = (char)c;
		else
			*n += (size_t)snprintf(dst + *n, 5, "\\%03u", c);
	}
	return true;
}

/* Where a pointer leads: to before the place that the last one led to, so that there is an
 * end. */
static bool follow_pointer(struct cursor *from, unsigned high, size_t *limit)
{
	unsigned low;

	if (!read_octet(from, &low))
		return false;
	from->at = (high & ~(unsigned)POINTER) << 8 | low;
	if (from->at >= *limit)
		return false;
	*limit = from->at;
	return true;
}

static bool read_label(struct cursor *from, size_t length, char *dst, size_t *n)
{
	if (length > LABEL_MAX || from->v.n - from->at < length)
		return false;
	if (*n > 0 && *n < DNS_NAME_MAX - 1)
		dst[(*n)++] = '.';
	if (!dns_message_put_label(dst, n, from->v.p + from->at, length))
		return false;
	from->at += length;
	return true;
}

/* As text; the cursor goes behind it. */
static bool read_dns_name(struct cursor *c, char dst[DNS_NAME_MAX])
{
	struct cursor from = *c;
	size_t limit = c->at, n = 0;
	unsigned length;

	c->at = 0;
	for (unsigned steps = 0; steps <= NAME_STEPS_MAX; steps++) {
		if (!count_step(from.work) || !read_octet(&from, &length))
			return false;
		if (length == 0) {
			dst[n] = '\0';
			c->at = c->at > 0 ? c->at : from.at;
			return true;
		}
		if ((length & POINTER) == POINTER) {
			/* The name goes on where the first pointer leads. */
			if (c->at == 0)
				c->at = from.at + 1;
			if (!follow_pointer(&from, length, &limit))
				return false;
		} else if (!read_label(&from, length, dst, &n)) {
			return false;
		}
	}
	return false;
}

static bool read_record(struct cursor *c, struct record *r)
{
	unsigned length;

	if (!count_step(c->work) || !read_dns_name(c, r->owner) ||
	    !read_uint16(c, &r->type) || !read_uint16(c, &r->class) ||
	    !read_uint32(c, &r->ttl) || !read_uint16(c, &length) || c->v.n - c->at < length)
		return false;
	/* RFC 2181 section 8: one with the highest bit set is 0. */
	if (r->ttl > INT32_MAX)
		r->ttl = 0;
	r->rdata = (struct dns_rdata){ r->ttl, (uint16_t)c->at, (uint16_t)length };
	c->at += length;
	return true;
}

/* --- answers --------------------------------------------------------------------------- */

/* Without the dot at its end, in lower case. */
static void normalize_dns_name(const char *name, char dst[DNS_NAME_MAX])
{
	size_t n = strlen(name);

	n -= n > 0 && name[n - 1] == '.';
	for (size_t i = 0; i < n && i < DNS_NAME_MAX - 1; i++)
		dst[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + 'a' - 'A')
							  : name[i];
	dst[n < DNS_NAME_MAX ? n : DNS_NAME_MAX - 1] = '\0';
}

static void keep_least_ttl(struct dns_answer *a, unsigned ttl)
{
	if (ttl < a->ttl)
		a->ttl = ttl;
}

static bool dns_message_read_header(struct cursor *c, struct dns_answer *a,
				    unsigned *ret_records)
{
	unsigned id, flags, high, low, questions, rest;

	if (!read_uint16(c, &id) || !read_octet(c, &high) || !read_octet(c, &low) ||
	    !read_uint16(c, &questions) || !read_uint16(c, ret_records) ||
	    !read_uint32(c, &rest))
		return false;
	flags = high;
	a->truncated = (flags & TC) != 0;
	a->authentic = (low & AD) != 0;
	a->rcode = (enum dns_rcode)(low & RCODE);
	/* A server that cannot read a question need not repeat it. */
	return (flags & QR) != 0 &&
	       (questions == 1 || (questions == 0 && a->rcode == DNS_FORMERR));
}

static bool read_question(struct cursor *c, const struct dns_answer *a)
{
	char name[DNS_NAME_MAX];
	unsigned type, class;

	return read_dns_name(c, name) && read_uint16(c, &type) && read_uint16(c, &class) &&
	       strcmp(name, a->name) == 0 && type == a->type && class == CLASS_IN;
}

/* The place of a name among those that are told apart; with `add` it gets one. False: all
 * steps are taken. */
static bool index_of_name(struct reading *r, const char *name, bool add,
			  unsigned *ret_place)
{
	unsigned i;

	for (i = 0; i < r->name_count; i++) {
		if (!count_step(r->at.work))
			return false;
		if (strcmp(r->names[i], name) == 0)
			break;
	}
	if (i == r->name_count && add && i < NAMES_MAX)
		memcpy(r->names[r->name_count++], name, strlen(name) + 1);
	*ret_place = i < r->name_count ? i : UNKNOWN_NAME;
	return true;
}

static bool read_candidate(struct reading *r, const struct record *record)
{
	struct candidate c = { .alias = UNKNOWN_NAME, .rdata = record->rdata };
	struct cursor target = { r->at.v, record->rdata.begin, r->at.work };
	char name[DNS_NAME_MAX];

	if (!index_of_name(r, record->owner, true, &c.owner))
		return false;
	if (record->type != (unsigned)r->answer->type) {
		if (!read_dns_name(&target, name) ||
		    !index_of_name(r, name, true, &c.alias))
			return false;
		if (c.alias == UNKNOWN_NAME)
			return true;
	}
	if (c.owner != UNKNOWN_NAME)
		r->candidates[r->candidate_count++] = c;
	return true;
}

static bool dns_message_read_records(struct reading *r, unsigned count)
{
	struct record record;

	for (unsigned i = 0; i < count && i < DNS_RECORDS_MAX; i++) {
		if (!read_record(&r->at, &record))
			return false;
		if (record.class != CLASS_IN ||
		    (record.type != (unsigned)r->answer->type && record.type != DNS_CNAME))
			continue;
		if (!read_candidate(r, &record))
			return false;
	}
	return true;
}

static const struct candidate *alias_of(const struct reading *r, unsigned owner)
{
	for (unsigned i = 0; i < r->candidate_count; i++)
		if (r->candidates[i].owner == owner &&
		    r->candidates[i].alias != UNKNOWN_NAME)
			return &r->candidates[i];
	return NULL;
}

/* From the name of the question to the one behind all aliases. False: there is no end. */
static bool follow_aliases(struct reading *r, unsigned *ret_owner)
{
	const struct candidate *alias;
	unsigned owner = 0;

	for (unsigned n = 0; (alias = alias_of(r, owner)) != NULL; n++) {
		if (n == DNS_ALIASES_MAX)
			return false;
		keep_least_ttl(r->answer, alias->rdata.ttl);
		owner = alias->alias;
	}
	*ret_owner = owner;
	return true;
}

static void keep_owner_records(struct reading *r, unsigned owner)
{
	struct dns_answer *a = r->answer;

	for (unsigned i = 0; i < r->candidate_count; i++) {
		const struct candidate *c = &r->candidates[i];

		if (c->owner != owner || c->alias != UNKNOWN_NAME)
			continue;
		keep_least_ttl(a, c->rdata.ttl);
		a->records[a->count++] = c->rdata;
	}
	memcpy(a->name, r->names[owner], strlen(r->names[owner]) + 1);
}

static enum dns_answer_status read_answer(struct reading *r)
{
	struct dns_answer *a = r->answer;
	unsigned records, owner;

	if (!dns_message_read_header(&r->at, a, &records))
		return DNS_ANSWER_FOREIGN;
	if (a->rcode == DNS_FORMERR)
		return DNS_ANSWER_VALID;
	if (!read_question(&r->at, a))
		return DNS_ANSWER_FOREIGN;
	if (a->truncated)
		return DNS_ANSWER_VALID;
	memcpy(r->names[r->name_count++], a->name, strlen(a->name) + 1);
	if (!dns_message_read_records(r, records))
		return DNS_ANSWER_MALFORMED;
	if (!follow_aliases(r, &owner))
		return DNS_ANSWER_ALIAS_LOOP;
	keep_owner_records(r, owner);
	return DNS_ANSWER_VALID;
}

bool dns_message_id(struct view message, uint16_t *ret_id)
{
	if (message.n < HEADER)
		return false;
	*ret_id =
	    (uint16_t)((unsigned char)message.p[0] << 8 | (unsigned char)message.p[1]);
	return true;
}

enum dns_answer_status dns_answer_read(struct view message, const char *name,
				       enum dns_type type, struct dns_answer *ret_answer)
{
	struct reading r;

	r.answer = ret_answer;
	r.name_count = r.candidate_count = 0;
	if (message.n > UINT16_MAX)
		message.n = UINT16_MAX;
	r.at = (struct cursor){ message, 0, &ret_answer->work };
	ret_answer->message = message;
	ret_answer->ttl = INT32_MAX;
	ret_answer->type = type;
	ret_answer->work = 0;
	ret_answer->count = 0;
	normalize_dns_name(name, ret_answer->name);
	return read_answer(&r);
}

struct view dns_answer_rdata(const struct dns_answer *a, unsigned index)
{
	const struct dns_rdata *r = &a->records[index];

	return (struct view){ a->message.p + r->begin, r->length };
}

bool dns_answer_name(struct dns_answer *a, unsigned index, size_t offset,
		     char ret_name[DNS_NAME_MAX], size_t *ret_end)
{
	const struct dns_rdata *r = &a->records[index];
	struct cursor c = { a->message, r->begin + offset, &a->work };
	char name[DNS_NAME_MAX];

	if (!read_dns_name(&c, name) || c.at > (size_t)r->begin + r->length)
		return false;
	memcpy(ret_name, name, strlen(name) + 1);
	*ret_end = c.at - r->begin;
	return true;
}
