/* probe_metrics.c - the table of metrics is at the end; above it the functions that read
 * each row. */
#include "probe_metrics.h"

#include "encoder.h"
#include "subject.h"

/* Where samples are read from. */
struct found {
	const struct result *result;
	struct span timeout;
};

static bool succeeded(const struct result *r)
{
	return r->state == STATE_OK || r->state == STATE_WARNING;
}

static struct number milliseconds(struct moment m)
{
	return (struct number){ m.ms, 3 };
}

static struct number probe_metrics_nanoseconds(struct span s)
{
	return (struct number){ s.ns, 9 };
}

static void put_labelled(struct encoder *e, const char *name, const char *value,
			 struct number number)
{
	encoder_labels(e, &(struct label){ name, value }, 1, number);
}

/* --- metrics of the blackbox_exporter ----------------------------------------------------- */

static void probe_metrics_read_success(struct encoder *e, const struct found *f)
{
	encoder_number(e, number_of(succeeded(f->result)));
}

static void probe_metrics_read_duration(struct encoder *e, const struct found *f)
{
	encoder_number(e, probe_metrics_nanoseconds(f->result->took));
}

static void read_timeout(struct encoder *e, const struct found *f)
{
	encoder_number(e, probe_metrics_nanoseconds(f->timeout));
}

static void read_lookup(struct encoder *e, const struct found *f)
{
	struct span took = f->result->phases[PHASE_DNS];

	encoder_number(e, took.ns > 0 ? probe_metrics_nanoseconds(took) : number_of(0));
}

static void read_protocol(struct encoder *e, const struct found *f)
{
	int family = f->result->address.any.sa_family;

	encoder_number(e, number_of(family == AF_INET ? 4 : family == AF_INET6 ? 6 : 0));
}

/* 32-bit FNV-1a of the bytes of the address; 0: no address. */
static void read_address_hash(struct encoder *e, const struct found *f)
{
	const struct address *a = &f->result->address;
	const uint8_t *bytes = (const uint8_t *)&a->v4.sin_addr;
	size_t n = sizeof(a->v4.sin_addr);
	uint32_t hash = 2166136261U;

	if (a->any.sa_family == AF_INET6) {
		bytes = a->v6.sin6_addr.s6_addr;
		n = sizeof(a->v6.sin6_addr);
	}
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ bytes[i]) * 16777619U;
	encoder_number(e, number_of(a->any.sa_family == AF_UNSPEC ? 0 : hash));
}

/* Set if the server answered, but not as the protocol requires: the blackbox_exporter's
 * regular expressions are for that. */
static void read_unexpected(struct encoder *e, const struct found *f)
{
	switch (f->result->dialogue_fault) {
	case FAULT_PROTOCOL:
	case FAULT_REJECTED:
	case FAULT_UNAVAILABLE:
	case FAULT_TEMPFAIL:
	case FAULT_THROTTLED:
	case FAULT_STARTTLS_UNAVAILABLE:
	case FAULT_STARTTLS_REFUSED:
		encoder_number(e, number_of(1));
		break;
	default:
		encoder_number(e, number_of(0));
	}
}

static void read_earliest_expiry(struct encoder *e, const struct found *f)
{
	if (f->result->certificate)
		encoder_number(e, milliseconds(f->result->sent_not_after));
}

/* Without a verified chain this is the year 1, Go's zero time, as in the
 * blackbox_exporter. */
static void read_chain_expiry(struct encoder *e, const struct found *f)
{
	struct moment end = f->result->chain_not_after;

	if (f->result->certificate)
		encoder_number(e,
			       end.ms != 0 ? milliseconds(end) : number_of(-62135596800));
}

static bool probe_metrics_is_name(const char *text)
{
	struct address address;

	return !address_parse(view_of(text), 0, &address);
}

