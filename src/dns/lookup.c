/* lookup.c - queries the servers for a name, repeats queries, and combines the replies.
 *
 * One server is queried, then the next one (or the same one again, because datagrams get
 * lost) until there is an answer; older queries stay open, so a late answer counts. A
 * server that refuses or fails is not queried again, and the next one is queried at once.
 * If all have refused or failed, the lookup ends.
 */
#include "lookup.h"

#include "buffer.h"
#include "reply_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The answer is kept only this long if the query for one address family has failed. */
enum { TTL_PARTIAL_S = 30 };

/* The first round of queries to all servers takes a fifth of the time, the second two
 * fifths. When one address family has a decisive answer, the other is waited for as long as
 * the first round. */
enum { FIRST_SHARE = 5 };

struct server_query {
	struct dns_query query; /* first, so that a query is its ask */
	struct lookup *lookup;
	struct lookup_part *part;
	size_t server;
	struct server_query *next, **at;
};

/* True if the lookup may end with this reply even without a reply for the other family. */
static bool is_decisive(enum reply_kind kind)
{
	return kind == REPLY_RECORDS || kind == REPLY_NO_NAME;
}

/* --- the end --------------------------------------------------------------------------- */

static void put_part_addresses(struct lookup *l, const struct lookup_part *part, size_t max)
{
	const struct dns_records *records = part->reply.records;
	struct resolver_answer *a = &l->answer;

	if (part->kind != REPLY_RECORDS)
		return;
	for (size_t i = 0; i < records->count && i < max; i++)
		a->addresses[a->count++] = records->list[i].address;
	if (a->name[0] == '\0')
		text_copy(a->name, sizeof(a->name), part->reply.name);
	a->more += records->more;
	a->more += records->count > max ? records->count - max : 0;
	if (part->reply.ttl < l->ttl)
		l->ttl = part->reply.ttl;
}

/* IPv6 first; each family gets at least half of the places if it needs them. */
static void put_addresses(struct lookup *l)
{
	struct lookup_part *v6 = &l->parts[0], *v4 = &l->parts[1];
	size_t max = RESOLVER_ADDRESSES_MAX, others = 0;

	l->ttl = RESOLVER_TTL_MAX_S;
	if (l->part_count == 2 && v4->kind == REPLY_RECORDS)
		others =
		    v4->reply.records->count < max / 2 ? v4->reply.records->count : max / 2;
	put_part_addresses(l, v6, max - others);
	if (l->part_count == 2)
		put_part_addresses(l, v4, max - l->answer.count);
}

static void put_records(struct lookup *l)
{
	const struct dns_reply *r = &l->parts[0].reply;

	l->answer.records = r->records;
	text_copy(l->answer.name, sizeof(l->answer.name), r->name);
	l->ttl = r->ttl < RESOLVER_TTL_MAX_S ? r->ttl : RESOLVER_TTL_MAX_S;
}

static void cancel_queries(struct lookup *l)
{
	while (l->queries != NULL) {
		struct server_query *a = l->queries;

		l->queries = a->next;
		dns_query_cancel(&a->query);
		free(a);
	}
}

static const char *family_word(const struct lookup_part *part)
{
	return part->type == DNS_A ? "IPv4" : "IPv6";
}

static bool parts_have_same_kind(const struct lookup *l)
{
	return l->part_count == 1 || l->parts[0].kind == l->parts[1].kind;
}

/* The part whose reply gives the reason. If both are of the same kind, it is the one that
 * was also queried by TCP. */
static const struct lookup_part *part_with_reason(const struct lookup *l,
						  enum reply_kind kind)
{
	const struct lookup_part *first = &l->parts[0], *second = &l->parts[1];

	if (parts_have_same_kind(l))
		return l->part_count == 2 && second->tcp && !first->tcp ? second : first;
	return first->kind == kind ? first : second;
}

