#include "name_check_plan.h"

#include "certificate_made.h"
#include "name_verdict.h"

#include <stdio.h>
#include <string.h>

const struct moment hosted_asked_at = { 1795262400000 };

static struct certificate_made fallback = {
	.holders = 1000000, /* static: never freed */
	.facts = { .subject = (char[]){ "CN=shared7.example" },
		   .issuer = (char[]){ "CN=Test CA" },
		   .serial = (char[]){ "01" },
		   .fingerprint = "00ff",
		   .not_before = { 1790000000000 },
		   .not_after = { 1800000000000 } },
};

static struct certificate_made own = {
	.holders = 1000000,
	.facts = { .subject = (char[]){ "CN=<b>customer" },
		   .issuer = (char[]){ "CN=Test CA" },
		   .serial = (char[]){ "02" },
		   .fingerprint = "00ee",
		   .not_before = { 1790000000000 },
		   .not_after = { 1801000000000 } },
};

static const struct service imaps = {
	.name = "imaps", .protocol = &imap_protocol, .port = 993, .tls = TLS_MODE_IMPLICIT
};
static const struct service submissions = { .name = "submissions",
					    .protocol = &smtp_protocol,
					    .port = 465,
					    .tls = TLS_MODE_IMPLICIT };

static const struct label labels[] = { { "site", "fra1" } };

/* clang-format off */
static const struct target targets[] = {
	{ .server = "other", .host = "192.0.2.9", .service = &imaps },
	{ .server = "plain", .host = "192.0.2.8", .service = &imaps },
	{ .server = "shared7", .host = "192.0.2.7", .service = &imaps,
	  .labels = labels, .label_count = 1 },
	{ .server = "shared7", .host = "192.0.2.7", .service = &submissions,
	  .labels = labels, .label_count = 1 },
};
/* clang-format on */

static void put(const struct name_check *h, const char *name, enum fault fault,
		enum state state, int seconds, unsigned confirm)
{
	struct certificate *shown = fault == FAULT_CERT_NAME ? &fallback.facts : &own.facts;
	struct result r;
	size_t number;

	if (!name_set_find(h->name_set, view_of(name), &number))
		return;
	result_init(&r, (struct moment){ hosted_asked_at.ms + seconds * 1000 });
	r.state = state;
	r.fault = fault;
	r.phase = PHASE_TLS;
	r.certificate = certificate_hold(shown);
	if (fault != FAULT_OK)
		r.cert_faults = CERT_FAULT_BIT(fault);
	if (strcmp(name, "c121.test") == 0)
		r.chain_not_after.ms = 1796000000000;
	name_verdict_store(h->name_results, h->name_set, number, &r,
			   fault == FAULT_CERT_NAME, confirm);
	result_fini(&r);
}

static void fill(const struct name_check *h)
{
	char name[32];

	for (int i = 0; i < 120; i++) {
		snprintf(name, sizeof(name), "c%03d.test", i);
		put(h, name, i % 2 == 0 ? FAULT_CERT_EXPIRED : FAULT_CERT_NAME,
		    STATE_CRITICAL, i, 1);
	}
	put(h, "c120.test", FAULT_CERT_EXPIRING, STATE_WARNING, 120, 1);
	put(h, "c121.test", FAULT_OK, STATE_OK, 121, 1);
	name_results_put_fallback(h->name_results, &fallback.facts, hosted_asked_at);
	name_results_add_probes(h->name_results, 123, (struct span){ 1500000000 });
}

struct plan *name_check_plan_new(void)
{
	char texts[HOSTED_NAMES][32];
	const char *names[HOSTED_NAMES];
	struct plan *plan = plan_new();
	struct span hour = { INT64_C(3600) * 1000000000 };
	struct name_set *name_set, *one;

	for (int i = 0; i < HOSTED_NAMES; i++) {
		snprintf(texts[i], sizeof(texts[i]), "c%03d.test", i);
		names[i] = texts[i];
	}
	name_set = name_set_new(names, HOSTED_NAMES);
	one = name_set_new((const char *const[]){ "c.test" }, 1);
	plan_set_targets(plan, targets, ARRAY_SIZE(targets));
	plan_set_name_checks(plan,
			     (struct name_check_options[]){
				 { "shared7", "imaps", name_set, "names.txt", hour },
				 { "shared7", "submissions", name_set, "names.txt", hour },
				 { "plain", "imaps", one, NULL, hour } },
			     3);
	put(&plan->name_checks[0], "c.test", FAULT_OK, STATE_OK, 0, 1);
	fill(&plan->name_checks[1]);
	put(&plan->name_checks[2], "c000.test", FAULT_CERT_EXPIRED, STATE_CRITICAL, 5, 2);
	name_set_release(name_set);
	name_set_release(one);
	return plan;
}
