#include "exporter_plan.h"

#include <string.h>

const struct moment probed_at = { 1795262400500 };

static struct certificate_made leaf = {
	.holders = 1000000, /* static: never freed */
	.facts = { .subject = (char[]){ "CN=mail.example.com,O=\"A\\B\"" },
		   .issuer = (char[]){ "CN=Test CA" },
		   .serial = (char[]){ "0a1b" },
		   .fingerprint = "00ff",
		   .not_before = { 1790000000000 },
		   .not_after = { 1800000000000 } },
};

static const struct label labels[] = { { "site", "fra1" } };

static const struct service imaps = {
	.name = "imaps", .protocol = &imap_protocol, .port = 993, .tls = TLS_MODE_IMPLICIT
};
static const struct service smtp = { .name = "smtp",
				     .protocol = &smtp_protocol,
				     .port = 25,
				     .tls = TLS_MODE_OPPORTUNISTIC };

/* clang-format off */
static const struct target targets[] = {
	{ .server = "a<b", .host = "imap.example.com", .service = &imaps,
	  .interval = { 60000000000 }, .labels = labels, .label_count = 1 },
	{ .server = "a<b", .host = "imap.example.com", .service = &smtp,
	  .interval = { 60000000000 } },
	{ .server = "mx&co", .host = "mx.example.com", .service = &smtp,
	  .interval = { 30500000000 }, .addresses = ADDRESS_EACH },
};
/* clang-format on */

const struct health exporter_plan_health = {
	.version = "1.2.3",
	.started = { 1795000000000 },
	.targets = ARRAY_SIZE(targets),
	.reload_ok = true,
	.loaded = { 1795000001000 },
	.running = true,
	.engine = { .probes = 7, .late = 2, .skipped_overrun = 3, .in_flight = 4 },
};

static void publish_good(struct slot *slot)
{
	struct result r;

	result_init(&r, probed_at);
	r.state = STATE_OK;
	r.took.ns = 250000000;
	r.phases[PHASE_DNS].ns = 1000000;
	r.phases[PHASE_TLS].ns = 20000000;
	r.flags = RESULT_TLS | RESULT_VERIFIED;
	r.tls_version = "TLSv1.3";
	r.tls_cipher = "TLS_AES_256_GCM_SHA384";
	r.certificate = certificate_hold(&leaf.facts);
	r.cert_faults = CERT_FAULT_BIT(FAULT_CERT_WEAK);
	r.chain_not_after.ms = 1799000000000;
	r.messages = 42;
	r.held_until.ms = 1795262460000;
	slot_publish(slot, &r, false, 1);
	result_fini(&r);
}

static void publish_address(struct slot *slot, const char *address, enum fault fault)
{
	struct result r;

	result_init(&r, probed_at);
	address_parse(view_of(address), 25, &r.address);
	r.state = fault ? STATE_CRITICAL : STATE_OK;
	r.fault = r.dialogue_fault = fault;
	r.phase = r.dialogue_phase = fault ? PHASE_GREETING : PHASE_QUIT;
	r.code = fault ? 554 : 220;
	strcpy(r.text, "<script>alert('\"&')</script>");
	slot_publish(slot, &r, true, 1);
	result_fini(&r);
}

struct plan *exporter_plan_new(void)
{
	struct plan *plan = plan_new();

	if (plan_set_targets(plan, targets, ARRAY_SIZE(targets)) != NULL)
		return NULL;
	publish_good(plan->targets[0].slot);
	publish_address(plan->targets[2].slot, "192.0.2.1", FAULT_OK);
	publish_address(plan->targets[2].slot, "2001:db8::1", FAULT_REJECTED);
	return plan;
}
