/* schema.c - the table of all keys. A new key is a row here, its number and field in
 * schema.h, and the line that uses it. */
#include "schema.h"

#include "mechanism_choice.h"
#include "suggest.h"

#include <string.h>

#define MS     UINT64_C(1)
#define SECOND (1000 * MS)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

/* In the order of their enums. */
static const char *const tls_mode_words[] = { "none", "opportunistic", "starttls",
					      "implicit", NULL };
static const char *const transcript_words[] = { "none", "failures", "all", NULL };
static const char *const dane_words[] = { "check", "off", "require", NULL };
static const char *const address_words[] = { "first", "ipv4", "ipv6", "each", NULL };

/* clang-format off */
#define IN_FILE(field) offsetof(struct file_draft, field)
static const struct key file_keys[] = {
[FILE_INTERVAL] = { "interval", KIND_SPAN, 0, IN_FILE(interval), SECOND, DAY,
	.preset = "60s", .help = "time between two probes of a target" },
[FILE_RETRY_INTERVAL] = { "retry_interval", KIND_SPAN, 0, IN_FILE(retry_interval), SECOND, DAY,
	.preset = "15s", .note = "but never longer than the interval",
	.help = "time to the next probe after a failure, and while a change of state waits to be confirmed; at most the interval" },
[FILE_TIMEOUT] = { "timeout", KIND_SPAN, 0, IN_FILE(timeout), 100 * MS, 10 * MINUTE,
	.preset = "10s", .note = "but never longer than the interval",
	.help = "time a probe may take in all, names and TLS included; at most the interval" },
[FILE_CONFIRM] = { "confirm", KIND_COUNT, 0, IN_FILE(confirm), 1, CONFIRM_MAX,
	.preset = "2", .help = "probes in a row that agree before a change of state is logged and told to schedulers; pages and mailvane_probe_state show each at once" },
[FILE_NAMES_INTERVAL] = { "names_interval", KIND_SPAN, 0, IN_FILE(names_interval), MINUTE, 7 * DAY,
	.preset = "1h", .help = "time in which each name of a names_file is asked for once" },
[FILE_EHLO_NAME] = { "ehlo_name", KIND_EHLO, 0, IN_FILE(ehlo_name),
	.note = "the machine's full name; if it has none, its address as a literal",
	.help = "how to introduce ourselves to SMTP servers (RFC 5321 section 4.1.1.1)" },
[FILE_CA_FILE] = { "ca_file", KIND_PATH, 0, IN_FILE(ca_file),
	.note = "the system's store",
	.help = "trusted root certificates, one PEM file" },
[FILE_CA_PATH] = { "ca_path", KIND_PATH, 0, IN_FILE(ca_path),
	.note = "the system's store",
	.help = "trusted root certificates, a folder hashed by openssl rehash" },
[FILE_CLIENT_CERT] = { "client_cert", KIND_PATH, 0, IN_FILE(client_cert),
	.help = "shown to servers that ask for a certificate: a PEM file with it and those above it" },
[FILE_CLIENT_KEY] = { "client_key", KIND_PATH, 0, IN_FILE(client_key),
	.help = "its key, not encrypted, in PEM; others must not read it" },
[FILE_TLS_MIN] = { "tls_min", KIND_WORD, 0, IN_FILE(tls_min), .words = tls_version_names,
	.preset = "TLSv1.2",
	.help = "a connection with an older version is the fault tls_version; services and servers may have their own" },
[FILE_TLS_OBSOLETE_INTERVAL] = { "tls_obsolete_interval", KIND_SPAN, KEY_OFF, IN_FILE(tls_obsolete_interval), MINUTE, 45 * DAY,
	.preset = "24h",
	.help = "time between two looks whether a server accepts TLS 1.0 or 1.1 as well, each a connection of its own: the notice tls_obsolete" },
[FILE_CERTIFICATE] = { "certificate", KIND_GROUP, 0, IN_FILE(certificate),
	.section = SECTION_CERTIFICATE, .help = "when a certificate that ends, or is an old one, is reported" },
[FILE_POLICY] = { "policy", KIND_GROUPS, KEY_GATHERS, .section = SECTION_POLICY,
	.help = "other states than those of verdicts.md, for all servers" },
[FILE_ACCOUNTS] = { "accounts", KIND_GROUPS, KEY_GATHERS, .section = SECTION_ACCOUNT,
	.help = "whom to log in as" },
[FILE_SERVICES] = { "services", KIND_GROUPS, KEY_GATHERS, .section = SECTION_SERVICE,
	.help = "services beside the built-in ones, or other ports and modes for those" },
[FILE_SERVERS] = { "servers", KIND_GROUPS, KEY_GATHERS, .section = SECTION_SERVER,
	.help = "what to probe" },
[FILE_TARGET_FILES] = { "target_files", KIND_TEXTS, KEY_GATHERS, IN_FILE(target_files), 0, TEXTS_MAX,
	.help = "more to probe: patterns of files, .json (Prometheus file_sd) or .csv" },
[FILE_INCLUDE] = { "include", KIND_TEXTS, KEY_GATHERS, IN_FILE(include), 0, TEXTS_MAX,
	.help = "patterns of further configuration files; each key may be set in one of them only" },
[FILE_RESOLVERS] = { "resolvers", KIND_TEXTS, 0, IN_FILE(resolvers), 0, 16,
	.note = "those of /etc/resolv.conf",
	.help = "name servers to ask: \"192.0.2.53\", \"[2001:db8::53]:5353\"" },
[FILE_TRUST_AD] = { "trust_ad", KIND_BOOL, 0, IN_FILE(trust_ad),
	.preset = "false",
	.help = "believe the name servers what they say of DNSSEC (AD): they validate, and the way to them is safe. Those on a loopback address are believed, and those of a resolv.conf with the option trust-ad" },
[FILE_SOURCE_ADDRESS] = { "source_address", KIND_TEXTS, 0, IN_FILE(source_address), 0, 2,
	.note = "the kernel chooses",
	.help = "local addresses to probe from, one of IPv4, one of IPv6" },
[FILE_THREADS] = { "threads", KIND_COUNT, 0, IN_FILE(threads), 1, 64,
	.preset = "1", .help = "engine threads; one does thousands of targets" },
[FILE_IN_FLIGHT_MAX] = { "in_flight_max", KIND_COUNT, 0, IN_FILE(in_flight_max), 1, 100000,
	.preset = "1000", .help = "probes under way at once, in all" },
[FILE_PER_ADDRESS_MAX] = { "per_address_max", KIND_COUNT, 0, IN_FILE(per_address_max), 1, 1000,
	.preset = "4", .help = "probes under way at once to one IP address" },
[FILE_CAPABILITIES_SETTLE] = { "capabilities_settle", KIND_SPAN, 0, IN_FILE(capabilities_settle), SECOND, 30 * DAY,
	.preset = "1d", .help = "how long a server that offers less than before (STARTTLS, a mechanism), or a login in clear, is reported before its offer counts as the usual one" },
[FILE_TRANSCRIPTS] = { "transcripts", KIND_WORD, 0, IN_FILE(transcripts), .words = transcript_words,
	.preset = "failures",
	.help = "of which probes the page shows what was said, without secrets; all: a kilobyte or so of each target" },
[FILE_HISTOGRAM_BUCKETS] = { "histogram_buckets", KIND_TEXTS, 0, IN_FILE(histogram_buckets), 1, BUCKETS_MAX,
	.note = "50ms, 100ms, 250ms, 500ms, 1s, 2.5s, 5s and 10s",
	.help = "upper limits of the histograms of probe durations, ascending; \"none\": no histograms" },
[FILE_PROBE] = { "probe", KIND_GROUP, 0, IN_FILE(probe), .section = SECTION_PROBE,
	.help = "what the exporter's /probe may be asked for" },
[FILE_PASSIVE] = { "passive", KIND_GROUP, 0, IN_FILE(passive), .section = SECTION_PASSIVE,
	.help = "schedulers that are told each result as a passive check" },
};

