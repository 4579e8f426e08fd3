/* metrics.c - the table of metrics is at the end; above it the functions that read each
 * row.
 *
 * Certificate series are about the certificate that was shown, trusted or not; only the end
 * of the chain needs a verified chain.
 */
#include "metrics.h"

#include "name_metrics.h"

#include <math.h>
#include <stdlib.h>

static struct number seconds(struct moment m)
{
	return (struct number){ m.ms, 3 };
}

static struct number microseconds(uint32_t us)
{
	return (struct number){ us, 6 };
}

static struct number metrics_nanoseconds(struct span span)
{
	return (struct number){ span.ns, 9 };
}

static const char *phase_word(unsigned phase)
{
	return phase_name((enum phase)phase);
}

static const char *metrics_fault_word(unsigned fault)
{
	return fault_name((enum fault)fault);
}

static const struct words phases = { "phase", phase_word, 0, PHASE_COUNT - 1 };
static const struct words fault_labels = { .label = "fault, phase" };
static const struct words tls_labels = { .label = "version, cipher" };
static const struct words certificate_labels = {
	.label = "subject, issuer, serial, fingerprint_sha256"
};
static const struct words decider_labels = { .label = "place, name, serial" };
static const struct words build_labels = { .label = "version, compiler" };
static const struct words cert_faults = { "fault", metrics_fault_word, CERT_FAULT_FIRST,
					  CERT_FAULT_LAST };

static const struct words notices = { "notice", metrics_fault_word, NOTICE_FIRST,
				      NOTICE_LAST };

/* --- of a target ------------------------------------------------------------------------- */

/* A WARNING is a service that works, so it counts as success. */
static void metrics_read_success(struct encoder *e, const struct subject *s)
{
	encoder_number(e, number_of(!state_is_bad((enum state)s->record->state)));
}

static void metrics_read_state(struct encoder *e, const struct subject *s)
{
	encoder_number(e, number_of(s->record->state));
}

static void read_confirmed_state(struct encoder *e, const struct subject *s)
{
	if (s->record->announced != STATE_COUNT)
		encoder_number(e, number_of(s->record->announced));
}

static void read_state_since(struct encoder *e, const struct subject *s)
{
	encoder_number(e, seconds(s->record->since));
}

static void metrics_read_fault(struct encoder *e, const struct subject *s)
{
	const struct label labels[] = { { "fault", metrics_fault_word(s->record->fault) },
					{ "phase", phase_word(s->record->phase) } };

	if (s->record->fault != FAULT_OK)
		encoder_labels(e, labels, ARRAY_SIZE(labels), number_of(1));
}

static void read_notices(struct encoder *e, const struct subject *s)
{
	for (unsigned f = NOTICE_FIRST; f <= NOTICE_LAST; f++)
		if (s->record->notices & NOTICE_BIT(f))
			encoder_word(e, f, number_of(1));
}

static void read_legacy_tls(struct encoder *e, const struct subject *s)
{
	enum legacy_tls known = slot_legacy_tls(s->target->slot);

	if (known != LEGACY_TLS_UNKNOWN)
		encoder_number(e, number_of(known != LEGACY_TLS_REFUSED));
}

static void read_probes(struct encoder *e, const struct subject *s)
{
	encoder_number(e, number_of(s->record ? s->record->probes : 0));
}

static void read_failures(struct encoder *e, const struct subject *s)
{
	encoder_number(e, number_of(s->record ? s->record->failures : 0));
}

static void metrics_read_duration(struct encoder *e, const struct subject *s)
{
	encoder_number(e, microseconds(s->record->took));
}

static void metrics_read_phases(struct encoder *e, const struct subject *s)
{
	for (unsigned i = 0; i < PHASE_COUNT; i++)
		if (s->record->reached & (1u << i))
			encoder_word(e, i, microseconds(s->record->phases[i]));
}

static void read_last_run(struct encoder *e, const struct subject *s)
{
	encoder_number(e, seconds(s->record->at));
}

static void read_last_success(struct encoder *e, const struct subject *s)
{
	encoder_number(e, seconds(s->record->last_success));
}

