/* metrics.c - the table is at the foot; above it how each row is read.
 *
 * Certificate series come from the certificate that was shown, trusted or not; only the end of
 * the chain needs a verified one.
 */
#include "metrics.h"

#include <math.h>

static double seconds(struct moment m)
{
	return (double)m.ms / 1000;
}

/* A bad state is a failure; a WARNING is still a service that works. */
static bool succeeded(const struct record *r)
{
	return r->last.state == STATE_OK || r->last.state == STATE_WARNING;
}

/* --- of a target ------------------------------------------------------------------------- */

static void read_success(struct encoder *e, const struct subject *s)
{
	encoder_sample(e, succeeded(s->record));
}

static void read_state(struct encoder *e, const struct subject *s)
{
	encoder_sample(e, s->record->last.state);
}

static void read_state_since(struct encoder *e, const struct subject *s)
{
	encoder_sample(e, seconds(s->record->since));
}

static void read_fault(struct encoder *e, const struct subject *s)
{
	const struct result *r = &s->record->last;
	const struct label labels[] = { { "fault", fault_name(r->fault) },
					{ "phase", phase_name(r->phase) } };

	if (r->fault != FAULT_OK)
		encoder_samples(e, labels, ARRAY_SIZE(labels), 1);
}

static void read_probes(struct encoder *e, const struct subject *s)
{
	encoder_sample(e, s->record ? (double)s->record->probes : 0);
}

static void read_failures(struct encoder *e, const struct subject *s)
{
	encoder_sample(e, s->record ? (double)s->record->failures : 0);
}

static void read_duration(struct encoder *e, const struct subject *s)
{
	encoder_sample(e, span_seconds(s->record->last.took));
}

static void read_phases(struct encoder *e, const struct subject *s)
{
	for (unsigned i = 0; i < PHASE_COUNT; i++)
		if (s->record->last.phases[i].ns >= 0)
			encoder_sample1(e, "phase", phase_name((enum phase)i),
					span_seconds(s->record->last.phases[i]));
}

static void read_last_run(struct encoder *e, const struct subject *s)
{
	encoder_sample(e, seconds(s->record->last.at));
}

static void read_last_success(struct encoder *e, const struct subject *s)
{
	encoder_sample(e, seconds(s->record->last_success));
}

static void read_interval(struct encoder *e, const struct subject *s)
{
	encoder_sample(e, span_seconds(s->target->interval));
}

static void read_late(struct encoder *e, const struct subject *s)
{
	encoder_sample(e, (s->record->last.flags & RESULT_LATE) != 0);
}

static void read_reply_code(struct encoder *e, const struct subject *s)
{
	if (s->record->last.code > 0)
		encoder_sample(e, s->record->last.code);
}

static void read_tls(struct encoder *e, const struct subject *s)
{
	const struct result *r = &s->record->last;
	const struct label labels[] = { { "version", r->tls_version },
					{ "cipher", r->tls_cipher } };

	if (r->tls_version && r->tls_cipher)
		encoder_samples(e, labels, ARRAY_SIZE(labels), 1);
}

static void read_not_before(struct encoder *e, const struct subject *s)
{
	const struct certificate *c = s->record->last.certificate;

	if (c)
		encoder_sample(e, seconds(c->not_before));
}

static void read_not_after(struct encoder *e, const struct subject *s)
{
	const struct certificate *c = s->record->last.certificate;

	if (c)
		encoder_sample(e, seconds(c->not_after));
}

static void read_chain_not_after(struct encoder *e, const struct subject *s)
{
	if (s->record->last.chain_not_after.ms != 0)
		encoder_sample(e, seconds(s->record->last.chain_not_after));
}

static void read_certificate_faults(struct encoder *e, const struct subject *s)
{
	const struct result *r = &s->record->last;

	if (!r->certificate)
		return;
	for (unsigned f = CERT_FAULT_FIRST; f <= CERT_FAULT_LAST; f++)
		encoder_sample1(e, "fault", fault_name((enum fault)f),
				(r->cert_faults & CERT_FAULT_BIT(f)) != 0);
}

static void read_certificate(struct encoder *e, const struct subject *s)
{
	const struct certificate *c = s->record->last.certificate;

	if (c) {
		const struct label labels[] = { { "subject", c->subject },
						{ "issuer", c->issuer },
						{ "serial", c->serial },
						{ "fingerprint_sha256", c->fingerprint } };

		encoder_samples(e, labels, ARRAY_SIZE(labels), 1);
	}
}

static void read_messages(struct encoder *e, const struct subject *s)
{
	if (s->record->last.messages >= 0)
		encoder_sample(e, (double)s->record->last.messages);
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

	encoder_samples(e, labels, ARRAY_SIZE(labels), 1);
}

static void read_reload_ok(struct encoder *e, const struct subject *s)
{
	encoder_sample(e, s->health->reload_ok);
}

