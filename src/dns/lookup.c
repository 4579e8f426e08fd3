/* lookup.c - asking, asking again, asking another, and adding up.
 *
 * A server is asked, then the next one (or the same again, as datagrams get lost) while there
 * is no answer; older questions stay open, so a late answer counts. A server that refuses or
 * fails is not asked again, and the next is asked at once; when all have, there is nothing to
 * wait for.
 */
#include "lookup.h"

#include "buffer.h"
#include "reply_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One family is missing because its question failed: ask again soon. */
enum { TTL_PARTIAL_S = 30 };

/* The first round of tries takes a fifth of the time, the second two fifths. As long as the
 * first does a lookup wait for one family when the other has told enough. */
enum { FIRST_SHARE = 5 };

struct ask {
	struct dns_query query; /* first, so that a query is its ask */
	struct lookup *lookup;
	struct lookup_half *half;
	size_t server;
	struct ask *next, **at;
};

/* Enough to end with, should the other family never be heard of. */
static bool is_verdict(enum reply_kind kind)
{
	return kind == REPLY_RECORDS || kind == REPLY_NO_NAME;
}

/* --- the end --------------------------------------------------------------------------- */

static void put_half(struct lookup *l, const struct lookup_half *half, size_t max)
{
	const struct dns_records *records = half->reply.records;
	struct resolver_answer *a = &l->answer;

	if (half->kind != REPLY_RECORDS)
		return;
	for (size_t i = 0; i < records->count && i < max; i++)
		a->addresses[a->count++] = records->list[i].address;
	if (a->name[0] == '\0')
		text_copy(a->name, sizeof(a->name), half->reply.name);
	a->more += records->more;
	a->more += records->count > max ? records->count - max : 0;
	if (half->reply.ttl < l->ttl)
		l->ttl = half->reply.ttl;
}

/* IPv6 first, but neither family may crowd out the other. */
static void put_addresses(struct lookup *l)
{
	struct lookup_half *v6 = &l->halves[0], *v4 = &l->halves[1];
	size_t max = RESOLVER_ADDRESSES_MAX, others = 0;

	l->ttl = RESOLVER_TTL_MAX_S;
	if (l->half_count == 2 && v4->kind == REPLY_RECORDS)
		others =
		    v4->reply.records->count < max / 2 ? v4->reply.records->count : max / 2;
	put_half(l, v6, max - others);
	if (l->half_count == 2)
		put_half(l, v4, max - l->answer.count);
}

static void put_records(struct lookup *l)
{
	const struct dns_reply *r = &l->halves[0].reply;

	l->answer.records = r->records;
	text_copy(l->answer.name, sizeof(l->answer.name), r->name);
	l->ttl = r->ttl < RESOLVER_TTL_MAX_S ? r->ttl : RESOLVER_TTL_MAX_S;
}

static void cancel_asks(struct lookup *l)
{
	while (l->asks != NULL) {
		struct ask *a = l->asks;

		l->asks = a->next;
		dns_query_cancel(&a->query);
		free(a);
	}
}

static const char *family_word(const struct lookup_half *half)
{
	return half->type == DNS_A ? "IPv4" : "IPv6";
}

static bool halves_alike(const struct lookup *l)
{
	return l->half_count == 1 || l->halves[0].kind == l->halves[1].kind;
}

/* The half whose reply is the reason; of two alike the one that was asked by TCP, too. */
static const struct lookup_half *reason_half(const struct lookup *l, enum reply_kind kind)
{
	const struct lookup_half *first = &l->halves[0], *second = &l->halves[1];

	if (halves_alike(l))
		return l->half_count == 2 && second->tcp && !first->tcp ? second : first;
	return first->kind == kind ? first : second;
}

/* Where the other half's reply is a different one, the words say whose this is. */
static void say_reason(struct lookup *l, enum reply_kind kind)
{
	const struct lookup_half *half = reason_half(l, kind);
	struct buffer b;

	buffer_init(&b, l->answer.reason, sizeof(l->answer.reason));
	if (kind == REPLY_NO_RECORD && l->wanted.type != 0)
		buffer_format(&b, "the name has no %s record",
			      dns_type_name(l->wanted.type));
	else if (kind == REPLY_NO_RECORD && l->half_count == 1)
		buffer_format(&b, "the name has no %s address", family_word(half));
	else
		reply_words(kind, l->servers, half->server, half->tcp, &b);
	if (reply_is_failure(kind) && !halves_alike(l))
		buffer_format(&b, ", for its %s address", family_word(half));
	buffer_string(&b);
}