/* If the parts have replies of different kinds, the reason names the family it is about. */
static void write_reason(struct lookup *l, enum reply_kind kind)
{
	const struct lookup_part *part = part_with_reason(l, kind);
	struct buffer b;

	buffer_init(&b, l->answer.reason, sizeof(l->answer.reason));
	if (kind == REPLY_NO_RECORD && l->query_type.type != 0)
		buffer_format(&b, "the name has no %s record",
			      dns_type_name(l->query_type.type));
	else if (kind == REPLY_NO_RECORD && l->part_count == 1)
		buffer_format(&b, "the name has no %s address", family_word(part));
	else
		reply_words(kind, l->servers, part->server, part->tcp, &b);
	if (reply_is_failure(kind) && !parts_have_same_kind(l))
		buffer_format(&b, ", for its %s address", family_word(part));
	buffer_string(&b);
}

/* The reason why one family failed although the other has an answer. */
static void write_missing_reason(struct lookup *l, const struct lookup_part *part)
{
	struct buffer b;

	l->answer.missing_fault = reply_fault(part->kind);
	buffer_init(&b, l->answer.missing, sizeof(l->answer.missing));
	reply_words(part->kind, l->servers, part->server, part->tcp, &b);
	buffer_format(&b, ", for its %s address", family_word(part));
	buffer_string(&b);
	if (l->ttl > TTL_PARTIAL_S)
		l->ttl = TTL_PARTIAL_S;
}

/* The answer is only as authentic as its least authentic part. */
static enum authenticity authenticity_of(const struct lookup *l)
{
	enum authenticity all = AUTHENTIC;

	for (size_t i = 0; i < l->part_count; i++) {
		const struct lookup_part *part = &l->parts[i];

		if (part->kind != REPLY_RECORDS)
			continue;
		if (part->server >= l->servers->count ||
		    !dns_server_is_trusted(l->servers->list[part->server]))
			return AUTHENTICITY_UNKNOWN;
		if (!part->reply.secure)
			all = NOT_AUTHENTIC;
	}
	return all;
}

/* True if no server has answered this lookup, nor any other query since the servers were
 * checked. Then the resolver is the fault and not the name. */
static bool resolver_is_dead(const struct lookup *l, enum reply_kind kind)
{
	struct instant since = l->checked.ns != 0 ? l->checked : l->began;

	if (kind != REPLY_SILENT && kind != REPLY_UNREACHABLE && kind != REPLY_REFUSED)
		return false;
	for (size_t i = 0; i < l->part_count; i++)
		if (l->parts[i].tcp)
			return false;
	/* One datagram without an answer proves nothing. */
	if (kind == REPLY_SILENT && l->is_started && l->checked.ns == 0)
		return false;
	return !dns_servers_answered_since(l->servers, since);
}

static void fill_answer(struct lookup *l, enum reply_kind kind)
{
	if (kind == REPLY_NO_NAME && l->name_exists)
		kind = REPLY_NO_RECORD;
	l->answer.fault = reply_fault(kind);
	l->answer.denied = kind == REPLY_NO_RECORD || kind == REPLY_NO_NAME;
	l->ttl = reply_ttl(kind);
	if (kind != REPLY_RECORDS) {
		if (resolver_is_dead(l, kind))
			l->answer.fault = FAULT_RESOLVER_UNAVAILABLE;
		write_reason(l, kind);
		return;
	}
	l->answer.authenticity = authenticity_of(l);
	if (l->query_type.type != 0)
		put_records(l);
	else
		put_addresses(l);
	for (size_t i = 0; i < l->part_count; i++)
		if (reply_is_failure(l->parts[i].kind))
			write_missing_reason(l, &l->parts[i]);
}

static void lookup_finish(struct lookup *l, enum reply_kind kind)
{
	fill_answer(l, kind);
	cancel_queries(l);
	l->is_done = true;
	l->done(l, l->user);
}

