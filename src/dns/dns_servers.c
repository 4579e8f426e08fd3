/* dns_servers.c - opens the configured servers, and opens them again when resolv.conf
 * changes. */
#include "dns_servers.h"

#include "file_text.h"

#include <stdlib.h>

/* How long a first server that does not answer is skipped before it is tried again, because
 * each try delays a lookup. */
enum { PREFERRED_S = 30 };

/* How many queries may be sent at once: half of what a datagram socket of Linux holds by
 * default (net.core.rmem_default). Replies, or BURST_MS, allow more. */
enum { BURST_MAX = 128, BURST_MS = 20 };

/* The least time between two checks. */
enum { CHECK_MS = 1000 };

/* The most queries without a reply: as many as the sockets of one server can carry. */
enum { PENDING_MAX = 4096 };

static void close_dns_servers(struct dns_servers *s)
{
	for (size_t i = 0; i < s->count; i++)
		dns_server_free(s->list[i]);
	s->count = 0;
	s->preferred = 0;
}

void dns_servers_trust(struct dns_servers *s)
{
	s->trust_ad = true;
}

static bool is_loopback_address(const struct address *a)
{
	if (a->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
	return ntohl(a->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static void open_dns_servers(struct dns_servers *s)
{
	for (size_t i = 0; i < s->conf.server_count; i++) {
		s->list[s->count] =
		    dns_server_new(s->loop, &s->conf.servers[i], s->timeout, &s->hook);
		if (s->list[s->count] == NULL)
			continue;
		if (s->trust_ad || s->conf.trust_ad ||
		    is_loopback_address(&s->conf.servers[i]))
			dns_server_trust(s->list[s->count]);
		s->count++;
	}
}

/* False: it cannot be read for now, and nothing has changed. */
static bool read_resolv_conf(struct dns_servers *s)
{
	char *text;

	if (!file_text_read(s->conf_file, &text))
		return false;
	close_dns_servers(s);
	resolv_conf_read(text, &s->conf);
	free(text);
	return true;
}

bool dns_servers_init(struct dns_servers *s, uv_loop_t *loop, const char *servers,
		      const char *conf_file, struct span timeout,
		      const struct dns_server_hook *hook, const char **ret_error)
{
	*s = (struct dns_servers){
		.loop = loop,
		.hook = *hook,
		.timeout = timeout,
		.conf_file = servers == NULL ? conf_file : NULL,
	};
	return servers == NULL || resolv_conf_parse_servers(servers, &s->conf, ret_error);
}

void dns_servers_fini(struct dns_servers *s)
{
	close_dns_servers(s);
}

bool dns_servers_refresh(struct dns_servers *s)
{
	struct stat seen = s->seen;
	bool is_new = s->conf_file != NULL && file_changed(s->conf_file, &s->seen);

	if (s->is_open && !is_new)
		return true;
	if (s->conf_file != NULL && !read_resolv_conf(s)) {
		s->seen = seen; /* to be tried again */
		return s->is_open;
	}
	open_dns_servers(s);
	s->is_open = true;
	return true;
}

size_t dns_servers_first(const struct dns_servers *s, struct instant now)
{
	return s->preferred < s->count && instant_before(now, s->preferred_until)
		   ? s->preferred
		   : 0;
}

void dns_servers_answered(struct dns_servers *s, size_t server, struct instant now)
{
	if (server == dns_servers_first(s, now))
		return;
	s->preferred = server;
	s->preferred_until = instant_plus(now, span_of_seconds(PREFERRED_S));
}

void dns_servers_query(struct dns_servers *s, size_t server, const char *name,
		       enum dns_type type, struct dns_query *query)
{
	s->burst++;
	dns_server_query(s->list[server], name, type, query);
}

void dns_servers_query_ended(struct dns_servers *s)
{
	s->burst -= s->burst > 0;
}

bool dns_servers_may_query(struct dns_servers *s, struct instant now)
{
	if (!instant_before(now, instant_plus(s->burst_began, span_of_ms(BURST_MS)))) {
		s->burst = 0;
		s->burst_began = now;
	}
	return s->burst < BURST_MAX && dns_servers_pending(s) < PENDING_MAX;
}

void dns_servers_record_reply(struct dns_servers *s, const struct dns_reply *r,
			      struct instant now)
{
	bool answers = r->kind < REPLY_INTERNAL && r->kind != REPLY_SERVFAIL &&
		       r->kind != REPLY_REFUSED;

	/* If TCP was used, the server has answered by UDP, though truncated. */
	if (answers || (r->tcp && r->kind != REPLY_FLOODED))
		s->answered = now;
}

static void check_replied(struct dns_query *q, const struct dns_reply *r)
{
	struct dns_check *check = (struct dns_check *)q;

	dns_servers_record_reply(check->servers, r, instant_now());
}

struct instant dns_servers_check(struct dns_servers *s, struct instant now)
{
	if (s->checked.ns != 0 &&
	    instant_before(now, instant_plus(s->checked, span_of_ms(CHECK_MS))))
		return s->checked;
	s->checked = now;
	for (size_t i = 0; i < s->count; i++) {
		struct dns_check *check = &s->checks[i];

		dns_query_cancel(&check->query);
		check->servers = s;
		check->query.replied = check_replied;
		dns_server_query(s->list[i], "", DNS_NS, &check->query);
	}
	return s->checked;
}

bool dns_servers_are_being_checked(const struct dns_servers *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->checks[i].query.server != NULL)
			return true;
	return false;
}

bool dns_servers_answered_since(const struct dns_servers *s, struct instant since)
{
	return s->answered.ns != 0 && !instant_before(s->answered, since);
}

void dns_servers_tick(struct dns_servers *s, struct instant now)
{
	for (size_t i = 0; i < s->count; i++)
		dns_server_tick(s->list[i], now);
}

size_t dns_servers_pending(const struct dns_servers *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++)
		n += dns_server_pending(s->list[i]);
	return n;
}
