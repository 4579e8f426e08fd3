/* tlsa_search.c - asks one question, or two where the host is an alias. */
#include "tlsa_search.h"

#include "buffer.h"
#include "container_of.h"
#include "dane_policy.h"
#include "tlsa.h"

#include <stdlib.h>
#include <string.h>

static const char *base_of(const struct tlsa_search *s)
{
	return s->owner_asked ? s->texts->owner : s->target->host;
}

static bool is_alias(const struct tlsa_search *s)
{
	struct view host = view_of(s->target->host);

	host.n -= host.n > 0 && host.p[host.n - 1] == '.';
	return !view_equal(host, s->texts->owner);
}

/* Senders do not deliver to a server whose records they cannot look up (RFC 7672 section
 * 2.1.2). */
static void tlsa_search_fail(struct tlsa_search *s, const struct resolver_answer *answer)
{
	char name[DNS_NAME_MAX] = "";
	struct buffer b;

	tlsa_name(base_of(s), s->target->service->port, name);
	buffer_init(&b, s->texts->why, sizeof(s->texts->why));
	buffer_format(&b, "TLSA lookup of %.70s failed: %s", name, answer->reason);
	buffer_string(&b);
	s->dane = DANE_FAILED;
	s->fault = answer->fault != FAULT_OK ? answer->fault : FAULT_TIMEOUT;
}

static bool tlsa_search_ask(struct tlsa_search *);

static void tlsa_search_answered(struct question *q, const struct resolver_answer *answer)
{
	struct tlsa_search *s = container_of(q, struct tlsa_search, question);

	if (answer->fault != FAULT_OK && !answer->denied) {
		tlsa_search_fail(s, answer);
	} else if (answer->fault == FAULT_OK && answer->authenticity == AUTHENTIC) {
		s->set = dns_records_hold(answer->records);
		s->dane = DANE_UNCOMPARED;
	} else if (s->owner_asked && is_alias(s) && tlsa_search_ask(s)) {
		return;
	}
	s->resolver = NULL;
	s->done(s);
}

static bool tlsa_search_ask(struct tlsa_search *s)
{
	char name[DNS_NAME_MAX];

	s->owner_asked = !s->owner_asked;
	if (!tlsa_name(base_of(s), s->target->service->port, name))
		return false;
	s->question.answered = tlsa_search_answered;
	resolver_query_records(s->resolver, name, DNS_TLSA, &s->question);
	return true;
}

bool tlsa_search_begin(struct tlsa_search *s, struct resolver *resolver,
		       const struct target *target, const struct resolver_answer *addresses)
{
	if (!dane_policy_applies(target) || addresses->authenticity == NOT_FROM_DNS)
		return false;
	s->dane =
	    addresses->authenticity == AUTHENTICITY_UNKNOWN ? DANE_UNKNOWN : DANE_ABSENT;
	if (addresses->authenticity != AUTHENTIC)
		return false;
	s->resolver = resolver;
	s->target = target;
	s->question.patience = target->timeout;
	s->texts = calloc(1, sizeof(*s->texts));
	if (s->texts != NULL) {
		text_copy(s->texts->owner, sizeof(s->texts->owner), addresses->name);
		if (tlsa_search_ask(s))
			return true;
	} else {
		s->dane = DANE_UNKNOWN;
	}
	s->resolver = NULL;
	return false;
}

void tlsa_search_settle(struct tlsa_search *s)
{
	struct resolver_answer answer;

	resolver_stop_waiting(s->resolver, &s->question, &answer);
	s->resolver = NULL;
	tlsa_search_fail(s, &answer);
}

void tlsa_search_cancel(struct tlsa_search *s)
{
	if (s->resolver != NULL)
		resolver_cancel(s->resolver, &s->question);
	s->resolver = NULL;
}

void tlsa_search_fini(struct tlsa_search *s)
{
	tlsa_search_cancel(s);
	dns_records_release(s->set);
	s->set = NULL;
	free(s->texts);
	s->texts = NULL;
}

const char *tlsa_search_name(const struct tlsa_search *s, const struct target *t)
{
	return s->set != NULL && s->owner_asked && strcmp(t->tls_name, t->host) == 0
		   ? s->texts->owner
		   : t->tls_name;
}
