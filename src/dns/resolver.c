/* resolver.c - resolves a name by literal, hosts file, cache or lookup, in this order.
 *
 * A lookup ends inside a reply, where nothing may be freed. Therefore it is only put on the
 * list `finished` there; answer_finished_lookups answers its questions afterwards.
 */
#include "resolver.h"

#include "answer_cache.h"
#include "buffer.h"
#include "hosts.h"
#include "lookup.h"

#include <stdlib.h>
#include <string.h>

enum { LOOKUPS_MAX = 8192, LOOKUP_BUCKETS = 512, DEFAULT_TIMEOUT_S = 5, REFRESH_S = 1 };

struct resolver {
	uv_timer_t tick; /* runs while a lookup or query is open */
	uint64_t tick_ms;
	bool is_ticking, is_delivering, is_closing;
	struct span timeout;
	struct instant next_refresh;
	struct hosts hosts;
	struct dns_servers servers;
	struct answer_cache *cache;
	struct lookup *active, *finished;
	struct lookup *queued, **queued_end;    /* not started yet */
	struct lookup *buckets[LOOKUP_BUCKETS]; /* hash table of queued and active ones */
	size_t lookups;
	struct resolver_stats stats;
};

/* --- lookups in lists ------------------------------------------------------------------ */

static void lookup_list_add(struct lookup **list, struct lookup *l)
{
	l->next = *list;
	l->at = list;
	if (l->next != NULL)
		l->next->at = &l->next;
	*list = l;
}

static void lookup_queue_add(struct resolver *r, struct lookup *l)
{
	l->next = NULL;
	l->at = r->queued_end;
	*r->queued_end = l;
	r->queued_end = &l->next;
}

static void lookup_list_remove(struct resolver *r, struct lookup *l)
{
	if (r->queued_end == &l->next)
		r->queued_end = l->at;
	*l->at = l->next;
	if (l->next != NULL)
		l->next->at = l->at;
}

static struct lookup **lookup_bucket(struct resolver *r, const char *name)
{
	return &r->buckets[view_hash(view_of(name)) % LOOKUP_BUCKETS];
}

static struct lookup *find_active_lookup(struct resolver *r, const char *name,
					 struct query_type query_type)
{
	struct lookup *l = *lookup_bucket(r, name);

	while (l != NULL &&
	       (!query_type_equal(l->query_type, query_type) || strcmp(l->name, name) != 0))
		l = l->chain;
	return l;
}

static void lookup_bucket_remove(struct resolver *r, struct lookup *l)
{
	struct lookup **p = lookup_bucket(r, l->name);

	while (*p != l)
		p = &(*p)->chain;
	*p = l->chain;
}

static void on_lookup_done(struct lookup *l, void *user)
{
	struct resolver *r = user;

	lookup_bucket_remove(r, l);
	lookup_list_remove(r, l);
	lookup_list_add(&r->finished, l);
	r->lookups--;
}

/* --- answers --------------------------------------------------------------------------- */

static void answer_question(struct question *q, const struct resolver_answer *a)
{
	q->lookup = NULL;
	q->answered(q, a);
}

static void cache_lookup_answer(struct resolver *r, const struct lookup *l)
{
	r->stats.failures += l->answer.fault != FAULT_OK;
	if (l->ttl > 0)
		answer_cache_put(r->cache, l->name, l->query_type,
				 instant_plus(instant_now(), span_of_seconds(l->ttl)),
				 &l->answer);
}

static void forget_questions(struct lookup *l)
{
	for (struct question *q = l->questions; q != NULL; q = q->next)
		q->lookup = NULL;
	l->questions = NULL;
}

/* An answered() callback may ask and cancel questions and free the resolver. */
static void answer_finished_lookups(struct resolver *r)
{
	if (r->is_delivering)
		return;
	r->is_delivering = true;
	while (r->finished != NULL) {
		struct lookup *l = r->finished;

		lookup_list_remove(r, l);
		cache_lookup_answer(r, l);
		while (l->questions != NULL && !r->is_closing) {
			struct question *q = l->questions;

			l->questions = q->next;
			answer_question(q, &l->answer);
		}
		forget_questions(l);
		lookup_free(l);
	}
	r->is_delivering = false;
}