static void read_interval(struct encoder *e, const struct subject *s)
{
	encoder_number(e, metrics_nanoseconds(s->target->interval));
}

static void metrics_read_late(struct encoder *e, const struct subject *s)
{
	encoder_number(e, number_of((s->record->flags & RESULT_LATE) != 0));
}

static void metrics_read_waited(struct encoder *e, const struct subject *s)
{
	if (s->record->waited > 0)
		encoder_number(e, microseconds(s->record->waited));
}

static void metrics_read_reply_code(struct encoder *e, const struct subject *s)
{
	if (s->record->code > 0)
		encoder_number(e, number_of(s->record->code));
}

static void read_tls(struct encoder *e, const struct subject *s)
{
	const struct label labels[] = { { "version", s->record->tls_version },
					{ "cipher", s->record->tls_cipher } };

	if (s->record->tls_version && s->record->tls_cipher)
		encoder_labels(e, labels, ARRAY_SIZE(labels), number_of(1));
}

static void read_not_before(struct encoder *e, const struct subject *s)
{
	if (s->record->certificate)
		encoder_number(e, seconds(s->record->certificate->not_before));
}

static void read_not_after(struct encoder *e, const struct subject *s)
{
	if (s->record->certificate)
		encoder_number(e, seconds(s->record->certificate->not_after));
}

static void read_chain_not_after(struct encoder *e, const struct subject *s)
{
	if (s->record->chain_not_after.ms != 0)
		encoder_number(e, seconds(s->record->chain_not_after));
}

static void metrics_read_certificate_faults(struct encoder *e, const struct subject *s)
{
	if (!s->record->has_certificate)
		return;
	for (unsigned f = CERT_FAULT_FIRST; f <= CERT_FAULT_LAST; f++) {
		bool found = s->record->cert_faults & CERT_FAULT_BIT(f);

		if (found || f <= FAULT_CERT_PURPOSE)
			encoder_word(e, f, number_of(found));
	}
}

static void read_dane(struct encoder *e, const struct subject *s)
{
	enum dane dane = (enum dane)s->record->dane;

	if (dane == DANE_FAILED || dane >= DANE_UNCOMPARED)
		encoder_number(e, number_of(dane >= DANE_VALID));
}

static void read_certificate(struct encoder *e, const struct subject *s)
{
	const struct certificate *c = s->record->certificate;

	if (c) {
		const struct label labels[] = { { "subject", c->subject },
						{ "issuer", c->issuer },
						{ "serial", c->serial },
						{ "fingerprint_sha256", c->fingerprint } };

		encoder_labels(e, labels, ARRAY_SIZE(labels), number_of(1));
	}
}

static void read_decider(struct encoder *e, const struct subject *s)
{
	const struct certificate *c = s->record->decider;

	if (c) {
		const struct label labels[] = { { "place", certificate_place(c) },
						{ "name", certificate_label(c).text },
						{ "serial", c->serial } };

		encoder_labels(e, labels, ARRAY_SIZE(labels), number_of(1));
	}
}

static void read_differs(struct encoder *e, const struct subject *s)
{
	if (s->record->has_certificate && (s->target->flags & TARGET_COMPARED))
		encoder_number(e, number_of((s->record->notices &
					     NOTICE_BIT(FAULT_CERT_DIFFERS)) != 0));
}

static void metrics_read_messages(struct encoder *e, const struct subject *s)
{
	if (s->record->messages >= 0)
		encoder_number(e, number_of(s->record->messages));
}

static void read_durations(struct encoder *e, const struct subject *s)
{
	struct histogram histogram;

	if (s->health->durations && (s->target->flags & TARGET_HISTOGRAM) &&
	    durations_of(s->health->durations, s->target, &histogram))
		encoder_histogram(e, NULL, &histogram);
}

static void read_held_until(struct encoder *e, const struct subject *s)
{
	if (s->record->held_until.ms != 0)
		encoder_number(e, seconds(s->record->held_until));
}

/* --- of a server -------------------------------------------------------------------------- */

static void read_unreachable(struct encoder *e, const struct subject *s)
{
	if (s->server->unreachable)
		encoder_number(e, number_of(1));
}

