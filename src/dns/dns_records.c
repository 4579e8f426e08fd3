/* dns_records.c - one reader for each type; all their texts stand behind the list. */
#include "dns_records.h"

#include <stdlib.h>
#include <string.h>

/* Where the records of an answer and their texts go. */
struct record_reader {
	struct dns_answer *answer;
	unsigned index;    /* of the record that is read */
	struct view rdata; /* its data */
	char *at;          /* where the next text goes */
};

typedef bool read_fn(struct record_reader *, struct dns_record *);

static unsigned rdata_octet(const struct record_reader *r, size_t at)
{
	return (unsigned char)r->rdata.p[at];
}

static uint16_t rdata_uint16(const struct record_reader *r, size_t at)
{
	return (uint16_t)(rdata_octet(r, at) << 8 | rdata_octet(r, at + 1));
}

static struct view put_octets(struct record_reader *r, struct view v)
{
	struct view kept = { r->at, v.n };

	if (v.n > 0)
		memcpy(r->at, v.p, v.n);
	r->at += v.n;
	return kept;
}

/* The name from there to the end of the data; NULL: there is none, or something behind
 * it. */
static const char *put_last_name(struct record_reader *r, size_t offset)
{
	char *name = r->at;
	size_t end;

	if (!dns_answer_name(r->answer, r->index, offset, name, &end) || end != r->rdata.n)
		return NULL;
	r->at += strlen(name) + 1;
	return name;
}

/* --- one of each type ------------------------------------------------------------------ */

static bool read_a(struct record_reader *r, struct dns_record *record)
{
	struct address *a = &record->address;

	if (r->rdata.n != sizeof(a->v4.sin_addr))
		return false;
	*a = (struct address){ .any.sa_family = AF_INET };
	memcpy(&a->v4.sin_addr, r->rdata.p, r->rdata.n);
	return true;
}

static bool read_aaaa(struct record_reader *r, struct dns_record *record)
{
	struct address *a = &record->address;

	if (r->rdata.n != sizeof(a->v6.sin6_addr))
		return false;
	*a = (struct address){ .any.sa_family = AF_INET6 };
	memcpy(&a->v6.sin6_addr, r->rdata.p, r->rdata.n);
	return true;
}

static bool read_name_only(struct record_reader *r, struct dns_record *record)
{
	record->name = put_last_name(r, 0);
	return record->name != NULL;
}

static bool read_mx(struct record_reader *r, struct dns_record *record)
{
	if (r->rdata.n < 2)
		return false;
	record->mx.preference = rdata_uint16(r, 0);
	record->mx.exchange = put_last_name(r, 2);
	return record->mx.exchange != NULL;
}

static bool read_srv(struct record_reader *r, struct dns_record *record)
{
	struct dns_srv *srv = &record->srv;

	if (r->rdata.n < 6)
		return false;
	srv->priority = rdata_uint16(r, 0);
	srv->weight = rdata_uint16(r, 2);
	srv->port = rdata_uint16(r, 4);
	srv->target = put_last_name(r, 6);
	return srv->target != NULL;
}

static bool read_txt(struct record_reader *r, struct dns_record *record)
{
	char *begin = r->at;
	struct view rest = r->rdata;

	while (rest.n > 0) {
		size_t n = (unsigned char)rest.p[0];

		if (rest.n - 1 < n)
			return false;
		put_octets(r, (struct view){ rest.p + 1, n });
		rest = view_skip(rest, n + 1);
	}
	record->text = (struct view){ begin, (size_t)(r->at - begin) };
	return true;
}

static bool read_tlsa(struct record_reader *r, struct dns_record *record)
{
	enum { HEAD = 3 };
	struct tlsa *t = &record->tlsa;

	if (r->rdata.n < HEAD)
		return false;
	t->usage = (uint8_t)rdata_octet(r, 0);
	t->selector = (uint8_t)rdata_octet(r, 1);
	t->matching = (uint8_t)rdata_octet(r, 2);
	t->data = put_octets(r, view_skip(r->rdata, HEAD));
	return true;
}