static void read_loaded(struct encoder *e, const struct subject *s)
{
	encoder_sample(e, seconds(s->health->loaded));
}

static void read_targets(struct encoder *e, const struct subject *s)
{
	encoder_sample(e, (double)s->health->targets);
}

static void read_log_dropped(struct encoder *e, const struct subject *s)
{
	encoder_sample(e, (double)s->health->log_dropped);
}

/* Of receivers that are configured. */
#define PASSIVE_READER(name)                                                               \
	static void read_passive_##name(struct encoder *e, const struct subject *s)        \
	{                                                                                  \
		for (unsigned i = 0; i < PASSIVE_RECEIVERS; i++)                           \
			if (s->health->passive[i].on)                                      \
				encoder_sample1(                                           \
				    e, "receiver",                                         \
				    passive_receiver_name((enum passive_receiver)i),       \
				    (double)s->health->passive[i].name);                   \
	}

PASSIVE_READER(sent)
PASSIVE_READER(dropped)

/* Without an engine (--once) its figures are not zero but unknown. */
#define ENGINE_READER(name, value)                                                         \
	static void read_##name(struct encoder *e, const struct subject *s)                \
	{                                                                                  \
		const struct engine_stats *engine = &s->health->engine;                    \
                                                                                           \
		if (s->health->running)                                                    \
			encoder_sample(e, (double)(value));                                \
	}

ENGINE_READER(in_flight, engine->in_flight)
ENGINE_READER(waiting, engine->waiting)
ENGINE_READER(engine_late, engine->late)
ENGINE_READER(lateness, span_seconds(engine->lateness_max))
ENGINE_READER(lag, span_seconds(engine->lag))
ENGINE_READER(dns_questions, engine->dns_questions)
ENGINE_READER(dns_cache_hits, engine->dns_cache_hits)
ENGINE_READER(dns_failures, engine->dns_failures)

static void read_skipped(struct encoder *e, const struct subject *s)
{
	if (!s->health->running)
		return;
	encoder_sample1(e, "reason", "overrun", (double)s->health->engine.skipped_overrun);
	encoder_sample1(e, "reason", "auth_suspended",
			(double)s->health->engine.skipped_suspended);
}

#define PROCESS_READER(name, value)                                                        \
	static void read_##name(struct encoder *e, const struct subject *s)                \
	{                                                                                  \
		if (!isnan(s->health->process.value))                                      \
			encoder_sample(e, s->health->process.value);                       \
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
	encoder_sample(e, seconds(s->health->started));
}

/* clang-format off */
#define TARGET(name, kind, unit, scope, read, help) \
	{ { "mailvane_" name, help, kind }, unit, scope, read }
#define SELF(name, kind, unit, read, help) \
	{ { name, help, kind }, unit, SCOPE_EXPORTER, read }