/* Of a family whose question failed beside the other's answer. */
static void say_missing(struct lookup *l, const struct lookup_half *half)
{
	struct buffer b;

	l->answer.missing_fault = reply_fault(half->kind);
	buffer_init(&b, l->answer.missing, sizeof(l->answer.missing));
	reply_words(half->kind, l->servers, half->server, half->tcp, &b);
	buffer_format(&b, ", for its %s address", family_word(half));
	buffer_string(&b);
	if (l->ttl > TTL_PARTIAL_S)
		l->ttl = TTL_PARTIAL_S;
}

/* What was found is as good as the worst of it. */
static enum authenticity authenticity_of(const struct lookup *l)
{
	enum authenticity all = AUTHENTIC;

	for (size_t i = 0; i < l->half_count; i++) {
		const struct lookup_half *half = &l->halves[i];

		if (half->kind != REPLY_RECORDS)
			continue;
		if (half->server >= l->servers->count ||
		    !dns_server_is_trusted(l->servers->list[half->server]))
			return AUTHENTICITY_UNKNOWN;
		if (!half->reply.secure)
			all = NOT_AUTHENTIC;
	}
	return all;
}

/* No server has answered this lookup, and none has answered anybody since the servers were
 * checked: that is no fault of the name. */
static bool resolver_is_dead(const struct lookup *l, enum reply_kind kind)
{
	struct instant since = l->checked.ns != 0 ? l->checked : l->began;

	if (kind != REPLY_SILENT && kind != REPLY_UNREACHABLE && kind != REPLY_REFUSED)
		return false;
	for (size_t i = 0; i < l->half_count; i++)
		if (l->halves[i].tcp)
			return false;
	/* After one datagram without an answer nothing can be said yet. */
	if (kind == REPLY_SILENT && l->is_started && l->checked.ns == 0)
		return false;
	return !dns_servers_answered_since(l->servers, since);
}

static void describe(struct lookup *l, enum reply_kind kind)
{
	if (kind == REPLY_NO_NAME && l->exists)
		kind = REPLY_NO_RECORD;
	l->answer.fault = reply_fault(kind);
	l->answer.denied = kind == REPLY_NO_RECORD || kind == REPLY_NO_NAME;
	l->ttl = reply_ttl(kind);
	if (kind != REPLY_RECORDS) {
		if (resolver_is_dead(l, kind))
			l->answer.fault = FAULT_RESOLVER_UNAVAILABLE;
		say_reason(l, kind);
		return;
	}
	l->answer.authenticity = authenticity_of(l);
	if (l->wanted.type != 0)
		put_records(l);
	else
		put_addresses(l);
	for (size_t i = 0; i < l->half_count; i++)
		if (reply_is_failure(l->halves[i].kind))
			say_missing(l, &l->halves[i]);
}

static void lookup_finish(struct lookup *l, enum reply_kind kind)
{
	describe(l, kind);
	cancel_asks(l);
	l->is_done = true;
	l->done(l, l->user);
}

/* --- asking ---------------------------------------------------------------------------- */

static void lookup_take_reply(struct lookup *, struct lookup_half *, size_t server,
			      const struct dns_reply *);

static void unlink_ask(struct ask *a)
{
	*a->at = a->next;
	if (a->next != NULL)
		a->next->at = a->at;
}

static void ask_replied(struct dns_query *q, const struct dns_reply *r)
{
	struct ask *a = (struct ask *)q;

	dns_servers_replied(a->lookup->servers);
	unlink_ask(a);
	lookup_take_reply(a->lookup, a->half, a->server, r);
	free(a);
}

static void ask_server(struct lookup *l, struct lookup_half *half, size_t server)
{
	struct ask *a = malloc(sizeof(*a));

	if (a == NULL) {
		if (half->kind > REPLY_INTERNAL)
			half->kind = REPLY_INTERNAL;
		return;
	}
	*a = (struct ask){ .query.replied = ask_replied,
			   .lookup = l,
			   .half = half,
			   .server = server,
			   .next = l->asks,
			   .at = &l->asks };
	if (a->next != NULL)
		a->next->at = &a->next;
	l->asks = a;
	dns_servers_ask(l->servers, server, l->asked, half->type, &a->query);
}

static bool is_asked(const struct lookup *l, const struct lookup_half *half, size_t server)
{
	for (const struct ask *a = l->asks; a != NULL; a = a->next)
		if (a->half == half && a->server == server)
			return true;
	return false;
}

/* The first server from `start` on that may still have an answer; `count` if there is none. */
static size_t next_server(const struct lookup *l, const struct lookup_half *half,
			  size_t start)
{
	size_t count = l->servers->count;

	for (size_t i = 0; i < count; i++)
		if (!(half->failed & 1U << (start + i) % count))
			return (start + i) % count;
	return count;
}

