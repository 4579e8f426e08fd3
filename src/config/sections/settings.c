/* settings.c - the top level of the configuration to the settings of a plan. */
#include "settings.h"

#include "buffer.h"
#include "ehlo_name.h"
#include "host_name.h"
#include "secret.h"

#include <string.h>

/* Of those that were written down; servers.c shortens the others. */
static void check_span(struct loader *l, unsigned key, const char *name, struct span value)
{
	char a[SPAN_TEXT_MAX], b[SPAN_TEXT_MAX];

	if (draft_has(&l->top.head, key) && value.ns > l->top.interval.ns)
		errors_add(&l->errors, l->top.head.keys[key], "",
			   "%s (%s) is longer than the interval (%s)", name,
			   span_text(value, a), span_text(l->top.interval, b));
}

/* Where both count, more must be left for a warning; a share and a time cannot be compared. */
static bool in_order(const struct expiry_limit *warning,
		     const struct expiry_limit *critical)
{
	if (warning->share > 0 && critical->share > warning->share)
		return false;
	return warning->left.ns == 0 || critical->left.ns <= warning->left.ns;
}

static void take_expiry(struct loader *l, struct policy *policy)
{
	const struct certificate_draft *d = &l->top.certificate;
	bool has_warning = draft_has(&d->head, CERTIFICATE_WARNING);
	bool has_critical = draft_has(&d->head, CERTIFICATE_CRITICAL);

	if (d->warning.share > 0 || d->warning.left.ns > 0)
		policy->expiry_warning = d->warning;
	if (d->critical.share > 0 || d->critical.left.ns > 0)
		policy->expiry_critical = d->critical;
	if (d->overlap.ns > 0)
		policy->overlap = d->overlap;
	if ((has_warning || has_critical) &&
	    !in_order(&policy->expiry_warning, &policy->expiry_critical))
		errors_add(&l->errors,
			   draft_place(&d->head, has_critical ? CERTIFICATE_CRITICAL
							      : CERTIFICATE_WARNING),
			   has_warning && has_critical
			       ? "less must be left for critical than for warning"
			       : "give both, warning and critical",
			   "a certificate would be critical before it is a warning");
}

/* Another library will read it: new roots there are a change of the configuration. */
static void watch_trust(struct loader *l, const char *path, bool directory,
			struct place place)
{
	struct stamp stamp;

	if (path != NULL && !l->no_files &&
	    file_usable(path, directory, &l->errors, place) && stamp_of(path, &stamp))
		watch_file(l->watch, path, &stamp);
}

static void take_trust(struct loader *l, struct tls_options *tls)
{
	const struct draft *top = &l->top.head;

	tls->ca_file = l->top.ca_file;
	tls->ca_path = l->top.ca_path;
	watch_trust(l, tls->ca_file, false, top->keys[FILE_CA_FILE]);
	watch_trust(l, tls->ca_path, true, top->keys[FILE_CA_PATH]);
}

/* Both or none; the key is one more secret. */
static void take_client(struct loader *l, struct tls_options *tls)
{
	const struct draft *top = &l->top.head;
	bool has_cert = l->top.client_cert != NULL, has_key = l->top.client_key != NULL;

	tls->client_cert = l->top.client_cert;
	tls->client_key = l->top.client_key;
	if (has_cert != has_key)
		errors_add(&l->errors,
			   top->keys[has_cert ? FILE_CLIENT_CERT : FILE_CLIENT_KEY], "",
			   "client_cert and client_key belong together");
	watch_trust(l, tls->client_cert, false, top->keys[FILE_CLIENT_CERT]);
	if (has_key && !l->no_files)
		secret_watch(l, tls->client_key, top->keys[FILE_CLIENT_KEY]);
}

static bool put_resolver(struct buffer *b, struct view text)
{
	char shown[ADDRESS_TEXT_MAX];
	struct address address;
	struct view host;
	uint16_t port;
	bool v6;

	if (!host_and_port(text, &host, &port) || !address_parse(host, port, &address))
		return false;
	v6 = address.any.sa_family == AF_INET6;
	buffer_format(b, "%s%s%s%s", b->n > 0 ? "," : "", v6 ? "[" : "",
		      address_text(&address, shown), v6 ? "]" : "");
	return port == 0 || buffer_format(b, ":%u", port);
}