static void probe_metrics_put_names(struct strbuf *out, const struct certificate *c)
{
	size_t put = 0;

	for (size_t i = 0; i < c->name_count; i++) {
		if (!probe_metrics_is_name(c->names[i]))
			continue;
		strbuf_text(out, put++ > 0 ? "," : "");
		strbuf_text(out, c->names[i]);
	}
}

static void read_leaf(struct encoder *e, const struct found *f)
{
	const struct certificate *c = f->result->certificate;
	struct strbuf texts[3];

	if (!c)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		strbuf_init(&texts[i]);
	subject_put(&texts[0], c->subject);
	subject_put(&texts[1], c->issuer);
	probe_metrics_put_names(&texts[2], c);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		strbuf_put(&texts[i], (struct view){ "", 1 });
		e->out->failed = e->out->failed || texts[i].failed;
	}
	if (!e->out->failed) {
		const struct label labels[] = { { "fingerprint_sha256", c->fingerprint },
						{ "issuer", texts[1].p },
						{ "serialnumber", c->serial },
						{ "subject", texts[0].p },
						{ "subjectalternative", texts[2].p } };

		encoder_labels(e, labels, ARRAY_SIZE(labels), number_of(1));
	}
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		strbuf_fini(&texts[i]);
}

/* Go writes "TLS 1.3" for "TLSv1.3". */
static void read_tls_version(struct encoder *e, const struct found *f)
{
	const char *version = f->result->tls_version;
	char text[32];
	struct buffer b;

	if (!version)
		return;
	buffer_init(&b, text, sizeof(text));
	if (view_starts(view_of(version), "TLSv"))
		buffer_format(&b, "TLS %s%s", version + strlen("TLSv"),
			      strchr(version, '.') ? "" : ".0");
	else
		buffer_text(&b, version);
	put_labelled(e, "version", buffer_string(&b), number_of(1));
}

static void read_tls_cipher(struct encoder *e, const struct found *f)
{
	if (f->result->tls_cipher)
		put_labelled(e, "cipher", f->result->tls_cipher, number_of(1));
}

/* --- metrics of our own ------------------------------------------------------------------- */

static void probe_metrics_read_state(struct encoder *e, const struct found *f)
{
	encoder_number(e, number_of(f->result->state));
}

static void probe_metrics_read_fault(struct encoder *e, const struct found *f)
{
	const struct result *r = f->result;
	const struct label labels[] = { { "fault", fault_name(r->fault) },
					{ "phase", phase_name(r->phase) } };

	if (r->fault != FAULT_OK)
		encoder_labels(e, labels, ARRAY_SIZE(labels), number_of(1));
}

static void probe_metrics_read_phases(struct encoder *e, const struct found *f)
{
	for (unsigned i = 0; i < PHASE_COUNT; i++)
		if (f->result->phases[i].ns >= 0)
			put_labelled(e, "phase", phase_name((enum phase)i),
				     probe_metrics_nanoseconds(f->result->phases[i]));
}

static void read_verified(struct encoder *e, const struct found *f)
{
	if (f->result->certificate)
		encoder_number(e, number_of((f->result->flags & RESULT_VERIFIED) != 0));
}

static void probe_metrics_read_certificate_faults(struct encoder *e, const struct found *f)
{
	if (!f->result->certificate)
		return;
	for (unsigned i = CERT_FAULT_FIRST; i <= CERT_FAULT_LAST; i++)
		put_labelled(e, "fault", fault_name((enum fault)i),
			     number_of((f->result->cert_faults & CERT_FAULT_BIT(i)) != 0));
}

static void probe_metrics_read_reply_code(struct encoder *e, const struct found *f)
{
	if (f->result->code > 0)
		encoder_number(e, number_of(f->result->code));
}

static void probe_metrics_read_messages(struct encoder *e, const struct found *f)
{
	if (f->result->messages >= 0)
		encoder_number(e, number_of(f->result->messages));
}

static void probe_metrics_read_late(struct encoder *e, const struct found *f)
{
	encoder_number(e, number_of((f->result->flags & RESULT_LATE) != 0));
}