/* --- asking ---------------------------------------------------------------------------- */

static void on_part_replied(struct lookup *, struct lookup_part *, size_t server,
			    const struct dns_reply *);

static void unlink_server_query(struct server_query *a)
{
	*a->at = a->next;
	if (a->next != NULL)
		a->next->at = a->at;
}

static void on_query_replied(struct dns_query *q, const struct dns_reply *r)
{
	struct server_query *a = (struct server_query *)q;

	dns_servers_query_ended(a->lookup->servers);
	unlink_server_query(a);
	on_part_replied(a->lookup, a->part, a->server, r);
	free(a);
}

static void query_server(struct lookup *l, struct lookup_part *part, size_t server)
{
	struct server_query *a = malloc(sizeof(*a));

	if (a == NULL) {
		if (part->kind > REPLY_INTERNAL)
			part->kind = REPLY_INTERNAL;
		return;
	}
	*a = (struct server_query){ .query.replied = on_query_replied,
				    .lookup = l,
				    .part = part,
				    .server = server,
				    .next = l->queries,
				    .at = &l->queries };
	if (a->next != NULL)
		a->next->at = &a->next;
	l->queries = a;
	dns_servers_query(l->servers, server, l->candidate, part->type, &a->query);
}

static bool is_queried(const struct lookup *l, const struct lookup_part *part,
		       size_t server)
{
	for (const struct server_query *a = l->queries; a != NULL; a = a->next)
		if (a->part == part && a->server == server)
			return true;
	return false;
}

/* The first server from `start` on that has not failed; `count` if there is none. */
static size_t next_usable_server(const struct lookup *l, const struct lookup_part *part,
				 size_t start)
{
	size_t count = l->servers->count;

	for (size_t i = 0; i < count; i++)
		if (!(part->failed & 1U << (start + i) % count))
			return (start + i) % count;
	return count;
}

/* From the second try on, checks whether any server answers at all. */
static void check_servers(struct lookup *l, struct instant now)
{
	struct instant began = dns_servers_check(l->servers, now);

	if (l->checked.ns == 0)
		l->checked = began;
}

/* Sends the query of each unsettled part. A reply may arrive at once and end the lookup. */
static void query_next_servers(struct lookup *l, struct instant now)
{
	size_t count = l->servers->count;
	size_t start =
	    count > 0 ? (dns_servers_first(l->servers, now) + l->attempt) % count : 0;

	if (l->attempt > 0)
		check_servers(l, now);
	l->attempt++;
	l->next_try = instant_plus(now, l->retry_gap);
	if (count > 0 && l->attempt % count == 0)
		l->retry_gap.ns *= 2;
	for (size_t i = 0; i < l->part_count && !l->is_done; i++) {
		size_t server = next_usable_server(l, &l->parts[i], start);

		if (!l->parts[i].settled && server < count)
			query_server(l, &l->parts[i], server);
	}
}

static bool next_candidate(struct lookup *l)
{
	return name_search_next(&l->search, &l->servers->conf, l->name, l->candidate);
}

static void query_candidate(struct lookup *l, struct instant now)
{
	cancel_queries(l);
	l->attempt = 0;
	for (size_t i = 0; i < l->part_count; i++) {
		l->parts[i].settled = false;
		l->parts[i].kind = REPLY_CANCELLED;
		l->parts[i].failed = 0;
	}
	query_next_servers(l, now);
}

/* --- combining replies ----------------------------------------------------------------- */

/* The kind of the whole lookup: an address wins; a failure wins over "no address", because
 * the failed query might have found one; "no such name" holds for both families. */
static enum reply_kind combined_kind(const struct lookup *l)
{
	enum reply_kind best = l->parts[0].kind, failure = REPLY_NO_NAME;