/* --- of the exporter --------------------------------------------------------------------- */

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static void read_build(struct encoder *e, const struct subject *s)
{
	const struct label labels[] = { { "version", s->health->version },
					{ "compiler", COMPILER } };

	encoder_labels(e, labels, ARRAY_SIZE(labels), number_of(1));
}

static const struct words service_label = { .label = "service" };

static void read_service_durations(struct encoder *e, const struct subject *s)
{
	struct service_durations *list = NULL;
	size_t count = durations_of_services(s->health->durations, &list);

	for (size_t i = 0; i < count; i++)
		encoder_histogram(e, &(struct label){ "service", list[i].service },
				  &list[i].histogram);
	free(list);
}

static void read_reload_ok(struct encoder *e, const struct subject *s)
{
	encoder_number(e, number_of(s->health->reload_ok));
}

static void read_loaded(struct encoder *e, const struct subject *s)
{
	encoder_number(e, seconds(s->health->loaded));
}

static void read_targets(struct encoder *e, const struct subject *s)
{
	encoder_number(e, number_of((int64_t)s->health->targets));
}

static void read_shard(struct encoder *e, const struct subject *s)
{
	encoder_number(e, number_of(s->health->shard.ordinal));
}

static void read_shards(struct encoder *e, const struct subject *s)
{
	unsigned total = s->health->shard.total;

	encoder_number(e, number_of(total > 0 ? total : 1));
}

static void read_results_dropped(struct encoder *e, const struct subject *s)
{
	encoder_number(e, number_of((int64_t)s->health->results_dropped));
}

static void read_log_dropped(struct encoder *e, const struct subject *s)
{
	encoder_number(e, number_of((int64_t)s->health->log_dropped));
}

/* Only receivers that are configured have samples. */
#define PASSIVE_READER(name)                                                               \
	static void read_passive_##name(struct encoder *e, const struct subject *s)        \
	{                                                                                  \
		for (unsigned i = 0; i < PASSIVE_RECEIVERS; i++)                           \
			if (s->health->passive[i].on)                                      \
				encoder_word(                                              \
				    e, i, number_of((int64_t)s->health->passive[i].name)); \
	}

static const char *receiver_word(unsigned receiver)
{
	return passive_receiver_name((enum passive_receiver)receiver);
}

static const struct words receivers = { "receiver", receiver_word, 0,
					PASSIVE_RECEIVERS - 1 };

PASSIVE_READER(sent)
PASSIVE_READER(dropped)

/* Without an engine (--once) its figures are unknown and therefore absent, not zero. */
#define ENGINE_READER(name, value)                                                         \
	static void read_##name(struct encoder *e, const struct subject *s)                \
	{                                                                                  \
		const struct engine_stats *engine = &s->health->engine;                    \
                                                                                           \
		if (s->health->running)                                                    \
			encoder_number(e, value);                                          \
	}
#define ENGINE_COUNT(name, field) ENGINE_READER(name, number_of((int64_t)engine->field))
#define ENGINE_SPAN(name, field)  ENGINE_READER(name, metrics_nanoseconds(engine->field))

static void read_in_flight_max(struct encoder *e, const struct subject *s)
{
	if (s->health->running)
		encoder_number(e, number_of(s->health->in_flight_max));
}

ENGINE_COUNT(in_flight, in_flight)
ENGINE_COUNT(waiting, waiting)
ENGINE_COUNT(engine_late, late)
ENGINE_SPAN(lateness, lateness_max)
ENGINE_COUNT(on_demand_probes, on_demand_probes)
ENGINE_SPAN(lag, lag)
ENGINE_COUNT(dns_questions, dns_questions)
ENGINE_COUNT(dns_cache_hits, dns_cache_hits)
ENGINE_COUNT(dns_failures, dns_failures)

enum reason { REASON_OVERRUN, REASON_SUSPENDED };

static const char *reason_word(unsigned reason)
{
	return reason == REASON_OVERRUN ? "overrun" : "auth_suspended";
}

static const struct words http_states = { "state", client_state_word, CLIENT_FREE,
					  CLIENT_STATES - 1 };