#define IN_CERTIFICATE(field) offsetof(struct certificate_draft, field)
static const struct key certificate_keys[] = {
[CERTIFICATE_WARNING] = { "warning", KIND_LIMIT, 0, IN_CERTIFICATE(warning),
	.note = "25% or 21d, whichever is shorter",
	.help = "WARNING when less is left than this time or share of the lifetime" },
[CERTIFICATE_CRITICAL] = { "critical", KIND_LIMIT, 0, IN_CERTIFICATE(critical),
	.note = "10% or 7d, whichever is shorter",
	.help = "CRITICAL below this; below 24 hours it always is" },
[CERTIFICATE_OVERLAP] = { "overlap", KIND_SPAN, 0, IN_CERTIFICATE(overlap), SECOND, 30 * DAY,
	.preset = "2h",
	.help = "how long services and addresses of a server may show an old certificate beside a renewed one" },
};

#define IN_ACCOUNT(field) offsetof(struct account_draft, field)
static const struct key account_keys[] = {
[ACCOUNT_NAME] = { "name", KIND_TEXT, KEY_REQUIRED, IN_ACCOUNT(name),
	.help = "how servers refer to it; never sent" },
[ACCOUNT_USER] = { "user", KIND_TEXT, KEY_REQUIRED, IN_ACCOUNT(user),
	.help = "login name" },
[ACCOUNT_PASSWORD_FILE] = { "password_file", KIND_PATH, 0, IN_ACCOUNT(password_file),
	.help = "file with the password in its first and only line; others must not read it" },
[ACCOUNT_TOKEN_FILE] = { "token_file", KIND_PATH, 0, IN_ACCOUNT(token_file),
	.help = "in its place, a file with an OAuth token, for OAUTHBEARER and XOAUTH2; read again when it changes" },
[ACCOUNT_MECHANISM] = { "mechanism", KIND_WORD, 0, IN_ACCOUNT(mechanism), .words = mechanism_names,
	.preset = "best",
	.help = "the only SASL mechanism to log in with; best: the best that is offered, in this order but for EXTERNAL" },
};