	for (size_t i = 0; i < l->part_count; i++) {
		enum reply_kind kind = l->parts[i].kind;

		if (kind < best)
			best = kind;
		if (reply_is_failure(kind) && (failure == REPLY_NO_NAME || kind < failure))
			failure = kind;
	}
	return best == REPLY_NO_RECORD && failure != REPLY_NO_NAME ? failure : best;
}

static void record_candidate(struct lookup *l, enum reply_kind kind)
{
	l->name_exists |= kind == REPLY_NO_RECORD;
	l->given_name_missing |= kind == REPLY_NO_NAME && l->search.is_own;
	if (kind == REPLY_SERVFAIL && !l->search.is_own) {
		l->search_failed = true;
		l->search_server =
		    l->parts[0].kind == kind ? l->parts[0].server : l->parts[1].server;
	}
}

/* A failure for one domain of the search list does not prevent the next candidate. */
static bool may_try_next_candidate(const struct lookup *l, enum reply_kind kind)
{
	return kind == REPLY_NO_RECORD || kind == REPLY_NO_NAME ||
	       (kind == REPLY_SERVFAIL && !l->search.is_own);
}

/* The result if no candidate has addresses. What is known about the name as given counts
 * more than a failure with a search domain, unless the search domains come first. */
static enum reply_kind final_kind(struct lookup *l, enum reply_kind kind)
{
	if (reply_is_failure(kind) && !l->search.is_own &&
	    (l->name_exists || l->given_name_missing))
		return l->name_exists ? REPLY_NO_RECORD : REPLY_NO_NAME;
	if (kind != REPLY_NO_NAME || l->name_exists || !l->search_failed ||
	    !l->search.is_own)
		return kind;
	for (size_t i = 0; i < l->part_count; i++) {
		l->parts[i].kind = REPLY_SERVFAIL;
		l->parts[i].server = l->search_server;
	}
	return REPLY_SERVFAIL;
}

static void lookup_conclude(struct lookup *l, struct instant now)
{
	enum reply_kind kind = combined_kind(l);

	/* A check shows whether they refuse only this name or every query. */
	if (kind == REPLY_REFUSED && l->checked.ns == 0) {
		check_servers(l, now);
		l->awaits_check = true;
		l->patience = instant_plus(now, l->part_wait);
		return;
	}
	record_candidate(l, kind);
	if (may_try_next_candidate(l, kind) && next_candidate(l))
		query_candidate(l, now);
	else
		lookup_finish(l, final_kind(l, kind));
}

static bool all_parts_settled(const struct lookup *l)
{
	for (size_t i = 0; i < l->part_count; i++)
		if (!l->parts[i].settled)
			return false;
	return true;
}

static void take_server_failure(struct lookup *l, struct lookup_part *part, size_t server)
{
	size_t next;

	part->failed |= 1U << server;
	next = next_usable_server(l, part, server + 1);
	if (next == l->servers->count)
		part->settled = true;
	else if (!is_queried(l, part, next))
		query_server(l, part, next);
}

static void on_part_replied(struct lookup *l, struct lookup_part *part, size_t server,
			    const struct dns_reply *r)
{
	struct instant now = instant_now();

	dns_servers_record_reply(l->servers, r, now);
	if (part->settled)
		return;
	if (r->kind < part->kind) {
		part->kind = r->kind;
		part->server = server;
		part->tcp = r->tcp;
	}
	if (!reply_is_failure(r->kind)) {
		part->reply = *r;
		dns_records_hold(part->reply.records);
		part->settled = true;
		dns_servers_answered(l->servers, server, now);
	} else if (r->kind == REPLY_CANCELLED) {
		part->failed = 0;
		l->next_try = now;
	} else if (r->kind != REPLY_SILENT) {
		take_server_failure(l, part, server);
	}
	if (!l->is_done && all_parts_settled(l))
		lookup_conclude(l, now);
	else if (is_decisive(r->kind))
		l->patience = instant_plus(now, l->part_wait);
}

