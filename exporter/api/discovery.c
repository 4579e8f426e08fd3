/* discovery.c - the answer of /sd; its position is a target. If it fails half-way the
 * connection is cut, so that Prometheus does not take part of the list for all of it. */
#include "discovery.h"

#include "host_name.h"
#include "json_writer.h"
#include "store.h"

#include <stdlib.h>

/* Targets in one piece; length of an address with its port. */
enum { TARGETS_AT_ONCE = 64, ADDRESS_MAX = 300, FILTER_MAX = 512 };

struct discovery {
	struct text_stream answer;
	struct plan *plan;
	char server[FILTER_MAX], service[FILTER_MAX], protocol[FILTER_MAX]; /* "": all */
	char address[ADDRESS_MAX], path[SITE_TEXT_MAX + sizeof("/probe")];
	bool https;
	struct json json;
	size_t at;
};

static bool discovery_fits(const char *filter, const char *text)
{
	return filter[0] == '\0' || strcmp(filter, text) == 0;
}

static bool discovery_is_wanted(const struct discovery *d, const struct target *t)
{
	return discovery_fits(d->server, t->server) &&
	       discovery_fits(d->service, t->service->name) &&
	       discovery_fits(d->protocol, protocol_name(t->service->protocol));
}

static bool has_label(const struct target *t, const char *name)
{
	for (size_t i = 0; i < t->label_count; i++)
		if (strcmp(t->labels[i].name, name) == 0)
			return true;
	return false;
}

/* Writes the instance label, "mail.example.com:25" or "[2001:db8::1]:25", unless the
 * operator has set one. */
static void put_instance(struct json *j, const struct target *t)
{
	char text[ADDRESS_MAX];
	struct buffer b;
	bool v6 = strchr(t->host, ':') != NULL;

	if (has_label(t, "instance"))
		return;
	buffer_init(&b, text, sizeof(text));
	buffer_format(&b, "%s%s%s:%u", v6 ? "[" : "", t->host, v6 ? "]" : "",
		      t->service->port);
	json_text(j, "instance", buffer_string(&b));
}

static void discovery_put_labels(struct json *j, const struct discovery *d,
				 const struct target *t)
{
	char port[8];
	struct buffer b;

	buffer_init(&b, port, sizeof(port));
	buffer_format(&b, "%u", t->service->port);
	json_text(j, "__scheme__", d->https ? "https" : "http");
	json_text(j, "__metrics_path__", d->path);
	json_text(j, "__param_target", t->server);
	json_text(j, "__param_module", t->service->name);
	put_instance(j, t);
	json_text(j, "server", t->server);
	json_text(j, "service", t->service->name);
	for (size_t i = 0; i < t->label_count; i++)
		json_text(j, t->labels[i].name, t->labels[i].value);
	json_text(j, "__meta_mailvane_host", t->host);
	json_text(j, "__meta_mailvane_port", buffer_string(&b));
	json_text(j, "__meta_mailvane_protocol", protocol_name(t->service->protocol));
	json_text(j, "__meta_mailvane_tls", tls_mode_name(t->service->tls));
}

static void discovery_put_target(struct json *j, const struct discovery *d,
				 const struct target *t)
{
	json_line(j);
	json_object(j, NULL);
	json_array(j, "targets");
	json_text(j, NULL, d->address);
	json_end(j);
	json_object(j, "labels");
	discovery_put_labels(j, d, t);
	json_end(j);
	json_end(j);
}

static bool discovery_more(struct text_stream *answer, struct strbuf *out)
{
	struct discovery *d = (struct discovery *)answer;

	d->json.to = out;
	if (d->json.depth == 0)
		json_array(&d->json, NULL);
	for (unsigned i = 0; i < TARGETS_AT_ONCE; i++) {
		const struct target *t = &d->plan->targets[d->at];

		if (d->at == d->plan->target_count) {
			json_end(&d->json);
			strbuf_text(out, "\n");
			return false;
		}
		d->at++;
		if (discovery_is_wanted(d, t))
			discovery_put_target(&d->json, d, t);
	}
	return true;
}

static void discovery_dispose(struct text_stream *answer)
{
	struct discovery *d = (struct discovery *)answer;

	plan_release(d->plan);
	free(d);
}

struct text_stream *discovery_new(struct plan *plan, const struct discovery_request *wish)
{
	struct discovery *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->answer = (struct text_stream){ discovery_more, discovery_dispose };
	d->plan = plan_hold(plan);
	json_init(&d->json, strbuf_sink, NULL);
	text_copy(d->server, sizeof(d->server), wish->server ? wish->server : "");
	text_copy(d->service, sizeof(d->service), wish->service ? wish->service : "");
	text_copy(d->protocol, sizeof(d->protocol), wish->protocol ? wish->protocol : "");
	text_copy(d->address, sizeof(d->address), wish->address);
	text_copy(d->path, sizeof(d->path), wish->path);
	d->https = wish->https;
	return &d->answer;
}

/* --- the path ----------------------------------------------------------------------------- */

/* True for "HOST" and "HOST:PORT", as in a Host header. */
static bool is_address(const char *text)
{
	struct view host;
	uint16_t port;

	return strlen(text) < ADDRESS_MAX && host_and_port(view_of(text), &host, &port) &&
	       host_fault(host) == NULL;
}

/* Returns what is wrong with the request. NULL: nothing. */
static const char *fault_of(const struct discovery_request *wish, const struct plan *plan)
{
	if (wish->service &&
	    !service_find(plan->services, plan->service_count, view_of(wish->service)))
		return "there is no such service in the configuration\n";
	if (wish->protocol && !protocol_from_name(view_of(wish->protocol)))
		return "there is no such protocol: smtp, lmtp, imap, pop3, sieve\n";
	if (!wish->address || !is_address(wish->address))
		return "the exporter's address is missing: send a Host header or "
		       "?address=HOST:PORT\n";
	return NULL;
}

static bool is_https(const struct request *request)
{
	return MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_PROTOCOL) !=
	       NULL;
}

struct http_reply discovery_answer(struct request *request)
{
	const char *address = request_argument(request, "address"), *fault;
	struct plan *plan = store_plan(request->store);
	char path[SITE_TEXT_MAX + sizeof("/probe")];
	struct discovery_request wish = {
		.server = request_argument(request, "server"),
		.service = request_argument(request, "service"),
		.protocol = request_argument(request, "protocol"),
		.address = address ? address : request_header(request, "Host"),
		.path = path,
		.https = is_https(request),
	};
	struct http_reply reply;
	struct buffer b;

	buffer_init(&b, path, sizeof(path));
	buffer_format(&b, "%s/probe", request->site->prefix);
	fault = fault_of(&wish, plan);
	if (fault)
		reply = http_reply_text(MHD_HTTP_BAD_REQUEST, fault);
	else
		reply = http_reply_stream(discovery_new(plan, &wish), "application/json");
	plan_release(plan);
	return reply;
}