#define IN_SERVICE(field) offsetof(struct service_draft, field)
static const struct key service_keys[] = {
[SERVICE_NAME] = { "name", KIND_IDENTIFIER, KEY_REQUIRED, IN_SERVICE(name),
	.help = "how servers refer to it, and its label; a built-in name changes that service" },
[SERVICE_PROTOCOL] = { "protocol", KIND_PROTOCOL, KEY_REQUIRED, IN_SERVICE(protocol),
	.help = "what is spoken there" },
[SERVICE_PORT] = { "port", KIND_COUNT, KEY_REQUIRED, IN_SERVICE(port), 1, 65535,
	.help = "TCP port" },
[SERVICE_TLS] = { "tls", KIND_WORD, KEY_REQUIRED, IN_SERVICE(tls), .words = tls_mode_words,
	.help = "opportunistic: STARTTLS if offered; starttls: STARTTLS or a fault; implicit: TLS from the first byte" },
[SERVICE_TLS_MIN] = { "tls_min", KIND_WORD, 0, IN_SERVICE(tls_min), .words = tls_version_names,
	.note = "as at the top", .help = "an older version is a fault here" },
[SERVICE_LOGIN] = { "login", KIND_BOOL, 0, IN_SERVICE(login),
	.note = "true, but false for protocol lmtp and for smtp on port 25",
	.help = "log in here when the server has an account" },
};

