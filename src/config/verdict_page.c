/* verdict_page.c - the table of verdicts as a page of Markdown. */
#include "config.h"

#include "explain.h"
#include "listing.h"
#include "verdict.h"

static const char head[] =
    "# Verdicts\n"
    "\n"
    "Which state a probe has, written by the program from the table that decides it; "
    "`check_mail` and the\n"
    "exporter share it. Every probe ends in one pair of fault and phase. The fault of the "
    "dialogue and all\n"
    "faults of the certificate are weighed, and the worst state decides; between equals "
    "the dialogue's goes\n"
    "first. OK < UNKNOWN < WARNING < CRITICAL.\n"
    "\n"
    "| fault | state | meaning |\n"
    "|---|---|---|\n";

static const char foot[] =
    "\n"
    "## Other states\n"
    "\n"
    "Rows of your own go before the table, in the configuration of the exporter at the top "
    "level or in a\n"
    "server:\n"
    "\n"
    "    policy = (\n"
    "      { fault = \"tempfail\"; state = \"OK\"; },\n"
    "      { fault = \"rejected\"; phase = \"greeting\"; service = \"smtp\"; state = "
    "\"WARNING\"; }\n"
    "    );\n"
    "\n"
    "and in a plugin: `check_mail --state tempfail=ok --state rejected/greeting=warning`.\n"
    "\n"
    "Rows of a server go before those of the top level. Among them the most exact counts: "
    "one for a service\n"
    "before one for all services, then one for a phase before one for all phases. The "
    "order "
    "in which they\n"
    "stand does not matter, and the same row twice is an error. A row for `cert_expiring` "
    "replaces both of\n"
    "its states. Faults of a certificate are found in the phase `tls`.\n";

static const char *verdict_page_state_of(enum fault f, enum phase phase, enum tls_mode tls)
{
	const struct service service = { .name = "any", .tls = tls };

	return state_name(verdict_state(f, phase, &service));
}

static void put_states(struct listing *p, enum fault f)
{
	const char *strict = verdict_page_state_of(f, PHASE_TLS, TLS_MODE_STARTTLS);
	const char *lenient = verdict_page_state_of(f, PHASE_TLS, TLS_MODE_OPPORTUNISTIC);
	const char *at_farewell = verdict_page_state_of(f, PHASE_QUIT, TLS_MODE_STARTTLS);

	listing_put(p, strict);
	if (lenient != strict)
		LISTING_PUT(p, ", ", lenient, " where TLS is opportunistic");
	if (at_farewell != strict)
		LISTING_PUT(p, ", ", at_farewell, " in phase `quit`");
	if (f == FAULT_CERT_EXPIRING)
		listing_put(p, " or CRITICAL, by `certificate`");
	if (f == FAULT_TLS_CIPHER)
		listing_put(p, "; OK for what is only a SHOULD NOT");
}

char *config_verdicts(void)
{
	struct listing page = { 0 };

	listing_put(&page, head);
	for (enum fault f = 0; f < FAULT_COUNT; f++) {
		LISTING_PUT(&page, "| `", fault_name(f), "` | ");
		put_states(&page, f);
		LISTING_PUT(&page, " | ", verdict_words(f), ": ", explain_fault(f)->meaning,
			    " |\n");
	}
	listing_put(&page, "\nPhases, in their order:");
	for (enum phase phase = 0; phase < PHASE_COUNT; phase++)
		LISTING_PUT(&page, phase > 0 ? ", `" : " `", phase_name(phase), "`");
	listing_put(&page, ".\n");
	listing_put(&page, foot);
	return listing_take(&page);
}