/* There is no HTTP server with --once, so there are no connections to count. */
static void read_http_slots(struct encoder *e, const struct subject *s)
{
	for (unsigned i = 0; s->health->served && i < CLIENT_STATES; i++)
		encoder_word(e, i, number_of(s->health->slots[i]));
}

static const struct words reasons = { "reason", reason_word, 0, REASON_SUSPENDED };

static void read_skipped(struct encoder *e, const struct subject *s)
{
	const struct engine_stats *engine = &s->health->engine;

	if (!s->health->running)
		return;
	encoder_word(e, REASON_OVERRUN, number_of((int64_t)engine->skipped_overrun));
	encoder_word(e, REASON_SUSPENDED, number_of((int64_t)engine->skipped_suspended));
}

#define PROCESS_READER(name, value)                                                        \
	static void read_##name(struct encoder *e, const struct subject *s)                \
	{                                                                                  \
		if (!isnan(s->health->process.value))                                      \
			encoder_double(e, s->health->process.value);                       \
	}

PROCESS_READER(cpu, cpu_seconds)
PROCESS_READER(open_fds, open_fds)
PROCESS_READER(max_fds, max_fds)
PROCESS_READER(threads, threads)
PROCESS_READER(virtual_bytes, virtual_bytes)
PROCESS_READER(virtual_max_bytes, virtual_max_bytes)
PROCESS_READER(resident_bytes, resident_bytes)

static void read_started(struct encoder *e, const struct subject *s)
{
	encoder_number(e, seconds(s->health->started));
}

/* clang-format off */
#define TARGET(name, kind, unit, words, scope, parts, read, help) \
	{ { "mailvane_" name, help, kind, unit, words }, scope, parts, read }
#define SELF(name, kind, unit, words, read, help) \
	{ { name, help, kind, unit, words }, SCOPE_EXPORTER, 0, read }