#define IN_SERVER(field) offsetof(struct server_draft, field)
static const struct key server_keys[] = {
[SERVER_NAME] = { "name", KIND_TEXT, 0, IN_SERVER(name),
	.note = "the host", .help = "its label `server`; must be its own" },
[SERVER_HOST] = { "host", KIND_HOST, KEY_REQUIRED, IN_SERVER(host),
	.help = "host name or IP address" },
[SERVER_SERVICES] = { "services", KIND_TEXTS, KEY_REQUIRED, IN_SERVER(services), 1, 100,
	.help = "what to probe there, built-in or from `services`" },
[SERVER_ACCOUNT] = { "account", KIND_TEXT, 0, IN_SERVER(account),
	.note = "no login", .help = "log in as this one, on services that have a login" },
[SERVER_LABELS] = { "labels", KIND_LABELS, 0, IN_SERVER(labels), 0, LABELS_MAX,
	.help = "further labels of its metrics: { site = \"fra1\"; }" },
[SERVER_TLS_NAME] = { "tls_name", KIND_HOST, 0, IN_SERVER(tls_name),
	.note = "the host", .help = "name sent in TLS and expected in the certificate" },
[SERVER_PIN] = { "pin", KIND_TEXTS, 0, IN_SERVER(pin), 1, PINS_MAX,
	.help = "SHA-256 of public keys, \"sha256/BASE64\" or hex: of the server or of an authority it sends; a chain with one of them is trusted without a root, no other is" },
[SERVER_TLS_MIN] = { "tls_min", KIND_WORD, 0, IN_SERVER(tls_min), .words = tls_version_names,
	.note = "as its services have it", .help = "an older version is a fault here" },
[SERVER_TLS_OBSOLETE_INTERVAL] = { "tls_obsolete_interval", KIND_SPAN, KEY_OFF, IN_SERVER(tls_obsolete_interval), MINUTE, 45 * DAY,
	.note = "as at the top", .help = "time between two looks whether TLS 1.0 or 1.1 is accepted as well" },
[SERVER_INTERVAL] = { "interval", KIND_SPAN, 0, IN_SERVER(interval), SECOND, DAY,
	.note = "as at the top", .help = "time between two probes" },
[SERVER_RETRY_INTERVAL] = { "retry_interval", KIND_SPAN, 0, IN_SERVER(retry_interval), SECOND, DAY,
	.note = "as at the top, but never longer than the interval",
	.help = "time to the next probe after a failure" },
[SERVER_TIMEOUT] = { "timeout", KIND_SPAN, 0, IN_SERVER(timeout), 100 * MS, 10 * MINUTE,
	.note = "as at the top", .help = "time a probe may take in all" },
[SERVER_CONFIRM] = { "confirm", KIND_COUNT, 0, IN_SERVER(confirm), 1, CONFIRM_MAX,
	.note = "as at the top", .help = "probes in a row that announce a change of state" },
[SERVER_ADDRESSES] = { "addresses", KIND_WORD, 0, IN_SERVER(addresses), .words = address_words,
	.preset = "first",
	.help = "which addresses of the host: the first that accepts, only IPv4, only IPv6, or each by itself" },
[SERVER_ADDRESS_STATE] = { "address_state", KIND_WORD, KEY_NEAREST, IN_SERVER(address_state), .words = state_names,
	.preset = "WARNING",
	.help = "with addresses = \"each\": the server's state when some addresses are bad and some are not" },
[SERVER_DANE] = { "dane", KIND_WORD, 0, IN_SERVER(dane), .words = dane_words,
	.preset = "check",
	.help = "TLSA records for SMTP (RFC 7672), where a trusted name server has validated them: check: those there are must match; require: they must be there, on any SMTP service with TLS; off: none are looked up" },
[SERVER_PLAINTEXT_LOGIN] = { "allow_plaintext_login", KIND_BOOL, 0, IN_SERVER(plaintext_login),
	.preset = "false", .help = "send the password without TLS where there is none" },
[SERVER_UNVERIFIED_LOGIN] = { "allow_unverified_login", KIND_BOOL, 0, IN_SERVER(unverified_login),
	.preset = "false", .help = "send the password to a server whose certificate is not trusted" },
[SERVER_HISTOGRAM] = { "histogram", KIND_BOOL, 0, IN_SERVER(histogram),
	.preset = "false", .help = "a histogram of probe durations for each of its services; there is one for each service over all servers anyway" },
[SERVER_POLICY] = { "policy", KIND_GROUPS, 0, .section = SECTION_POLICY,
	.help = "other states than those of verdicts.md, here; they go before those of the top level" },
[SERVER_NAMES_FILE] = { "names_file", KIND_PATH, 0, IN_SERVER(names_file),
	.help = "customers' names, one a line: each is asked for by SNI and must have a certificate here; read again when it changes" },
[SERVER_NAMES_INTERVAL] = { "names_interval", KIND_SPAN, 0, IN_SERVER(names_interval), MINUTE, 7 * DAY,
	.note = "as at the top", .help = "time in which each of its names is asked for once" },
[SERVER_NAMES_SERVICES] = { "names_services", KIND_TEXTS, 0, IN_SERVER(names_services), 1, 100,
	.note = "all its services that have TLS", .help = "which of its services are asked for the names" },
};

