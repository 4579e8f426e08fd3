/* bench_plan.c - a plan of many targets against mailsim. */
#include "bench_plan.h"

#include "engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct service *service_new(struct plan *plan, const struct bench_params *params)
{
	const struct service *known =
	    service_find(builtin_services, builtin_service_count, view_of(params->service));
	struct service *service = arena_alloc(&plan->arena, sizeof(*service));

	if (known == NULL) {
		fprintf(stderr, "bench: unknown service %s\n", params->service);
		exit(2);
	}
	*service = *known;
	service->port = params->port;
	/* The plain one is what it is called. */
	if (service->tls == TLS_MODE_OPPORTUNISTIC)
		service->tls = TLS_MODE_NONE;
	return service;
}

static const char *server_name(struct plan *plan, size_t number)
{
	char text[64];

	snprintf(text, sizeof(text), "customer%06zu.example", number);
	return arena_text(&plan->arena, view_of(text));
}

static const char *host_name(struct plan *plan, unsigned number)
{
	char text[64];

	snprintf(text, sizeof(text), "127.0.0.%u", number);
	return arena_text(&plan->arena, view_of(text));
}

struct plan *bench_plan_new(const struct bench_params *params)
{
	struct plan *plan = plan_new();
	struct target *targets = calloc(params->count, sizeof(*targets));
	const char *hosts[BENCH_HOSTS];
	struct service *service;

	if (plan == NULL || targets == NULL)
		abort();
	service = service_new(plan, params);
	for (unsigned i = 0; i < BENCH_HOSTS; i++)
		hosts[i] = host_name(plan, i + 1);
	for (size_t i = 0; i < params->count; i++)
		targets[i] = (struct target){
			.server = server_name(plan, i),
			.host = hosts[i % BENCH_HOSTS],
			.tls_name = params->name,
			.service = service,
			.interval = params->interval,
			.retry_interval = params->interval,
			.timeout = params->timeout,
		};
	plan->settings.ehlo_name = "probe.demo.test";
	plan->settings.tls.ca_file = params->ca_file;
	plan->settings.in_flight_max = params->in_flight;
	plan->settings.per_address_max = params->in_flight / BENCH_HOSTS + 8;
	if (plan_set_targets(plan, targets, params->count) != NULL)
		abort();
	free(targets);
	return plan;
}

void bench_probe_one(const struct bench_params *params, struct result *ret_result)
{
	struct bench_params one = *params;
	struct record record;
	struct plan *plan;
	char error[512];

	one.count = 1;
	plan = bench_plan_new(&one);
	if (!engine_run_once(plan, NULL, error, sizeof(error)) ||
	    slot_copy(plan->targets[0].slot, &record, 1) != 1) {
		fprintf(stderr, "bench: no result: %s\n", error);
		exit(1);
	}
	if (record.last.state != STATE_OK) {
		fprintf(stderr, "bench: the probe ended with %s in %s: %s %s\n",
			fault_name(record.last.fault), phase_name(record.last.phase),
			record.last.text, record.last.cert_detail);
		exit(1);
	}
	result_copy(ret_result, &record.last);
	slot_record_fini(&record);
	plan_release(plan);
}

void bench_fill(struct plan *plan, const struct result *result)
{

	for (size_t i = 0; i < plan->target_count; i++)
		slot_publish(plan->targets[i].slot, result, false, 1);
}