const struct metric metrics[] = {
	TARGET("probe_success", GAUGE, "", NULL, SCOPE_RECORD, 0, metrics_read_success,
	       "Whether the last probe found a working service: state OK or WARNING."),
	TARGET("probe_state", GAUGE, "", NULL, SCOPE_RECORD, 0, metrics_read_state,
	       "Verdict of the last probe: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."),
	TARGET("probe_confirmed_state", GAUGE, "", NULL, SCOPE_RECORD, 0, read_confirmed_state,
	       "State on which the last `confirm` probes in a row agree, as it is logged and sent to schedulers; absent until there is one. For alerts."),
	TARGET("probe_state_since_timestamp_seconds", GAUGE, "seconds", NULL, SCOPE_RECORD, 0, read_state_since,
	       "Unix time at which the present state began."),
	TARGET("probe_fault", GAUGE, "", &fault_labels, SCOPE_RECORD, 0, metrics_read_fault,
	       "1 for the fault that decided the last verdict and the phase it was in; absent when there is none."),
	TARGET("probe_notice", GAUGE, "", &notices, SCOPE_RECORD, 0, read_notices,
	       "1 for each notice of the last probe: something unusual that does not stop mail clients; absent when there is none."),
	TARGET("probes_total", COUNTER, "", NULL, SCOPE_TALLY, 0, read_probes,
	       "Probes finished."),
	TARGET("probe_failures_total", COUNTER, "", NULL, SCOPE_TALLY, 0, read_failures,
	       "Probes that ended CRITICAL or UNKNOWN."),
	TARGET("probe_duration_seconds", GAUGE, "seconds", NULL, SCOPE_RECORD, 0, metrics_read_duration,
	       "How long the last probe took."),
	TARGET("probe_phase_duration_seconds", GAUGE, "seconds", &phases, SCOPE_RECORD, FIGURES_PHASES, metrics_read_phases,
	       "How long each phase of the last probe took; phases it did not reach are absent."),
	TARGET("target_probe_duration_seconds", HISTOGRAM, "seconds", NULL, SCOPE_TARGET, 0, read_durations,
	       "How long probes of this target took, all addresses together; only with histogram = true in the configuration."),
	TARGET("probe_last_run_timestamp_seconds", GAUGE, "seconds", NULL, SCOPE_RECORD, 0, read_last_run,
	       "Unix time at which the last probe began. Probes run on a schedule, not at the scrape."),
	TARGET("probe_last_success_timestamp_seconds", GAUGE, "seconds", NULL, SCOPE_RECORD, 0, read_last_success,
	       "Unix time of the last successful probe; 0 if there was none."),
	TARGET("probe_interval_seconds", GAUGE, "seconds", NULL, SCOPE_TARGET, 0, read_interval,
	       "Time from one probe to the next while all is well."),
	TARGET("probe_late", GAUGE, "", NULL, SCOPE_RECORD, 0, metrics_read_late,
	       "1 if the exporter itself was late during the last probe, so that its durations are too long."),
	TARGET("probe_wait_seconds", GAUGE, "seconds", NULL, SCOPE_RECORD, FIGURES_MORE, metrics_read_waited,
	       "How long the last probe waited for a connection, because in_flight_max or per_address_max were reached; absent if it did not wait."),
	TARGET("reply_code", GAUGE, "", NULL, SCOPE_RECORD, 0, metrics_read_reply_code,
	       "SMTP or LMTP reply code that decided the last probe, or else of the greeting."),
	TARGET("tls_info", INFO, "", &tls_labels, SCOPE_RECORD, FIGURES_MORE, read_tls,
	       "1, with the TLS version and cipher of the last probe."),
	TARGET("tls_obsolete_accepted", GAUGE, "", NULL, SCOPE_TARGET, 0, read_legacy_tls,
	       "1 if TLS 1.0 or 1.1 is accepted as well (RFC 8996), 0 if not; absent until the first check of tls_obsolete_interval."),
	TARGET("tls_certificate_not_before_timestamp_seconds", GAUGE, "seconds", NULL, SCOPE_RECORD, FIGURES_CERTIFICATE, read_not_before,
	       "Unix time at which the server's certificate begins to be valid."),
	TARGET("tls_certificate_not_after_timestamp_seconds", GAUGE, "seconds", NULL, SCOPE_RECORD, FIGURES_CERTIFICATE, read_not_after,
	       "Unix time at which the server's certificate ends."),
	TARGET("tls_chain_not_after_timestamp_seconds", GAUGE, "seconds", NULL, SCOPE_RECORD, FIGURES_MORE, read_chain_not_after,
	       "Unix time at which the first certificate of the verified chain ends; absent if it could not be verified."),
	TARGET("tls_certificate_fault", GAUGE, "", &cert_faults, SCOPE_RECORD, 0, metrics_read_certificate_faults,
	       "1 for each thing wrong with the server's certificate, 0 for each that is in order."),
	TARGET("dane_valid", GAUGE, "", NULL, SCOPE_RECORD, 0, read_dane,
	       "1 if a TLSA record matches the server's certificate, 0 if none does or they could not be looked up; absent without signed records."),
	TARGET("tls_certificate_info", INFO, "", &certificate_labels, SCOPE_RECORD, FIGURES_CERTIFICATE, read_certificate,
	       "1, with the names and the identity of the server's certificate."),
	TARGET("tls_certificate_decider_info", INFO, "", &decider_labels, SCOPE_RECORD, FIGURES_MORE | FIGURES_CERTIFICATE, read_decider,
	       "1, with the intermediate or root whose dates decide instead of the server's own certificate: the first to end, or what has expired; absent where its own decide."),
	TARGET("tls_certificate_differs", GAUGE, "", NULL, SCOPE_RECORD, 0, read_differs,
	       "1 if another service or address of the server has shown a newer certificate for the same name for longer than `overlap`: renewed, but not loaded here; absent if there is nothing to compare."),
	TARGET("mailbox_messages", GAUGE, "", NULL, SCOPE_RECORD, FIGURES_MORE, metrics_read_messages,
	       "Messages in the mailbox that was logged in to."),
	TARGET("auth_suspended_until_timestamp_seconds", GAUGE, "seconds", NULL, SCOPE_RECORD, FIGURES_MORE, read_held_until,
	       "Unix time of the next login: the last login failed, and the account is not used at that server until then; absent if no login is suspended."),

	TARGET("server_unreachable", GAUGE, "", NULL, SCOPE_SERVER, 0, read_unreachable,
	       "1 if every service of the server fails in DNS or connect, and this is confirmed; absent otherwise."),

	TARGET("names", GAUGE, "", NULL, SCOPE_NAME_RESULTS, 0, name_results_read_total,
	       "Customers' names that are probed by SNI at this service: those of names_file."),
	TARGET("names_asked", GAUGE, "", NULL, SCOPE_NAME_RESULTS, 0, name_results_read_asked,
	       "Names with a result; less than mailvane_names until each was probed once."),
	TARGET("names_confirmed", GAUGE, "", &name_results_state_words, SCOPE_NAME_RESULTS, 0, name_results_read_confirmed,
	       "Names by their confirmed state, on which the last `confirm` results in a row agree. For alerts."),
	TARGET("names_faults", GAUGE, "", &name_results_fault_words, SCOPE_NAME_RESULTS, 0, name_results_read_faults,
	       "Names by the fault that decided their last result."),
	TARGET("names_without_own_certificate", GAUGE, "", NULL, SCOPE_NAME_RESULTS, 0, name_results_read_without_own,
	       "Names for which the server shows its default certificate, which is not for them; they have the fault cert_name."),
	TARGET("names_earliest_not_after_timestamp_seconds", GAUGE, "seconds", NULL, SCOPE_NAME_RESULTS, 0, name_results_read_earliest,
	       "Unix time at which the first of the names' certificates ends; absent while none is known."),
	TARGET("names_oldest_asked_timestamp_seconds", GAUGE, "seconds", NULL, SCOPE_NAME_RESULTS, 0, name_results_read_oldest,
	       "Unix time of the oldest result of a name; absent until there is one."),
	TARGET("names_interval_seconds", GAUGE, "seconds", NULL, SCOPE_NAME_RESULTS, 0, name_results_read_interval,
	       "Time in which each name is probed once: names_interval."),
	TARGET("names_behind_seconds", GAUGE, "seconds", NULL, SCOPE_NAME_RESULTS, 0, name_results_read_behind,
	       "How late names are probed; rises if the permitted connections are too few for the interval."),
	TARGET("names_paused", GAUGE, "", NULL, SCOPE_NAME_RESULTS, 0, name_results_read_paused,
	       "1 while no name is probed because the server does not answer, else 0; names keep their results meanwhile."),
	TARGET("names_asks_total", COUNTER, "", NULL, SCOPE_NAME_RESULTS, 0, name_results_read_asks,
	       "Connections made to probe names."),
	TARGET("name_state", GAUGE, "", &name_result_labels, SCOPE_NAME_RESULTS, 0, name_results_read_names,
	       "A name's confirmed state while it is not OK: 1 WARNING, 2 CRITICAL, 3 UNKNOWN. Absent for all others, and beyond 100 names of a server."),
	TARGET("names_hidden", GAUGE, "", NULL, SCOPE_NAME_RESULTS, 0, name_results_read_hidden,
	       "Names that are confirmed not to be OK and have no mailvane_name_state, because the server has more than 100 of them."),

	SELF("mailvane_build_info", INFO, "", &build_labels, read_build,
	     "1, with the version of the exporter and the compiler that built it."),
	SELF("mailvane_config_last_reload_successful", GAUGE, "", NULL, read_reload_ok,
	     "Whether the configuration could be used when it was last read."),
	SELF("mailvane_config_last_reload_success_timestamp_seconds", GAUGE, "seconds", NULL, read_loaded,
	     "Unix time at which the configuration in use was read."),
	SELF("mailvane_targets", GAUGE, "", NULL, read_targets,
	     "Targets configured: each service of each server is one."),
	SELF("mailvane_service_probe_duration_seconds", HISTOGRAM, "seconds", &service_label, read_service_durations,
	     "How long probes of a service took, over all servers; the limits are histogram_buckets in the configuration."),
	SELF("mailvane_shard_ordinal", GAUGE, "", NULL, read_shard,
	     "Which shard of the servers this exporter has, counted from 0."),
	SELF("mailvane_total_shards", GAUGE, "", NULL, read_shards,
	     "How many shards the servers are split into; 1: this exporter has all."),
	SELF("mailvane_probes_in_flight", GAUGE, "", NULL, read_in_flight,
	     "Probes that are running."),
	SELF("mailvane_probes_in_flight_max", GAUGE, "", NULL, read_in_flight_max,
	     "Probes that may run at once: in_flight_max, or less if the limit of open files is too low for it."),
	SELF("mailvane_probes_waiting", GAUGE, "", NULL, read_waiting,
	     "Probes that are due and wait for a connection, because in_flight_max or per_address_max is reached."),
	SELF("mailvane_probes_late_total", COUNTER, "", NULL, read_engine_late,
	     "Probes that began more than 50 ms behind their time, because the exporter was late or they waited for a connection."),
	SELF("mailvane_probes_skipped_total", COUNTER, "", &reasons, read_skipped,
	     "Probes skipped, because the one before was still running or because the login is suspended."),
	SELF("mailvane_probe_requests_total", COUNTER, "", NULL, read_on_demand_probes,
	     "Probes on demand (/probe) that began; no other metric counts them."),
	SELF("mailvane_schedule_lateness_max_seconds", GAUGE, "seconds", NULL, read_lateness,
	     "The longest delay of the start of a probe since the last scrape by any client."),
	SELF("mailvane_event_loop_lag_seconds", GAUGE, "seconds", NULL, read_lag,
	     "How far the slowest engine thread was behind its timers when last measured."),
	SELF("mailvane_dns_questions_total", COUNTER, "", NULL, read_dns_questions,
	     "Names looked up, whether answered from the cache or not."),
	SELF("mailvane_dns_cache_hits_total", COUNTER, "", NULL, read_dns_cache_hits,
	     "Names answered from the exporter's cache."),
	SELF("mailvane_dns_failures_total", COUNTER, "", NULL, read_dns_failures,
	     "Names that could not be resolved."),
	SELF("mailvane_results_dropped_total", COUNTER, "", NULL, read_results_dropped,
	     "Results that were not stored, because there was no memory or the target has more than 16 addresses."),
	SELF("mailvane_http_slots", GAUGE, "", &http_states, read_http_slots,
	     "Connections to the exporter by state; free: unused slots."),
	SELF("mailvane_log_lines_lost_total", COUNTER, "", NULL, read_log_dropped,
	     "Log lines lost because stderr did not take them in time."),

	SELF("mailvane_passive_results_sent_total", COUNTER, "", &receivers, read_passive_sent,
	     "Results handed to a scheduler as passive checks."),
	SELF("mailvane_passive_results_dropped_total", COUNTER, "", &receivers, read_passive_dropped,
	     "Results that were not sent to a scheduler, because it did not answer and a newer result came, or because it refused them."),

	SELF("process_cpu_seconds_total", COUNTER, "seconds", NULL, read_cpu,
	     "Total user and system CPU time spent in seconds."),
	SELF("process_open_fds", GAUGE, "", NULL, read_open_fds,
	     "Number of open file descriptors."),
	SELF("process_max_fds", GAUGE, "", NULL, read_max_fds,
	     "Maximum number of open file descriptors."),
	SELF("process_threads", GAUGE, "", NULL, read_threads,
	     "Number of threads of the process."),
	SELF("process_virtual_memory_bytes", GAUGE, "bytes", NULL, read_virtual_bytes,
	     "Virtual memory size in bytes."),
	SELF("process_virtual_memory_max_bytes", GAUGE, "bytes", NULL, read_virtual_max_bytes,
	     "Maximum amount of virtual memory available in bytes."),
	SELF("process_resident_memory_bytes", GAUGE, "bytes", NULL, read_resident_bytes,
	     "Resident memory size in bytes."),
	SELF("process_start_time_seconds", GAUGE, "seconds", NULL, read_started,
	     "Start time of the process since unix epoch in seconds."),
};
/* clang-format on */

const size_t metric_count = ARRAY_SIZE(metrics);