/* From the second try on: is there anybody to answer? */
static void check_servers(struct lookup *l, struct instant now)
{
	struct instant began = dns_servers_check(l->servers, now);

	if (l->checked.ns == 0)
		l->checked = began;
}

/* Both families are asked together. A reply may come at once and end it all. */
static void ask_waiting(struct lookup *l, struct instant now)
{
	size_t count = l->servers->count;
	size_t start =
	    count > 0 ? (dns_servers_first(l->servers, now) + l->attempt) % count : 0;

	if (l->attempt > 0)
		check_servers(l, now);
	l->attempt++;
	l->next_ask = instant_plus(now, l->gap);
	if (count > 0 && l->attempt % count == 0)
		l->gap.ns *= 2;
	for (size_t i = 0; i < l->half_count && !l->is_done; i++) {
		size_t server = next_server(l, &l->halves[i], start);

		if (!l->halves[i].settled && server < count)
			ask_server(l, &l->halves[i], server);
	}
}

static bool next_candidate(struct lookup *l)
{
	return name_search_next(&l->search, &l->servers->conf, l->name, l->asked);
}

static void ask_candidate(struct lookup *l, struct instant now)
{
	cancel_asks(l);
	l->attempt = 0;
	for (size_t i = 0; i < l->half_count; i++) {
		l->halves[i].settled = false;
		l->halves[i].kind = REPLY_CANCELLED;
		l->halves[i].failed = 0;
	}
	ask_waiting(l, now);
}

/* --- adding up ------------------------------------------------------------------------- */

/* What the halves say together: an address beats all, a failure beats "no address", because
 * behind it there may be one; that a name does not exist is true of both families. */
static enum reply_kind sum(const struct lookup *l)
{
	enum reply_kind best = l->halves[0].kind, failure = REPLY_NO_NAME;

	for (size_t i = 0; i < l->half_count; i++) {
		enum reply_kind kind = l->halves[i].kind;

		if (kind < best)
			best = kind;
		if (reply_is_failure(kind) && (failure == REPLY_NO_NAME || kind < failure))
			failure = kind;
	}
	return best == REPLY_NO_RECORD && failure != REPLY_NO_NAME ? failure : best;
}

static void note_candidate(struct lookup *l, enum reply_kind kind)
{
	l->exists |= kind == REPLY_NO_RECORD;
	l->is_missing |= kind == REPLY_NO_NAME && l->search.is_own;
	if (kind == REPLY_SERVFAIL && !l->search.is_own) {
		l->search_failed = true;
		l->search_server =
		    l->halves[0].kind == kind ? l->halves[0].server : l->halves[1].server;
	}
}

/* The servers of one domain of the search list may fail without harm to the others. */
static bool goes_on(const struct lookup *l, enum reply_kind kind)
{
	return kind == REPLY_NO_RECORD || kind == REPLY_NO_NAME ||
	       (kind == REPLY_SERVFAIL && !l->search.is_own);
}

/* When no candidate is found: what is known of the name as it was given counts before what went
 * wrong with a domain behind it; but where that was asked for first, it may be there. */
static enum reply_kind final_kind(struct lookup *l, enum reply_kind kind)
{
	if (reply_is_failure(kind) && !l->search.is_own && (l->exists || l->is_missing))
		return l->exists ? REPLY_NO_RECORD : REPLY_NO_NAME;
	if (kind != REPLY_NO_NAME || l->exists || !l->search_failed || !l->search.is_own)
		return kind;
	for (size_t i = 0; i < l->half_count; i++) {
		l->halves[i].kind = REPLY_SERVFAIL;
		l->halves[i].server = l->search_server;
	}
	return REPLY_SERVFAIL;
}

static void conclude(struct lookup *l, struct instant now)
{
	enum reply_kind kind = sum(l);

	/* Is it this name that they refuse, or everything? */
	if (kind == REPLY_REFUSED && l->checked.ns == 0) {
		check_servers(l, now);
		l->awaits_check = true;
		l->patience = instant_plus(now, l->grace);
		return;
	}
	note_candidate(l, kind);
	if (goes_on(l, kind) && next_candidate(l))
		ask_candidate(l, now);
	else
		lookup_finish(l, final_kind(l, kind));
}

static bool lookup_is_settled(const struct lookup *l)
{
	for (size_t i = 0; i < l->half_count; i++)
		if (!l->halves[i].settled)
			return false;
	return true;
}

static void take_failure(struct lookup *l, struct lookup_half *half, size_t server)
{
	size_t next;

	half->failed |= 1U << server;
	next = next_server(l, half, server + 1);
	if (next == l->servers->count)
		half->settled = true;
	else if (!is_asked(l, half, next))
		ask_server(l, half, next);
}

