/* probe_target.c - finds the target: first by server name, then by host and port, then by
 * host. */
#include "probe_target.h"

#include "host_name.h"
#include "printable.h"
#include "probe_acl.h"
#include "suggest.h"

/* The parts of the parameter `target`. */
struct asked {
	const struct service *service;
	struct view host;
	uint16_t port; /* 0: the port of the service */
};

static enum probe_target_answer probe_target_refuse(struct strbuf *error,
						    enum probe_target_answer answer,
						    const char *what, const char *typed,
						    const char *why)
{
	char shown[PRINTABLE_MAX];

	printable_copy(shown, sizeof(shown), view_of(typed));
	strbuf_format(error, "%s \"%s\"%s\n", what, shown, why);
	return answer;
}

static enum probe_target_answer no_module(struct strbuf *error, const struct plan *plan,
					  const char *typed)
{
	enum { SUGGEST_FROM_MAX = 100 };
	const char *words[SUGGEST_FROM_MAX], *near;
	char shown[PRINTABLE_MAX];
	size_t n = 0;

	for (; n < plan->service_count && n < SUGGEST_FROM_MAX; n++)
		words[n] = plan->services[n].name;
	near = suggest_word(view_of(typed), words, n);
	printable_copy(shown, sizeof(shown), view_of(typed));
	strbuf_format(error, "Unknown module \"%s\"%s%s%s\n", shown,
		      near ? ": did you mean \""
			   : "; modules are the services of the configuration",
		      near ? near : "", near ? "\"?" : "");
	return PROBE_TARGET_BAD;
}

/* Finds a server by its name: its target of the service, or any of its targets. NULL: no
 * such server. */
static const struct target *probe_target_by_name(const struct plan *plan,
						 const char *server,
						 const struct service *service)
{
	const struct target *any = NULL;

	for (size_t i = plan_find_server(plan, server); i < plan->target_count; i++) {
		const struct target *t = &plan->targets[i];

		if (strcmp(t->server, server) != 0)
			break;
		if (strcmp(t->service->name, service->name) == 0)
			return t;
		any = any ? any : t;
	}
	return any;
}

static bool is_there(const struct target *t, const struct asked *asked)
{
	return strcmp(t->service->name, asked->service->name) == 0 &&
	       (asked->port == 0 || asked->port == t->service->port);
}

/* Finds a host: its target of the service and port, or any of its targets. NULL: no such
 * host. */
static const struct target *by_host(const struct plan *plan, const struct asked *asked)
{
	const struct target *any = NULL;

	for (size_t i = 0; i < plan->target_count; i++) {
		const struct target *t = &plan->targets[i];

		if (!view_equal(asked->host, t->host))
			continue;
		if (is_there(t, asked))
			return t;
		any = any ? any : t;
	}
	return any;
}

/* True if a target of the host has that port. */
static bool host_has_port(const struct plan *plan, const char *host, uint16_t port)
{
	for (size_t i = 0; i < plan->target_count; i++)
		if (plan->targets[i].service->port == port &&
		    view_equal(view_of(host), plan->targets[i].host))
			return true;
	return false;
}

static bool some_service_has_port(const struct plan *plan, uint16_t port)
{
	for (size_t i = 0; i < plan->service_count; i++)
		if (plan->services[i].port == port)
			return true;
	return false;
}

/* A client must not use /probe to scan other ports of a server. */
static bool port_is_allowed(const struct plan *plan, const struct probe_target *p)
{
	uint16_t port = p->service.port;

	if (probe_acl_port(&plan->settings.on_demand.probe_acl, port))
		return true;
	return p->foreign ? some_service_has_port(plan, port)
			  : host_has_port(plan, p->target.host, port);
}

static enum probe_target_answer judge_port(const struct plan *plan,
					   const struct probe_target *p,
					   struct strbuf *error)
{
	unsigned port = p->service.port;
	char shown[PRINTABLE_MAX];

	if (port_is_allowed(plan, p))
		return PROBE_TARGET_FOUND;
	printable_copy(shown, sizeof(shown), view_of(p->target.host));
	strbuf_format(
	    error,
	    "Port %u is not one of %s \"%s\": to allow it all the same, put \"%u\" "
	    "into `ports` of `probe` in the configuration\n",
	    port,
	    p->foreign ? "the ports of `services`, which are all that may be probed at"
		       : "the services configured for",
	    shown, port);
	return PROBE_TARGET_FORBIDDEN;
}