#define IN_POLICY(field) offsetof(struct policy_draft, field)
static const struct key policy_keys[] = {
[POLICY_FAULT] = { "fault", KIND_WORD, KEY_REQUIRED | KEY_NEAREST, IN_POLICY(fault), .words = fault_names,
	.help = "what was found" },
[POLICY_PHASE] = { "phase", KIND_WORD, KEY_NEAREST, IN_POLICY(phase), .words = phase_names,
	.note = "every phase", .help = "where it was found" },
[POLICY_SERVICE] = { "service", KIND_IDENTIFIER, 0, IN_POLICY(service),
	.note = "every service", .help = "where it was probed, built-in or from `services`" },
[POLICY_STATE] = { "state", KIND_WORD, KEY_REQUIRED | KEY_NEAREST, IN_POLICY(state), .words = state_names,
	.help = "the state it has instead" },
};

#define IN_PROBE(field) offsetof(struct probe_draft, field)
static const struct key probe_keys[] = {
[PROBE_NAMES] = { "names", KIND_TEXTS, 0, IN_PROBE(names), 0, TEXTS_MAX,
	.note = "with networks, any name that leads into them; else only the configured servers",
	.help = "further hosts that may be probed: \"mail.example.com\", \"*.example.com\" (all below it), \"*\"" },
[PROBE_NETWORKS] = { "networks", KIND_TEXTS, 0, IN_PROBE(networks), 0, TEXTS_MAX,
	.note = "with names, wherever they lead except to this machine and its links; else none",
	.help = "addresses that may be connected to for hosts that are not configured: \"192.0.2.0/24\", \"2001:db8::/32\"" },
[PROBE_PORTS] = { "ports", KIND_TEXTS, 0, IN_PROBE(ports), 0, TEXTS_MAX,
	.note = "the ports of the server's own services; for other hosts, those of all `services`",
	.help = "further ports that may be connected to: \"2525\"" },
[PROBE_AT_ONCE] = { "at_once", KIND_COUNT, 0, IN_PROBE(at_once), 1, 1000,
	.preset = "32", .help = "requests under way at once; more are turned away, and one client has half of them" },
[PROBE_TIMEOUT_OFFSET] = { "timeout_offset", KIND_SPAN, 0, IN_PROBE(timeout_offset), 1, MINUTE,
	.preset = "500ms", .help = "a probe ends this much before the scraper would give up" },
};

#define IN_PASSIVE(field) offsetof(struct passive_draft, field)
static const struct key passive_keys[] = {
[PASSIVE_NAGIOS] = { "nagios", KIND_GROUP, 0, IN_PASSIVE(nagios), .section = SECTION_NAGIOS,
	.help = "Nagios Core 4 or Naemon on this machine" },
[PASSIVE_ICINGA2] = { "icinga2", KIND_GROUP, 0, IN_PASSIVE(icinga2), .section = SECTION_ICINGA2,
	.help = "Icinga 2, by its API" },
};

#define IN_NAGIOS(field) offsetof(struct nagios_draft, field)
static const struct key nagios_keys[] = {
[NAGIOS_SPOOL] = { "spool", KIND_PATH, KEY_REQUIRED, IN_NAGIOS(spool),
	.help = "its check_result_path, which the exporter must be allowed to write" },
[NAGIOS_HOST] = { "host", KIND_TEXT, 0, IN_NAGIOS(host), .preset = "{server}",
	.help = "host_name there; {server}, {service} and {host} are filled in" },
[NAGIOS_SERVICE] = { "service", KIND_TEXT, 0, IN_NAGIOS(service), .preset = "mail {service}",
	.help = "service_description there" },
};

