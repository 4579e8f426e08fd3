/* fact.c - the table of facts, at the end of the file, and a function for each row that reads it. */
#include "fact.h"

#include "buffer.h"

#include <string.h>

static bool get_text(struct fact_value *v, const char *text)
{
	v->text = text;
	return true;
}

static bool get_number(struct fact_value *v, int64_t number, bool known)
{
	v->number = number;
	return known;
}

static bool get_time(struct fact_value *v, struct moment time)
{
	v->time = time;
	return time.ms != 0;
}

static bool get_flag(struct fact_value *v, unsigned flags, unsigned flag)
{
	v->flag = (flags & flag) != 0;
	return true;
}

static bool get_faults(struct fact_value *v, unsigned set, enum fault first)
{
	v->faults.set = set;
	v->faults.first = first;
	return true;
}

/* --- the verdict -------------------------------------------------------------------------- */

static bool get_address(const struct fact_subject *s, struct fact_value *v)
{
	v->text = address_text(&s->result->address, v->storage);
	return s->result->address.any.sa_family != AF_UNSPEC;
}

static bool get_state(const struct fact_subject *s, struct fact_value *v)
{
	return get_text(v, state_name(s->result->state));
}

static bool get_fault(const struct fact_subject *s, struct fact_value *v)
{
	return get_text(v, fault_name(s->result->fault));
}

static bool get_phase(const struct fact_subject *s, struct fact_value *v)
{
	return get_text(v, phase_name(s->result->phase));
}

static bool get_reason(const struct fact_subject *s, struct fact_value *v)
{
	return get_text(v, s->reason);
}

/* --- times and counts --------------------------------------------------------------------- */

static bool get_timestamp(const struct fact_subject *s, struct fact_value *v)
{
	return get_time(v, s->result->at);
}

static bool get_waited(const struct fact_subject *s, struct fact_value *v)
{
	v->span = s->result->waited;
	return true;
}

static bool get_duration(const struct fact_subject *s, struct fact_value *v)
{
	v->span = s->result->took;
	return true;
}

static bool get_phases(const struct fact_subject *s, struct fact_value *v)
{
	v->phases = s->result->phases;
	return true;
}

static bool get_late(const struct fact_subject *s, struct fact_value *v)
{
	return get_flag(v, s->result->flags, RESULT_LATE);
}

static bool get_since(const struct fact_subject *s, struct fact_value *v)
{
	return s->record != NULL && get_time(v, s->record->since);
}

static bool get_last_success(const struct fact_subject *s, struct fact_value *v)
{
	v->time.ms = 0;
	return s->record != NULL && get_time(v, s->record->last_success);
}

static bool get_probes(const struct fact_subject *s, struct fact_value *v)
{
	return s->record != NULL && get_number(v, (int64_t)s->record->probes, true);
}

static bool get_failures(const struct fact_subject *s, struct fact_value *v)
{
	return s->record != NULL && get_number(v, (int64_t)s->record->failures, true);
}

static bool get_probe_counts(const struct fact_subject *s, struct fact_value *v)
{
	struct buffer b;

	if (s->record == NULL)
		return false;
	buffer_init(&b, v->storage, sizeof(v->storage));
	buffer_format(&b, "%llu, of which %llu failed",
		      (unsigned long long)s->record->probes,
		      (unsigned long long)s->record->failures);
	return get_text(v, buffer_string(&b));
}

/* --- the server's reply ------------------------------------------------------------------- */

static bool get_reply(const struct fact_subject *s, struct fact_value *v)
{
	struct buffer b;

	buffer_init(&b, v->storage, sizeof(v->storage));
	if (s->result->code > 0)
		buffer_format(&b, "%d %s", s->result->code, s->result->enhanced);
	return get_text(v, buffer_string(&b));
}

static bool get_reply_code(const struct fact_subject *s, struct fact_value *v)
{
	return get_number(v, s->result->code, s->result->code > 0);
}

static bool get_enhanced(const struct fact_subject *s, struct fact_value *v)
{
	return get_text(v, s->result->enhanced);
}

static bool get_reply_text(const struct fact_subject *s, struct fact_value *v)
{
	return get_text(v, s->result->text);
}

/* --- the certificate ---------------------------------------------------------------------- */