static void take_resolvers(struct loader *l, struct settings *settings)
{
	enum { RESOLVERS_TEXT_MAX = 2048 };
	char storage[RESOLVERS_TEXT_MAX];
	struct buffer b;

	buffer_init(&b, storage, sizeof(storage));
	for (size_t i = 0; i < l->top.resolvers.count; i++) {
		const struct text *text = &l->top.resolvers.list[i];

		if (!put_resolver(&b, view_of(text->text)))
			errors_add(&l->errors, text->place,
				   "such as \"192.0.2.53\" or \"[2001:db8::53]:5353\"",
				   "the resolver %s is not an IP address",
				   QUOTE(view_of(text->text)));
	}
	if (b.n > 0)
		settings->resolvers = arena_text(&l->plan->arena, buffer_view(&b));
}

static void take_source(struct loader *l, const struct text *text,
			struct settings *settings)
{
	struct address address, *mine;

	if (!address_parse(view_of(text->text), 0, &address)) {
		errors_add(&l->errors, text->place,
			   "an address of this machine: \"192.0.2.10\", \"2001:db8::10\"",
			   "the source_address %s is not an IP address",
			   QUOTE(view_of(text->text)));
		return;
	}
	mine =
	    address.any.sa_family == AF_INET6 ? &settings->source_v6 : &settings->source_v4;
	if (mine->any.sa_family != AF_UNSPEC)
		errors_add(&l->errors, text->place, "one of IPv4 and one of IPv6",
			   "source_address has two of the same kind");
	*mine = address;
}

static const struct address *own_source(const struct settings *settings)
{
	return settings->source_v4.any.sa_family != AF_UNSPEC ? &settings->source_v4
							      : &settings->source_v6;
}

static void take_bucket(struct loader *l, const struct text *text, struct buckets *buckets)
{
	struct span limit, before = { 0 };

	if (buckets->count > 0)
		before = buckets->limits[buckets->count - 1];
	if (!span_parse(view_of(text->text), &limit) || limit.ns > BUCKET_LONGEST.ns)
		errors_add(&l->errors, text->place,
			   "such as \"250ms\", at most \"1h\"; or \"none\" alone",
			   "%s is not a limit of a histogram", QUOTE(view_of(text->text)));
	else if (limit.ns <= before.ns)
		errors_add(
		    &l->errors, text->place, "each must be longer than the one before",
		    "histogram_buckets: %s is out of order", QUOTE(view_of(text->text)));
	else
		buckets->limits[buckets->count++] = limit;
}

static void take_buckets(struct loader *l, struct buckets *buckets)
{
	const struct texts *texts = &l->top.histogram_buckets;

	if (!draft_has(&l->top.head, FILE_HISTOGRAM_BUCKETS))
		return;
	buckets->count = 0;
	if (texts->count == 1 && strcmp(texts->list[0].text, "none") == 0)
		return;
	for (size_t i = 0; i < texts->count && i < BUCKETS_MAX; i++)
		take_bucket(l, &texts->list[i], buckets);
}

void settings_take(struct loader *l)
{
	struct settings *settings = &l->plan->settings;

	check_span(l, FILE_RETRY_INTERVAL, "retry_interval", l->top.retry_interval);
	check_span(l, FILE_TIMEOUT, "timeout", l->top.timeout);
	settings->threads = l->top.threads;
	settings->in_flight_max = l->top.in_flight_max;
	settings->per_address_max = l->top.per_address_max;
	settings->transcripts = (enum transcripts)l->top.transcripts;
	settings->tls_min = (enum tls_version)l->top.tls_min;
	take_trust(l, &settings->tls);
	take_client(l, &settings->tls);
	settings->policy.settle = l->top.capabilities_settle;
	take_expiry(l, &settings->policy);
	take_resolvers(l, settings);
	settings->trust_ad = l->top.trust_ad;
	take_buckets(l, &settings->buckets);
	for (size_t i = 0; i < l->top.source_address.count; i++)
		take_source(l, &l->top.source_address.list[i], settings);
	if (l->top.ehlo_name != NULL)
		settings->ehlo_name = l->top.ehlo_name;
	else if (!l->no_files)
		settings->ehlo_name =
		    ehlo_name_default(&l->plan->arena, own_source(settings));
}