static void lookup_take_reply(struct lookup *l, struct lookup_half *half, size_t server,
			      const struct dns_reply *r)
{
	struct instant now = instant_now();

	dns_servers_heard(l->servers, r, now);
	if (half->settled)
		return;
	if (r->kind < half->kind) {
		half->kind = r->kind;
		half->server = server;
		half->tcp = r->tcp;
	}
	if (!reply_is_failure(r->kind)) {
		half->reply = *r;
		dns_records_hold(half->reply.records);
		half->settled = true;
		dns_servers_answered(l->servers, server, now);
	} else if (r->kind == REPLY_CANCELLED) {
		half->failed = 0;
		l->next_ask = now;
	} else if (r->kind != REPLY_SILENT) {
		take_failure(l, half, server);
	}
	if (!l->is_done && lookup_is_settled(l))
		conclude(l, now);
	else if (is_verdict(r->kind))
		l->patience = instant_plus(now, l->grace);
}

/* Nobody is heard of. By TCP we were told to ask, so that is what is silent. */
static void note_silence(struct lookup *l, struct lookup_half *half)
{
	half->kind = REPLY_SILENT;
	for (const struct ask *a = l->asks; a != NULL && !half->tcp; a = a->next) {
		if (a->half->type != half->type || !a->query.by_tcp)
			continue;
		half->tcp = true;
		half->server = a->server;
	}
}

/* Nobody waits for the other halves any more. */
static void lookup_give_up(struct lookup *l)
{
	for (size_t i = 0; i < l->half_count; i++) {
		struct lookup_half *half = &l->halves[i];

		if (!half->settled && half->kind > REPLY_SILENT && l->servers->count > 0)
			note_silence(l, half);
		half->settled = true;
	}
}

void lookup_tick(struct lookup *l, struct instant now)
{
	bool enough = false;

	if (l->is_done)
		return;
	for (size_t i = 0; i < l->half_count; i++)
		enough |= is_verdict(l->halves[i].kind);
	if (l->awaits_check) {
		if (!dns_servers_are_being_checked(l->servers) ||
		    !instant_before(now, l->patience))
			conclude(l, now);
		return;
	}
	if (!instant_before(now, l->deadline)) {
		lookup_give_up(l);
		lookup_finish(l, final_kind(l, sum(l)));
	} else if (enough && !instant_before(now, l->patience)) {
		lookup_give_up(l);
		conclude(l, now);
	} else if (l->is_started && !instant_before(now, l->next_ask) &&
		   dns_servers_has_room(l->servers, now)) {
		ask_waiting(l, now);
	}
}

static void set_pace(struct lookup *l, struct span whole)
{
	size_t count = l->servers->count;

	l->grace.ns = whole.ns / FIRST_SHARE;
	l->gap.ns = l->grace.ns / (int64_t)(count > 0 ? count : 1);
}

void lookup_hurry(struct lookup *l, struct span left)
{
	if (left.ns > 0 && left.ns / FIRST_SHARE < l->grace.ns)
		set_pace(l, left);
}

void lookup_so_far(const struct lookup *l, struct resolver_answer *ret_answer)
{
	struct lookup now = *l;

	lookup_give_up(&now);
	describe(&now, final_kind(&now, sum(&now)));
	*ret_answer = now.answer;
}

void lookup_start(struct lookup *l, struct instant now)
{
	l->is_started = true;
	next_candidate(l);
	ask_candidate(l, now);
}

static void add_half(struct lookup *l, enum dns_type type)
{
	l->halves[l->half_count++] =
	    (struct lookup_half){ .type = type, .kind = REPLY_CANCELLED };
}

static void add_halves(struct lookup *l)
{
	enum family family = l->wanted.family;

	if (l->wanted.type != 0) {
		add_half(l, l->wanted.type);
		return;
	}
	if (family == FAMILY_IPV6 || family == FAMILY_ANY)
		add_half(l, DNS_AAAA);
	if (family == FAMILY_IPV4 || family == FAMILY_ANY)
		add_half(l, DNS_A);
}

struct lookup *lookup_new(struct dns_servers *servers, const char *name,
			  struct wanted wanted, struct instant now, struct span timeout)
{
	struct lookup *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->servers = servers;
	l->wanted = wanted;
	l->began = now;
	l->deadline = instant_plus(now, timeout);
	set_pace(l, timeout);
	snprintf(l->name, sizeof(l->name), "%s", name);
	snprintf(l->asked, sizeof(l->asked), "%s", name);
	add_halves(l);
	return l;
}

void lookup_free(struct lookup *l)
{
	if (l == NULL)
		return;
	cancel_asks(l);
	for (size_t i = 0; i < l->half_count; i++)
		dns_records_release(l->halves[i].reply.records);
	free(l);
}