static void start_queued_lookups(struct resolver *r, struct instant now)
{
	while (r->queued != NULL && dns_servers_may_query(&r->servers, now)) {
		struct lookup *l = r->queued;

		lookup_list_remove(r, l);
		lookup_list_add(&r->active, l);
		lookup_start(l, now);
	}
}

static void on_server_turn_done(void *user)
{
	struct resolver *r = user;

	start_queued_lookups(r, instant_now());
	answer_finished_lookups(r);
}

/* --- time ------------------------------------------------------------------------------ */

/* False: the files of this machine were never read, because memory or descriptors are
 * short. To go on as if they were not there would ask the wrong servers for names that the
 * hosts file has. */
static bool resolver_refresh(struct resolver *r, struct instant now)
{
	bool known;

	if (instant_before(now, r->next_refresh))
		return true;
	known = hosts_refresh(&r->hosts);
	known = dns_servers_refresh(&r->servers) && known;
	if (known)
		r->next_refresh = instant_plus(now, span_of_seconds(REFRESH_S));
	return known;
}

static void tick_lookups(struct lookup *l, struct instant now)
{
	struct lookup *next;

	for (; l != NULL; l = next) {
		next = l->next;
		lookup_tick(l, now);
	}
}

static void on_resolver_tick(uv_timer_t *timer)
{
	struct resolver *r = timer->data;
	struct instant now = instant_now();

	resolver_refresh(r, now);
	tick_lookups(r->active, now);
	tick_lookups(r->queued, now);
	dns_servers_tick(&r->servers, now);
	start_queued_lookups(r, now);
	answer_finished_lookups(r);
	if (r->is_closing || r->lookups > 0 || dns_servers_pending(&r->servers) > 0)
		return;
	uv_timer_stop(timer);
	r->is_ticking = false;
}

static void start_ticking(struct resolver *r)
{
	if (r->is_ticking)
		return;
	uv_timer_start(&r->tick, on_resolver_tick, r->tick_ms, r->tick_ms);
	r->is_ticking = true;
}

/* A fiftieth of the timeout, between 10 and 100 ms. */
static uint64_t tick_interval_ms(struct span timeout)
{
	uint64_t ms = span_ms(timeout) / 50;

	return ms < 10 ? 10 : ms > 100 ? 100 : ms;
}

/* --- asking ---------------------------------------------------------------------------- */

static bool is_label_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Checks a host name by RFC 1035 section 2.3.4; "_" is allowed because names in use have
 * it. Returns NULL, or what is wrong. */
static const char *host_name_error(const char *name, size_t n)
{
	size_t label = 0;

	if (n == 0)
		return "the host name is empty";
	for (size_t i = 0; i < n; i++) {
		if (name[i] == '.' && label == 0)
			return "not a host name: a label is empty";
		if (name[i] != '.' && !is_label_char(name[i]))
			return (unsigned char)name[i] >= 0x80
				   ? "not a host name: write the xn-- form of an "
				     "international one"
				   : "not a host name: it has a character that none can "
				     "have";
		label = name[i] == '.' ? 0 : label + 1;
		if (label > 63)
			return "not a host name: a label is longer than 63 characters";
	}
	return n - (label == 0) > 253 ? "not a host name: longer than 253 characters"
				      : NULL;
}

static bool family_matches(enum family family, const struct address *a)
{
	return family == FAMILY_ANY ||
	       a->any.sa_family == (family == FAMILY_IPV4 ? AF_INET : AF_INET6);
}

static void answer_with_fault(struct question *q, enum fault fault, const char *reason)
{
	struct resolver_answer a = { .fault = fault };

	text_copy(a.reason, sizeof(a.reason), reason);
	answer_question(q, &a);
}

/* Answers with the addresses of the family, IPv6 first. False, without an answer, if there
 * is none. */
static bool answer_with_addresses(struct question *q, enum family family,
				  const struct address *found, size_t count)
{
	static const int order[] = { AF_INET6, AF_INET };
	struct resolver_answer a = { .fault = FAULT_OK };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		for (size_t j = 0; j < count; j++)
			if (found[j].any.sa_family == order[i] &&
			    family_matches(family, &found[j]))
				a.addresses[a.count++] = found[j];
	if (a.count > 0)
		answer_question(q, &a);
	return a.count > 0;
}