/* Uses everything that is configured, if the target is configured with this service and
 * port. */
static void probe_target_use_configured(struct probe_target *p, const struct target *t,
					struct asked *asked)
{
	bool exact = is_there(t, asked);

	p->target = *t;
	p->service = exact ? *t->service : *asked->service;
	if (exact)
		return;
	p->target.account = NULL;
	p->target.flags &= TARGET_PROXY_HEADER;
	if (asked->port != 0)
		p->service.port = asked->port;
}

static void probe_target_use_unconfigured(struct probe_target *p, const struct asked *asked,
					  const struct plan *plan)
{
	p->foreign = true;
	p->service = *asked->service;
	if (asked->port != 0)
		p->service.port = asked->port;
	p->target = (struct target){
		.server = p->host,
		.host = p->host,
		.tls_name = p->host,
		.timeout = plan->settings.on_demand.timeout,
	};
}

/* False: there is no host in it. */
static bool probe_target_split(const char *target, struct asked *asked,
			       char host[PROBE_HOST_MAX])
{
	struct view v;

	if (!host_and_port(view_of(target), &v, &asked->port) || host_fault(v) != NULL)
		return false;
	if (v.n > 2 && v.p[0] == '[' && v.p[v.n - 1] == ']')
		v = (struct view){ v.p + 1, v.n - 2 };
	if (v.n >= PROBE_HOST_MAX)
		return false;
	memcpy(host, v.p, v.n);
	host[v.n] = '\0';
	asked->host = view_of(host);
	return true;
}

static enum probe_target_answer probe_target_own_find(const struct plan *plan,
						      const char *target,
						      struct asked *asked,
						      struct probe_target *p,
						      struct strbuf *error)
{
	const struct target *known = probe_target_by_name(plan, target, asked->service);

	if (known) {
		probe_target_use_configured(p, known, asked);
		return PROBE_TARGET_FOUND;
	}
	if (!probe_target_split(target, asked, p->host))
		return probe_target_refuse(
		    error, PROBE_TARGET_BAD, "Target", target,
		    " is neither a server of the configuration nor a host: "
		    "mail.example.com, mail.example.com:25, [2001:db8::1]:25");
	known = by_host(plan, asked);
	if (known) {
		probe_target_use_configured(p, known, asked);
		return PROBE_TARGET_FOUND;
	}
	if (!probe_acl_host(&plan->settings.on_demand.probe_acl, asked->host))
		return probe_target_refuse(
		    error, PROBE_TARGET_FORBIDDEN, "Target", target,
		    " is not configured, and `probe` in the configuration does "
		    "not allow it");
	probe_target_use_unconfigured(p, asked, plan);
	return PROBE_TARGET_FOUND;
}

enum probe_target_answer probe_target_find(const struct plan *plan, const char *target,
					   const char *module,
					   struct probe_target *ret_target,
					   struct strbuf *error)
{
	struct probe_target *p = ret_target;
	struct asked asked = { 0 };
	enum probe_target_answer answer;

	*p = (struct probe_target){ 0 };
	if (!target || !*target) {
		strbuf_text(error, "Target parameter is missing: "
				   "/probe?target=mail.example.com&module=smtp\n");
		return PROBE_TARGET_BAD;
	}
	if (!module || !*module) {
		strbuf_text(error, "Module parameter is missing: it is a service, such as "
				   "/probe?target=mail.example.com&module=smtp\n");
		return PROBE_TARGET_BAD;
	}
	asked.service = service_find(plan->services, plan->service_count, view_of(module));
	if (!asked.service)
		return no_module(error, plan, module);
	answer = probe_target_own_find(plan, target, &asked, p, error);
	p->target.service = &p->service;
	if (answer == PROBE_TARGET_FOUND)
		answer = judge_port(plan, p, error);
	if (p->target.addresses == ADDRESS_EACH)
		p->target.addresses = ADDRESS_FIRST;
	return answer;
}