static bool get_certificate(const struct fact_subject *s, struct fact_value *v)
{
	const struct certificate *c = s->result->certificate;
	char begin[MOMENT_TEXT_MAX], end[MOMENT_TEXT_MAX];
	struct certificate_label label;
	struct buffer b;

	if (c == NULL)
		return false;
	label = certificate_label(c);
	buffer_init(&b, v->storage, sizeof(v->storage));
	if (strcmp(label.text, c->serial) == 0)
		buffer_format(&b, "%s ", label.kind);
	buffer_format(&b, "%s, issued by %s, %s to %s", label.text,
		      c->issuer[0] != '\0' ? c->issuer : "an authority without a name",
		      moment_text(c->not_before, begin), moment_text(c->not_after, end));
	return get_text(v, buffer_string(&b));
}

/* "intermediate 'CN=Example CA' above it" */
static bool get_decider(const struct fact_subject *s, struct fact_value *v)
{
	const struct certificate *c = s->result->decider;
	struct buffer b;

	if (c == NULL)
		return false;
	buffer_init(&b, v->storage, sizeof(v->storage));
	buffer_format(&b, "%s '%s' above it", certificate_place(c),
		      certificate_label(c).text);
	return get_text(v, buffer_string(&b));
}

static bool get_verified(const struct fact_subject *s, struct fact_value *v)
{
	return get_flag(v, s->result->flags, RESULT_VERIFIED);
}

static bool get_cert_faults(const struct fact_subject *s, struct fact_value *v)
{
	return s->result->certificate != NULL &&
	       get_faults(v, s->result->cert_faults, CERT_FAULT_FIRST);
}

static bool get_cert_detail(const struct fact_subject *s, struct fact_value *v)
{
	return s->result->certificate != NULL && get_text(v, s->result->cert_detail);
}

static bool get_not_before(const struct fact_subject *s, struct fact_value *v)
{
	const struct certificate *c = s->result->certificate;

	return c != NULL && get_time(v, c->not_before);
}

static bool get_not_after(const struct fact_subject *s, struct fact_value *v)
{
	const struct certificate *c = s->result->certificate;

	return c != NULL && get_time(v, c->not_after);
}

static bool get_chain_not_after(const struct fact_subject *s, struct fact_value *v)
{
	return get_time(v, s->result->chain_not_after);
}

/* The end of the chain, if it differs from the end of the certificate. */
static bool get_chain_end(const struct fact_subject *s, struct fact_value *v)
{
	const struct certificate *c = s->result->certificate;

	return c != NULL && s->result->chain_not_after.ms != c->not_after.ms &&
	       get_time(v, s->result->chain_not_after);
}

static bool get_tls_name(const struct fact_subject *s, struct fact_value *v)
{
	return get_text(v, s->target->tls_name);
}

static bool get_names(const struct fact_subject *s, struct fact_value *v)
{
	const struct certificate *c = s->result->certificate;

	if (c == NULL)
		return false;
	v->texts.list = (const char *const *)c->names;
	v->texts.count = c->name_count;
	return true;
}

static bool get_subject(const struct fact_subject *s, struct fact_value *v)
{
	const struct certificate *c = s->result->certificate;

	return c != NULL && get_text(v, c->subject);
}

static bool get_issuer(const struct fact_subject *s, struct fact_value *v)
{
	const struct certificate *c = s->result->certificate;

	return c != NULL && get_text(v, c->issuer);
}

static bool get_key(const struct fact_subject *s, struct fact_value *v)
{
	const struct certificate *c = s->result->certificate;
	struct buffer b;

	if (c == NULL || c->key_kind == NULL)
		return false;
	buffer_init(&b, v->storage, sizeof(v->storage));
	buffer_format(&b, "%s, %d bits", c->key_kind, c->key_bits);
	return get_text(v, buffer_string(&b));
}

static bool get_signature(const struct fact_subject *s, struct fact_value *v)
{
	const struct certificate *c = s->result->certificate;

	return c != NULL && get_text(v, c->signature);
}

static bool get_serial(const struct fact_subject *s, struct fact_value *v)
{
	const struct certificate *c = s->result->certificate;

	return c != NULL && get_text(v, c->serial);
}

static bool get_fingerprint(const struct fact_subject *s, struct fact_value *v)
{
	const struct certificate *c = s->result->certificate;

	return c != NULL && get_text(v, c->fingerprint);
}