static bool answer_from_literal(const char *host, enum family family, struct question *q)
{
	struct address a;

	if (!address_parse(view_of(host), 0, &a))
		return false;
	if (!answer_with_addresses(q, family, &a, 1))
		answer_with_fault(q, FAULT_NO_ADDRESS,
				  family == FAMILY_IPV4
				      ? "an IPv6 address, where IPv4 is asked for"
				      : "an IPv4 address, where IPv6 is asked for");
	return true;
}

static bool is_localhost(const char *name)
{
	static const char word[] = "localhost";
	size_t n = strlen(name), m = sizeof(word) - 1;

	return n >= m && strcmp(name + n - m, word) == 0 &&
	       (n == m || name[n - m - 1] == '.');
}

/* Looks in the hosts file; localhost is known even without it. `name` has no dot at its
 * end. */
static bool answer_from_hosts_file(struct resolver *r, const char *name, enum family family,
				   struct question *q)
{
	struct address found[RESOLVER_ADDRESSES_MAX];

	if (answer_with_addresses(q, family, found,
				  hosts_find(&r->hosts, name, found, ARRAY_SIZE(found))))
		return true;
	if (!is_localhost(name))
		return false;
	address_parse(view_of("::1"), 0, &found[0]);
	address_parse(view_of("127.0.0.1"), 0, &found[1]);
	return answer_with_addresses(q, family, found, 2);
}

static void lookup_add_question(struct lookup *l, struct question *q)
{
	struct question **end = &l->questions;

	while (*end != NULL)
		end = &(*end)->next;
	*end = q;
	q->next = NULL;
	q->lookup = l;
	lookup_shorten_wait(l, q->patience);
}

static void find_or_start_lookup(struct resolver *r, const char *name,
				 struct query_type query_type, struct instant now,
				 struct question *q)
{
	struct lookup *l = find_active_lookup(r, name, query_type);
	struct lookup **bucket = lookup_bucket(r, name);

	if (l != NULL) {
		lookup_add_question(l, q);
		return;
	}
	l = NULL;
	if (r->lookups < LOOKUPS_MAX)
		l = lookup_new(&r->servers, name, query_type, now, r->timeout);
	if (l == NULL) {
		answer_with_fault(q, FAULT_INTERNAL, "too many names are being looked up");
		return;
	}
	l->done = on_lookup_done;
	l->user = r;
	l->chain = *bucket;
	*bucket = l;
	r->lookups++;
	lookup_queue_add(r, l);
	lookup_add_question(l, q);
	start_ticking(r);
	start_queued_lookups(r, now);
	answer_finished_lookups(r);
}

/* The cache, or a lookup. */
static void answer_from_dns(struct resolver *r, const char *name,
			    struct query_type query_type, struct question *q)
{
	struct instant now = instant_now();
	struct resolver_answer a = { .fault = FAULT_OK };

	r->stats.questions++;
	if (answer_cache_get(r->cache, name, query_type, now, &a)) {
		r->stats.cache_hits++;
		answer_question(q, &a);
		return;
	}
	find_or_start_lookup(r, name, query_type, now, q);
}

static void answer_host_name(struct resolver *r, char *name, enum family family,
			     struct question *q)
{
	size_t n = strlen(name);
	bool is_absolute = name[n - 1] == '.';

	name[n - is_absolute] = '\0';
	if (answer_from_hosts_file(r, name, family, q))
		return;
	if (is_absolute)
		name[n - 1] = '.';
	answer_from_dns(r, name, (struct query_type){ .family = family }, q);
}

/* Copies the name in lower case. False if it is no host name; the question is answered
 * then. */
static bool normalize_host_name(const char *text, struct question *q,
				char ret_name[LOOKUP_NAME_MAX])
{
	size_t n = strlen(text);
	const char *fault;

	if (n >= LOOKUP_NAME_MAX) {
		answer_with_fault(q, FAULT_DNS_FAILURE,
				  "not a host name: longer than 253 characters");
		return false;
	}
	for (size_t i = 0; i <= n; i++)
		ret_name[i] = ascii_lower(text[i]);
	fault = host_name_error(ret_name, n);
	if (fault != NULL)
		answer_with_fault(q, FAULT_DNS_FAILURE, fault);
	return fault == NULL;
}