static void probe_metrics_read_waited(struct encoder *e, const struct found *f)
{
	if (f->result->waited.ns > 0)
		encoder_number(e, probe_metrics_nanoseconds(f->result->waited));
}

/* clang-format off */
#define GAUGE_ROW(name, read, help) { { name, help, GAUGE, "", NULL }, read }
static const struct {
	struct family family;
	void (*read)(struct encoder *, const struct found *);
} rows[] = {
	GAUGE_ROW("probe_dns_lookup_time_seconds", read_lookup,
		"Returns the time taken for probe dns lookup in seconds"),
	GAUGE_ROW("probe_duration_seconds", probe_metrics_read_duration,
		"Returns how long the probe took to complete in seconds"),
	GAUGE_ROW("probe_failed_due_to_regex", read_unexpected,
		"Indicates if probe failed due to regex"),
	GAUGE_ROW("probe_ip_addr_hash", read_address_hash,
		"Specifies the hash of IP address. It's useful to detect if the IP address changes."),
	GAUGE_ROW("probe_ip_protocol", read_protocol,
		"Specifies whether probe ip protocol is IP4 or IP6"),
	GAUGE_ROW("probe_ssl_earliest_cert_expiry", read_earliest_expiry,
		"Returns last SSL chain expiry in unixtime"),
	GAUGE_ROW("probe_ssl_last_chain_expiry_timestamp_seconds", read_chain_expiry,
		"Returns last SSL chain expiry in timestamp"),
	GAUGE_ROW("probe_ssl_last_chain_info", read_leaf,
		"Contains SSL leaf certificate information"),
	GAUGE_ROW("probe_success", probe_metrics_read_success,
		"Displays whether or not the probe was a success"),
	GAUGE_ROW("probe_timeout_seconds", read_timeout,
		"Returns how long the probe timeout is in seconds"),
	GAUGE_ROW("probe_tls_cipher_info", read_tls_cipher,
		"Returns the TLS cipher negotiated during handshake"),
	GAUGE_ROW("probe_tls_version_info", read_tls_version,
		"Returns the TLS version used or NaN when unknown"),

	GAUGE_ROW("probe_fault", probe_metrics_read_fault,
		"1 for the fault that decided the verdict and the phase it was in; absent when there is none."),
	GAUGE_ROW("probe_late", probe_metrics_read_late,
		"1 if the exporter itself was late during the probe, so that its durations are too long."),
	GAUGE_ROW("probe_mailbox_messages", probe_metrics_read_messages,
		"Messages in the mailbox that was logged in to."),
	GAUGE_ROW("probe_phase_duration_seconds", probe_metrics_read_phases,
		"How long each phase of the probe took; phases it did not reach are absent."),
	GAUGE_ROW("probe_reply_code", probe_metrics_read_reply_code,
		"SMTP or LMTP reply code that decided the probe, or else of the greeting."),
	GAUGE_ROW("probe_state", probe_metrics_read_state,
		"Verdict: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."),
	GAUGE_ROW("probe_wait_seconds", probe_metrics_read_waited,
		"How long the probe waited for a connection, because in_flight_max or per_address_max were reached; absent if it did not wait."),
	GAUGE_ROW("probe_tls_certificate_fault", probe_metrics_read_certificate_faults,
		"1 for each thing wrong with the server's certificate, 0 for each that is in order."),
	GAUGE_ROW("probe_tls_verified", read_verified,
		"Whether the certificate was verified: a chain to a trusted root, the right name, the dates."),
};
/* clang-format on */

void probe_metrics_put(struct strbuf *out, const struct result *result, struct span timeout)
{
	const struct found found = { result, timeout };
	struct encoder encoder = { .out = out, .format = TEXT_PROMETHEUS };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		encoder_family(&encoder, &rows[i].family);
		rows[i].read(&encoder, &found);
	}
	encoder_fini(&encoder);
}

const struct family *probe_metrics_family(size_t i)
{
	return i < ARRAY_SIZE(rows) ? &rows[i].family : NULL;
}