#define IN_ICINGA2(field) offsetof(struct icinga2_draft, field)
static const struct key icinga2_keys[] = {
[ICINGA2_URL] = { "url", KIND_TEXT, KEY_REQUIRED, IN_ICINGA2(url),
	.help = "of the API: \"https://icinga.example.com:5665\"" },
[ICINGA2_USER] = { "user", KIND_TEXT, KEY_REQUIRED, IN_ICINGA2(user),
	.help = "ApiUser with the permission actions/process-check-result" },
[ICINGA2_PASSWORD_FILE] = { "password_file", KIND_PATH, KEY_REQUIRED, IN_ICINGA2(password_file),
	.help = "file with the password in its first and only line; others must not read it" },
[ICINGA2_CA_FILE] = { "ca_file", KIND_PATH, 0, IN_ICINGA2(ca_file),
	.note = "the system's store", .help = "the API's authority: ca.crt of Icinga 2" },
[ICINGA2_TLS_NAME] = { "tls_name", KIND_HOST, 0, IN_ICINGA2(tls_name),
	.note = "the host of the url", .help = "name expected in the API's certificate" },
[ICINGA2_HOST] = { "host", KIND_TEXT, 0, IN_ICINGA2(host), .preset = "{server}",
	.help = "host object there; {server}, {service} and {host} are filled in" },
[ICINGA2_SERVICE] = { "service", KIND_TEXT, 0, IN_ICINGA2(service), .preset = "mail {service}",
	.help = "service object there" },
};

#define KEYS(keys) (keys), ARRAY_SIZE(keys)
const struct section sections[SECTION_COUNT] = {
[SECTION_FILE] =        { "top level",   "file",        KEYS(file_keys) },
[SECTION_CERTIFICATE] = { "certificate", "certificate", KEYS(certificate_keys) },
[SECTION_ACCOUNT] =     { "accounts",    "account",     KEYS(account_keys) },
[SECTION_SERVICE] =     { "services",    "service",     KEYS(service_keys) },
[SECTION_SERVER] =      { "servers",     "server",      KEYS(server_keys) },
[SECTION_POLICY] =      { "policy",      "row",         KEYS(policy_keys) },
[SECTION_PROBE] =       { "probe",       "group",       KEYS(probe_keys) },
[SECTION_PASSIVE] =     { "passive",     "group",       KEYS(passive_keys) },
[SECTION_NAGIOS] =      { "nagios",      "group",       KEYS(nagios_keys) },
[SECTION_ICINGA2] =     { "icinga2",     "group",       KEYS(icinga2_keys) },
};
/* clang-format on */

_Static_assert(ARRAY_SIZE(transcript_words) == TRANSCRIPTS_OF_ALL + 2, "a word for each");
_Static_assert(ARRAY_SIZE(tls_mode_words) == TLS_MODE_COUNT + 1, "a word for each mode");
_Static_assert(ARRAY_SIZE(file_keys) <= KEYS_MAX, "KEYS_MAX is too small");

static bool schema_same(struct view name, const char *word)
{
	return strlen(word) == name.n && memcmp(word, name.p, name.n) == 0;
}

const struct key *schema_find(const struct section *s, struct view name)
{
	for (size_t i = 0; i < s->count; i++)
		if (schema_same(name, s->keys[i].name))
			return &s->keys[i];
	return NULL;
}

static const struct section *home_of(struct view name)
{
	for (size_t i = 0; i < SECTION_COUNT; i++)
		if (schema_find(&sections[i], name) != NULL)
			return &sections[i];
	return NULL;
}

void schema_unknown(const struct section *s, struct view name, struct place place,
		    struct errors *e)
{
	const struct section *home = home_of(name);
	const char *words[KEYS_MAX];
	struct hint hint;

	for (size_t i = 0; i < s->count; i++)
		words[i] = s->keys[i].name;
	if (home == &sections[SECTION_FILE])
		hint_format(&hint, "this key stands at the top level");
	else if (home != NULL)
		hint_format(&hint, "this key belongs to %s", home->title);
	else
		hint_similar(&hint, name, words, s->count, "");
	errors_add(e, place, hint.text, "unknown key %s%s%s", QUOTE(name),
		   s == &sections[SECTION_FILE] ? "" : " in ",
		   s == &sections[SECTION_FILE] ? "" : s->title);
}

bool draft_has(const struct draft *d, unsigned key)
{
	return d->keys[key].line > 0;
}

struct place draft_place(const struct draft *d, unsigned key)
{
	return draft_has(d, key) ? d->keys[key] : d->place;
}