const struct metric metrics[] = {
	TARGET("probe_success", GAUGE, "", SCOPE_RECORD, read_success,
	       "Whether the last probe found a working service: state OK or WARNING."),
	TARGET("probe_state", GAUGE, "", SCOPE_RECORD, read_state,
	       "Verdict of the last probe: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN."),
	TARGET("probe_state_since_timestamp_seconds", GAUGE, "seconds", SCOPE_RECORD, read_state_since,
	       "Unix time at which the present state began."),
	TARGET("probe_fault", GAUGE, "", SCOPE_RECORD, read_fault,
	       "1 for the fault that decided the last verdict and the phase it was in; absent when there is none."),
	TARGET("probes_total", COUNTER, "", SCOPE_TALLY, read_probes,
	       "Probes finished."),
	TARGET("probe_failures_total", COUNTER, "", SCOPE_TALLY, read_failures,
	       "Probes that ended CRITICAL or UNKNOWN."),
	TARGET("probe_duration_seconds", GAUGE, "seconds", SCOPE_RECORD, read_duration,
	       "How long the last probe took."),
	TARGET("probe_phase_duration_seconds", GAUGE, "seconds", SCOPE_RECORD, read_phases,
	       "How long each phase of the last probe took; phases it did not reach are absent."),
	TARGET("probe_last_run_timestamp_seconds", GAUGE, "seconds", SCOPE_RECORD, read_last_run,
	       "Unix time at which the last probe began. Probes run on a schedule, not at the scrape."),
	TARGET("probe_last_success_timestamp_seconds", GAUGE, "seconds", SCOPE_RECORD, read_last_success,
	       "Unix time of the last successful probe; 0 if there was none."),
	TARGET("probe_interval_seconds", GAUGE, "seconds", SCOPE_TARGET, read_interval,
	       "Time from one probe to the next while all is well."),
	TARGET("probe_late", GAUGE, "", SCOPE_RECORD, read_late,
	       "1 if the exporter itself was behind during the last probe, so that its durations are too long."),
	TARGET("reply_code", GAUGE, "", SCOPE_RECORD, read_reply_code,
	       "SMTP or LMTP reply code that decided the last probe, or else of the greeting."),
	TARGET("tls_info", GAUGE, "", SCOPE_RECORD, read_tls,
	       "1, with the TLS version and cipher of the last probe."),
	TARGET("tls_certificate_not_before_timestamp_seconds", GAUGE, "seconds", SCOPE_RECORD, read_not_before,
	       "Unix time at which the server's certificate begins to be valid."),
	TARGET("tls_certificate_not_after_timestamp_seconds", GAUGE, "seconds", SCOPE_RECORD, read_not_after,
	       "Unix time at which the server's certificate ends."),
	TARGET("tls_chain_not_after_timestamp_seconds", GAUGE, "seconds", SCOPE_RECORD, read_chain_not_after,
	       "Unix time at which the first certificate of the verified chain ends; absent if it could not be verified."),
	TARGET("tls_certificate_fault", GAUGE, "", SCOPE_RECORD, read_certificate_faults,
	       "1 for each thing wrong with the server's certificate, 0 for each that is in order."),
	TARGET("tls_certificate_info", GAUGE, "", SCOPE_RECORD, read_certificate,
	       "1, with the names and the identity of the server's certificate."),
	TARGET("mailbox_messages", GAUGE, "", SCOPE_RECORD, read_messages,
	       "Messages in the mailbox that was logged in to."),

	SELF("mailvane_build_info", GAUGE, "", read_build,
	     "1, with the version of the exporter and the compiler that built it."),
	SELF("mailvane_config_last_reload_successful", GAUGE, "", read_reload_ok,
	     "Whether the configuration could be used when it was last read."),
	SELF("mailvane_config_last_reload_success_timestamp_seconds", GAUGE, "seconds", read_loaded,
	     "Unix time at which the configuration in use was read."),
	SELF("mailvane_targets", GAUGE, "", read_targets,
	     "Targets configured: each service of each server is one."),
	SELF("mailvane_probes_in_flight", GAUGE, "", read_in_flight,
	     "Probes under way."),
	SELF("mailvane_probes_waiting", GAUGE, "", read_waiting,
	     "Probes that are due and wait for a budget: in all, or of their server's address."),
	SELF("mailvane_probes_late_total", COUNTER, "", read_engine_late,
	     "Probes that began more than 50 ms behind their time, by the exporter's own fault."),
	SELF("mailvane_probes_skipped_total", COUNTER, "", read_skipped,
	     "Probes left out: the one before was still running, or the login failed lately."),
	SELF("mailvane_schedule_lateness_max_seconds", GAUGE, "seconds", read_lateness,
	     "Longest that a probe began behind its time since the last scrape by anyone."),
	SELF("mailvane_event_loop_lag_seconds", GAUGE, "seconds", read_lag,
	     "How far the slowest engine thread was behind its timers when last measured."),
	SELF("mailvane_dns_questions_total", COUNTER, "", read_dns_questions,
	     "Names asked for, whether answered from the cache or not."),
	SELF("mailvane_dns_cache_hits_total", COUNTER, "", read_dns_cache_hits,
	     "Names answered from the exporter's cache."),
	SELF("mailvane_dns_failures_total", COUNTER, "", read_dns_failures,
	     "Names that could not be resolved."),
	SELF("mailvane_log_lines_lost_total", COUNTER, "", read_log_dropped,
	     "Log lines lost because stderr did not take them in time."),

	SELF("mailvane_passive_results_sent_total", COUNTER, "", read_passive_sent,
	     "Results handed to a scheduler as passive checks."),
	SELF("mailvane_passive_results_dropped_total", COUNTER, "", read_passive_dropped,
	     "Results a scheduler was not told: it was away and a newer one came, or it refused them."),

	SELF("process_cpu_seconds_total", COUNTER, "seconds", read_cpu,
	     "Total user and system CPU time spent in seconds."),
	SELF("process_open_fds", GAUGE, "", read_open_fds,
	     "Number of open file descriptors."),
	SELF("process_max_fds", GAUGE, "", read_max_fds,
	     "Maximum number of open file descriptors."),
	SELF("process_threads", GAUGE, "", read_threads,
	     "Number of threads of the process."),
	SELF("process_virtual_memory_bytes", GAUGE, "bytes", read_virtual_bytes,
	     "Virtual memory size in bytes."),
	SELF("process_virtual_memory_max_bytes", GAUGE, "bytes", read_virtual_max_bytes,
	     "Maximum amount of virtual memory available in bytes."),
	SELF("process_resident_memory_bytes", GAUGE, "bytes", read_resident_bytes,
	     "Resident memory size in bytes."),
	SELF("process_start_time_seconds", GAUGE, "seconds", read_started,
	     "Start time of the process since unix epoch in seconds."),
};
/* clang-format on */

const size_t metric_count = ARRAY_SIZE(metrics);