/* --- TLS and DANE ------------------------------------------------------------------------- */

static bool get_tls(const struct fact_subject *s, struct fact_value *v)
{
	const struct result *r = s->result;
	struct buffer b;

	if (r->tls_version == NULL)
		return false;
	buffer_init(&b, v->storage, sizeof(v->storage));
	buffer_format(&b, "%s, %s", r->tls_version, r->tls_cipher ? r->tls_cipher : "");
	return get_text(v, buffer_string(&b));
}

static bool get_tls_version(const struct fact_subject *s, struct fact_value *v)
{
	return get_text(v, s->result->tls_version);
}

static bool get_tls_cipher(const struct fact_subject *s, struct fact_value *v)
{
	return get_text(v, s->result->tls_cipher);
}

static bool get_certificate_asked(const struct fact_subject *s, struct fact_value *v)
{
	return get_flag(v, s->result->flags, RESULT_CERT_ASKED);
}

static bool get_dane(const struct fact_subject *s, struct fact_value *v)
{
	return get_text(v, dane_name(s->result->dane)) && s->result->dane != DANE_OFF;
}

static bool get_dane_explained(const struct fact_subject *s, struct fact_value *v)
{
	struct buffer b;

	buffer_init(&b, v->storage, sizeof(v->storage));
	buffer_text(&b, dane_name(s->result->dane));
	if (s->result->dane == DANE_VALID_KEY)
		buffer_text(&b, ", by the server's own TLSA record: its dates and names do "
				"not count");
	return get_text(v, buffer_string(&b)) && s->result->dane != DANE_OFF;
}

/* --- the rest ----------------------------------------------------------------------------- */

static bool get_messages(const struct fact_subject *s, struct fact_value *v)
{
	return get_number(v, s->result->messages, s->result->messages >= 0);
}

static bool get_mailbox(const struct fact_subject *s, struct fact_value *v)
{
	struct buffer b;

	buffer_init(&b, v->storage, sizeof(v->storage));
	buffer_format(&b, "%lld messages", (long long)s->result->messages);
	return get_text(v, buffer_string(&b)) && s->result->messages >= 0;
}

static bool get_held_until(const struct fact_subject *s, struct fact_value *v)
{
	return get_time(v, s->result->held_until);
}

static bool get_notices(const struct fact_subject *s, struct fact_value *v)
{
	return get_faults(v, s->result->notices, NOTICE_FIRST);
}

static bool get_notice_detail(const struct fact_subject *s, struct fact_value *v)
{
	return get_text(v, s->result->notice_detail);
}

static bool get_offered(const struct fact_subject *s, struct fact_value *v)
{
	return get_text(v, transcript_offered_after(s->result->transcript));
}

static bool get_offered_before(const struct fact_subject *s, struct fact_value *v)
{
	return get_text(v, transcript_offered_before(s->result->transcript));
}

static bool get_dialogue(const struct fact_subject *s, struct fact_value *v)
{
	return get_text(v, transcript_text(s->result->transcript));
}

/* clang-format off */
enum {
	BOTH = FACT_PLUGIN | FACT_STATUS,
	OLD_PLUGIN = FACT_PLUGIN | FACT_DEPRECATED,
	OLD_STATUS = FACT_STATUS | FACT_DEPRECATED,
};