/* No server has answered. If a server sent us to TCP, it is named as the silent one. */
static void record_silence(struct lookup *l, struct lookup_part *part)
{
	part->kind = REPLY_SILENT;
	for (const struct server_query *a = l->queries; a != NULL && !part->tcp;
	     a = a->next) {
		if (a->part->type != part->type || !a->query.by_tcp)
			continue;
		part->tcp = true;
		part->server = a->server;
	}
}

/* Settles the parts that have no answer, because the lookup ends. */
static void end_unsettled_parts(struct lookup *l)
{
	for (size_t i = 0; i < l->part_count; i++) {
		struct lookup_part *part = &l->parts[i];

		if (!part->settled && part->kind > REPLY_SILENT && l->servers->count > 0)
			record_silence(l, part);
		part->settled = true;
	}
}

void lookup_tick(struct lookup *l, struct instant now)
{
	bool enough = false;

	if (l->is_done)
		return;
	for (size_t i = 0; i < l->part_count; i++)
		enough |= is_decisive(l->parts[i].kind);
	if (l->awaits_check) {
		if (!dns_servers_are_being_checked(l->servers) ||
		    !instant_before(now, l->patience))
			lookup_conclude(l, now);
		return;
	}
	if (!instant_before(now, l->deadline)) {
		end_unsettled_parts(l);
		lookup_finish(l, final_kind(l, combined_kind(l)));
	} else if (enough && !instant_before(now, l->patience)) {
		end_unsettled_parts(l);
		lookup_conclude(l, now);
	} else if (l->is_started && !instant_before(now, l->next_try) &&
		   dns_servers_may_query(l->servers, now)) {
		query_next_servers(l, now);
	}
}

static void set_retry_gap(struct lookup *l, struct span whole)
{
	size_t count = l->servers->count;

	l->part_wait.ns = whole.ns / FIRST_SHARE;
	l->retry_gap.ns = l->part_wait.ns / (int64_t)(count > 0 ? count : 1);
}

void lookup_shorten_wait(struct lookup *l, struct span left)
{
	if (left.ns > 0 && left.ns / FIRST_SHARE < l->part_wait.ns)
		set_retry_gap(l, left);
}

void lookup_current_answer(const struct lookup *l, struct resolver_answer *ret_answer)
{
	struct lookup now = *l;

	end_unsettled_parts(&now);
	fill_answer(&now, final_kind(&now, combined_kind(&now)));
	*ret_answer = now.answer;
}

void lookup_start(struct lookup *l, struct instant now)
{
	l->is_started = true;
	next_candidate(l);
	query_candidate(l, now);
}

static void add_part(struct lookup *l, enum dns_type type)
{
	l->parts[l->part_count++] =
	    (struct lookup_part){ .type = type, .kind = REPLY_CANCELLED };
}

static void add_parts(struct lookup *l)
{
	enum family family = l->query_type.family;

	if (l->query_type.type != 0) {
		add_part(l, l->query_type.type);
		return;
	}
	if (family == FAMILY_IPV6 || family == FAMILY_ANY)
		add_part(l, DNS_AAAA);
	if (family == FAMILY_IPV4 || family == FAMILY_ANY)
		add_part(l, DNS_A);
}

struct lookup *lookup_new(struct dns_servers *servers, const char *name,
			  struct query_type query_type, struct instant now,
			  struct span timeout)
{
	struct lookup *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->servers = servers;
	l->query_type = query_type;
	l->began = now;
	l->deadline = instant_plus(now, timeout);
	set_retry_gap(l, timeout);
	snprintf(l->name, sizeof(l->name), "%s", name);
	snprintf(l->candidate, sizeof(l->candidate), "%s", name);
	add_parts(l);
	return l;
}

void lookup_free(struct lookup *l)
{
	if (l == NULL)
		return;
	cancel_queries(l);
	for (size_t i = 0; i < l->part_count; i++)
		dns_records_release(l->parts[i].reply.records);
	free(l);
}