static bool resolver_knows_files(struct resolver *r, struct question *q)
{
	if (resolver_refresh(r, instant_now()))
		return true;
	answer_with_fault(
	    q, FAULT_INTERNAL,
	    "hosts file and resolv.conf: out of memory or of file descriptors");
	return false;
}

void resolver_query_addresses(struct resolver *r, const char *host, enum family family,
			      struct question *q)
{
	char name[LOOKUP_NAME_MAX];

	q->lookup = NULL;
	if (answer_from_literal(host, family, q) || !normalize_host_name(host, q, name))
		return;
	if (resolver_knows_files(r, q))
		answer_host_name(r, name, family, q);
}

void resolver_query_records(struct resolver *r, const char *name, enum dns_type type,
			    struct question *q)
{
	char absolute[LOOKUP_NAME_MAX];
	size_t n;

	q->lookup = NULL;
	if (!normalize_host_name(name, q, absolute))
		return;
	n = strlen(absolute);
	if (absolute[n - 1] != '.')
		memcpy(absolute + n, ".", 2);
	if (resolver_knows_files(r, q))
		answer_from_dns(r, absolute, (struct query_type){ .type = type }, q);
}

void resolver_cancel(struct resolver *r, struct question *q)
{
	struct question **p;

	(void)r;
	if (q->lookup == NULL)
		return;
	for (p = &q->lookup->questions; *p != NULL && *p != q; p = &(*p)->next)
		;
	if (*p != NULL)
		*p = q->next;
	q->lookup = NULL;
}

void resolver_stop_waiting(struct resolver *r, struct question *q,
			   struct resolver_answer *ret_answer)
{
	*ret_answer = (struct resolver_answer){ .fault = FAULT_TIMEOUT,
						.reason = "no answer from the resolver" };
	if (q->lookup != NULL)
		lookup_current_answer(q->lookup, ret_answer);
	resolver_cancel(r, q);
}

void resolver_stats(const struct resolver *r, struct resolver_stats *ret_stats)
{
	*ret_stats = r->stats;
	ret_stats->cache_entries = answer_cache_count(r->cache);
}

/* --- life ------------------------------------------------------------------------------ */

bool resolver_options_usable(const struct resolver_options *options, const char **ret_error)
{
	struct resolv_conf conf;

	return options->servers == NULL ||
	       resolv_conf_parse_servers(options->servers, &conf, ret_error);
}

struct resolver *resolver_new(uv_loop_t *loop, const struct resolver_options *options,
			      const char **ret_error)
{
	struct resolver *r = calloc(1, sizeof(*r));
	const struct dns_server_hook hook = { on_server_turn_done, r };

	*ret_error = "out of memory";
	if (r == NULL)
		return NULL;
	r->timeout =
	    options->timeout.ns > 0 ? options->timeout : span_of_seconds(DEFAULT_TIMEOUT_S);
	r->tick_ms = tick_interval_ms(r->timeout);
	hosts_init(&r->hosts,
		   options->hosts_file != NULL ? options->hosts_file : "/etc/hosts");
	r->queued_end = &r->queued;
	r->cache = answer_cache_new();
	if (r->cache == NULL ||
	    !dns_servers_init(&r->servers, loop, options->servers,
			      options->conf_file != NULL ? options->conf_file
							 : "/etc/resolv.conf",
			      r->timeout, &hook, ret_error)) {
		answer_cache_free(r->cache);
		free(r);
		return NULL;
	}
	if (options->trust_ad)
		dns_servers_trust(&r->servers);
	uv_timer_init(loop, &r->tick);
	r->tick.data = r;
	return r;
}

static void free_lookups(struct lookup *l)
{
	while (l != NULL) {
		struct lookup *next = l->next;

		forget_questions(l);
		lookup_free(l);
		l = next;
	}
}

static void resolver_on_closed(uv_handle_t *handle)
{
	struct resolver *r = handle->data;

	answer_cache_free(r->cache);
	hosts_fini(&r->hosts);
	free(r);
}

void resolver_free(struct resolver *r)
{
	if (r == NULL || r->is_closing)
		return;
	r->is_closing = true;
	free_lookups(r->active);
	free_lookups(r->queued);
	free_lookups(r->finished);
	r->active = r->queued = r->finished = NULL;
	dns_servers_fini(&r->servers);
	uv_close((uv_handle_t *)&r->tick, resolver_on_closed);
}