/* In the order of the page and of -v. */
const struct fact facts[] = {
	{ "state", FACT_WORD, BOTH, get_state, .metric = "mailvane_probe_state" },
	{ "fault", FACT_WORD, BOTH, get_fault, .help = "ok, or the word that decided: see check_mail --explain" },
	{ "phase", FACT_WORD, BOTH, get_phase, .help = "the phase in which it was found" },
	{ "reason", FACT_TEXT, BOTH, get_reason, .help = "the verdict in one sentence for people" },
	{ "since", FACT_TIME, FACT_STATUS, get_since, .help = "when the state began",
	  .metric = "mailvane_probe_state_since_timestamp_seconds" },
	{ "timestamp", FACT_TIME, BOTH | FACT_PROBE_CARD | FACT_AS_AGE, get_timestamp, .help = "when the probe began",
	  .label = "Probed", .metric = "mailvane_probe_last_run_timestamp_seconds" },
	{ "last_success", FACT_TIME, FACT_STATUS | FACT_PROBE_CARD | FACT_AS_AGE, get_last_success,
	  .label = "Last success", .metric = "mailvane_probe_last_success_timestamp_seconds" },
	{ "duration_seconds", FACT_SECONDS, BOTH, get_duration, .help = "how long the probe took",
	  .metric = "mailvane_probe_duration_seconds" },
	{ "phases", FACT_PHASES, BOTH, get_phases, .help = "how long each phase took, in seconds; what was not reached is null or absent",
	  .metric = "mailvane_probe_phase_duration_seconds" },
	{ "late", FACT_FLAG, FACT_STATUS, get_late, .help = "the exporter itself was behind", .metric = "mailvane_probe_late" },
	{ "waited_seconds", FACT_SECONDS, FACT_STATUS, get_waited, .help = "how long it waited for a connection: in_flight_max, per_address_max",
	  .metric = "mailvane_probe_wait_seconds" },
	{ "probes", FACT_NUMBER, FACT_STATUS, get_probes, .metric = "mailvane_probes_total" },
	{ "failures", FACT_NUMBER, FACT_STATUS, get_failures, .metric = "mailvane_probe_failures_total" },
	{ "probe_counts", FACT_WORD, FACT_PROBE_CARD, get_probe_counts, .label = "Probes" },
	{ "address", FACT_TEXT, BOTH | FACT_PROBE_CARD, get_address, .help = "the one connected to", .label = "Address" },

	{ "reply", FACT_GROUP, BOTH | FACT_PROBE_CARD, get_reply, .help = "the one that decided, or the greeting", .label = "Reply code" },
	{ "reply.code", FACT_NUMBER, BOTH, get_reply_code, .help = "of SMTP and LMTP", .metric = "mailvane_reply_code" },
	{ "reply.enhanced", FACT_TEXT, BOTH, get_enhanced, .help = "the enhanced status code (RFC 3463), or the response code of IMAP and POP3" },
	{ "reply.text", FACT_TEXT, BOTH, get_reply_text, .help = "the server's own words" },

	{ "certificate", FACT_GROUP, BOTH | FACT_VERBOSE, get_certificate, .help = "the server's, trusted or not", .line = "certificate " },
	{ "certificate.verified", FACT_FLAG, BOTH, get_verified, .help = "a chain to a trusted root exists and the name is right" },
	{ "certificate.faults", FACT_FAULTS, BOTH | FACT_VERBOSE, get_cert_faults, .help = "all that is wrong with it", .line = "",
	  .metric = "mailvane_tls_certificate_fault" },
	{ "certificate.detail", FACT_TEXT, BOTH | FACT_VERBOSE, get_cert_detail, .help = "why it is not trusted", .line = "" },
	{ "certificate.not_before", FACT_TIME, BOTH | FACT_CERT_CARD, get_not_before, .label = "Valid from",
	  .metric = "mailvane_tls_certificate_not_before_timestamp_seconds" },
	{ "certificate.not_after", FACT_TIME, BOTH | FACT_CERT_CARD, get_not_after, .label = "Valid until",
	  .metric = "mailvane_tls_certificate_not_after_timestamp_seconds" },
	{ "certificate.chain_not_after", FACT_TIME, BOTH, get_chain_not_after, .help = "first end in the verified chain",
	  .metric = "mailvane_tls_chain_not_after_timestamp_seconds" },
	{ "certificate.decider", FACT_TEXT, BOTH | FACT_CERT_CARD | FACT_VERBOSE, get_decider, .help = "the certificate above the server's own whose dates decide, if one does",
	  .label = "Decided by", .line = "its validity is decided by the ", .metric = "mailvane_tls_certificate_decider_info" },
	{ "certificate.chain_end", FACT_TIME, FACT_CERT_CARD, get_chain_end, .label = "Chain until" },
	{ "certificate.asked_for", FACT_TEXT, FACT_CERT_CARD, get_tls_name, .label = "Asked for" },
	{ "certificate.names", FACT_TEXTS, BOTH | FACT_CERT_CARD, get_names, .label = "Names" },
	{ "certificate.subject", FACT_TEXT, BOTH | FACT_CERT_CARD, get_subject, .label = "Subject" },
	{ "certificate.issuer", FACT_TEXT, BOTH | FACT_CERT_CARD, get_issuer, .label = "Issuer" },
	{ "certificate.key", FACT_WORD, FACT_CERT_CARD, get_key, .label = "Key" },
	{ "certificate.signature", FACT_TEXT, FACT_CERT_CARD, get_signature, .label = "Signature" },
	{ "certificate.serial", FACT_TEXT, BOTH | FACT_CERT_CARD, get_serial, .label = "Serial" },
	{ "certificate.fingerprint_sha256", FACT_TEXT, BOTH | FACT_CERT_CARD, get_fingerprint, .label = "SHA-256" },

	{ "tls", FACT_GROUP, BOTH | FACT_PROBE_CARD, get_tls, .label = "TLS", .metric = "mailvane_tls_info" },
	{ "tls.version", FACT_WORD, BOTH, get_tls_version, .help = "TLSv1.2, TLSv1.3" },
	{ "tls.cipher", FACT_WORD, BOTH, get_tls_cipher, .help = "the cipher suite, by the name OpenSSL has for it" },
	{ "tls.verified", FACT_FLAG, OLD_PLUGIN, get_verified, .help = "now certificate.verified" },
	{ "tls.client_certificate_asked", FACT_FLAG, BOTH | FACT_VERBOSE, get_certificate_asked,
	  .line = "the server asks for a client certificate" },
	{ "dane", FACT_WORD, BOTH | FACT_PROBE_CARD, get_dane, .help = "the TLSA records of the host, and the certificate held against them",
	  .label = "DANE", .absent = "off", .metric = "mailvane_dane_valid" },
	{ "dane_explained", FACT_WORD, FACT_VERBOSE, get_dane_explained, .line = "DANE: " },

	{ "messages", FACT_NUMBER, BOTH, get_messages, .help = "in the mailbox", .metric = "mailvane_mailbox_messages" },
	{ "mailbox", FACT_WORD, FACT_PROBE_CARD, get_mailbox, .label = "Mailbox" },
	{ "login_held_until", FACT_TIME, BOTH | FACT_PROBE_CARD, get_held_until, .help = "the account failed and is left alone until then",
	  .label = "Next login", .metric = "mailvane_auth_suspended_until_timestamp_seconds" },
	{ "notices", FACT_FAULTS, BOTH | FACT_PROBE_CARD | FACT_VERBOSE, get_notices, .help = "what is odd without being in the way",
	  .label = "Noticed", .line = "note: ", .metric = "mailvane_probe_notice" },
	{ "notice_detail", FACT_TEXT, BOTH | FACT_PROBE_CARD | FACT_VERBOSE, get_notice_detail, .help = "all notices in words", .line = "" },

	{ "offered", FACT_GROUP, FACT_PLUGIN, get_offered, .help = "the capabilities the server offered" },
	{ "offered.before_tls", FACT_LINES, FACT_PLUGIN, get_offered_before, .help = "what was offered in clear" },
	{ "offered.after_tls", FACT_LINES, FACT_PLUGIN, get_offered, .help = "what was offered inside TLS" },
	{ "dialogue", FACT_LINES, FACT_PLUGIN, get_dialogue, .help = "a line for each line, secrets as their template" },

	{ "began", FACT_TIME, OLD_PLUGIN, get_timestamp, .help = "now timestamp" },
	{ "seconds", FACT_SECONDS, OLD_PLUGIN, get_duration, .help = "now duration_seconds" },
	{ "text", FACT_TEXT, OLD_STATUS, get_reason, .help = "now reason" },
	{ "said", FACT_TEXT, OLD_STATUS, get_reply_text, .help = "now reply.text" },
	{ "code", FACT_NUMBER, OLD_STATUS, get_reply_code, .help = "now reply.code" },
	{ "last_run", FACT_TIME, OLD_STATUS, get_timestamp, .help = "now timestamp" },
	{ "duration", FACT_SECONDS, OLD_STATUS, get_duration, .help = "now duration_seconds" },
};
/* clang-format on */

const size_t fact_count = ARRAY_SIZE(facts);

const char *fact_name(const struct fact *f)
{
	const char *point = strrchr(f->key, '.');

	return point != NULL ? point + 1 : f->key;
}

bool fact_is_in(const struct fact *f, const struct fact *group)
{
	size_t n = strlen(group->key);

	return strncmp(f->key, group->key, n) == 0 && f->key[n] == '.';
}