static bool is_tag_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Tags have no other characters, and no difference of case. */
static bool put_tag(struct record_reader *r, struct view tag, struct view *ret_tag)
{
	char *begin = r->at;

	*ret_tag = put_octets(r, tag);
	for (char *p = begin; p < r->at; p++) {
		*p = ascii_lower(*p);
		if (!is_tag_character(*p))
			return false;
	}
	return tag.n > 0;
}

static bool read_caa(struct record_reader *r, struct dns_record *record)
{
	enum { HEAD = 2 };
	struct dns_caa *caa = &record->caa;
	size_t n;

	if (r->rdata.n < HEAD)
		return false;
	n = rdata_octet(r, 1);
	if (r->rdata.n - HEAD < n)
		return false;
	caa->flags = (uint8_t)rdata_octet(r, 0);
	if (!put_tag(r, (struct view){ r->rdata.p + HEAD, n }, &caa->tag))
		return false;
	caa->value = put_octets(r, view_skip(r->rdata, HEAD + n));
	return true;
}

/* --- all of them ----------------------------------------------------------------------- */

static const struct record_type {
	enum dns_type type;
	bool has_name; /* which takes more room than its data do */
	read_fn *read;
} record_types[] = {
	/* clang-format off */
	{ DNS_A,     false, read_a },
	{ DNS_NS,    true,  read_name_only },
	{ DNS_CNAME, true,  read_name_only },
	{ DNS_PTR,   true,  read_name_only },
	{ DNS_MX,    true,  read_mx },
	{ DNS_TXT,   false, read_txt },
	{ DNS_AAAA,  false, read_aaaa },
	{ DNS_SRV,   true,  read_srv },
	{ DNS_TLSA,  false, read_tlsa },
	{ DNS_CAA,   false, read_caa },
	/* clang-format on */
};

static const struct record_type *record_type_of(enum dns_type type)
{
	for (size_t i = 0; i < ARRAY_SIZE(record_types); i++)
		if (record_types[i].type == type)
			return &record_types[i];
	return NULL;
}

/* The most that the texts of so many records take. */
static size_t texts_size_max(const struct dns_answer *answer,
			     const struct record_type *type, unsigned count)
{
	size_t room = 0;

	if (type->has_name)
		return (size_t)count * DNS_NAME_MAX;
	for (unsigned i = 0; i < count; i++)
		room += answer->records[i].length;
	return room;
}

static struct dns_records *records_new(const struct dns_answer *answer,
				       const struct record_type *type)
{
	unsigned count =
	    answer->count < DNS_RECORDS_KEPT_MAX ? answer->count : DNS_RECORDS_KEPT_MAX;
	size_t size = sizeof(struct dns_records) + count * sizeof(struct dns_record) +
		      texts_size_max(answer, type, count);
	struct dns_records *set = calloc(1, size);

	if (set == NULL)
		return NULL;
	set->holders = 1;
	set->type = type->type;
	set->count = count;
	set->more = answer->count - count;
	set->size = size;
	return set;
}

enum dns_records_result dns_records_read(struct dns_answer *answer,
					 struct dns_records **ret_records)
{
	const struct record_type *type = record_type_of(answer->type);
	struct record_reader r = { .answer = answer };
	struct dns_records *set;

	*ret_records = NULL;
	if (answer->count == 0 || type == NULL)
		return DNS_RECORDS_READ;
	set = records_new(answer, type);
	if (set == NULL)
		return DNS_RECORDS_NO_MEMORY;
	r.at = (char *)&set->list[set->count];
	for (; r.index < set->count; r.index++) {
		r.rdata = dns_answer_rdata(answer, r.index);
		set->list[r.index].ttl = answer->records[r.index].ttl;
		if (!type->read(&r, &set->list[r.index])) {
			dns_records_release(set);
			return DNS_RECORDS_MALFORMED;
		}
	}
	*ret_records = set;
	return DNS_RECORDS_READ;
}

struct dns_records *dns_records_hold(struct dns_records *set)
{
	if (set != NULL)
		set->holders++;
	return set;
}

void dns_records_release(struct dns_records *set)
{
	if (set != NULL && --set->holders == 0)
		free(set);
}
