#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe_request.h"
#include "probe_target.h"

#include <string.h>

static const struct service imaps = { .name = "imaps", .port = 993 };
static const struct service moved = { .name = "imaps", .port = 1993 };
static const struct service smtp = { .name = "smtp", .port = 25 };
static const struct account account = { "probe", "user", "password", MECHANISM_BEST,
					false };
static const char *const names[] = { "*.allowed.example" };

/* clang-format off */
static const struct target targets[] = {
	{ .server = "shop", .host = "imap.example.com", .tls_name = "shop.example", .service = &moved,
	  .account = &account, .timeout = { 5000000000 }, .addresses = ADDRESS_EACH },
	{ .server = "store", .host = "imap.example.com", .tls_name = "store.example", .service = &imaps,
	  .account = &account, .timeout = { 4000000000 } },
	{ .server = "store", .host = "imap.example.com", .tls_name = "store.example", .service = &smtp,
	  .timeout = { 3000000000 } },
	{ .server = "v6", .host = "2001:db8::1", .tls_name = "v6.example", .service = &smtp,
	  .timeout = { 3000000000 } },
};
/* clang-format on */

static struct plan *plan;
static struct probe_target found;
static struct strbuf error;

static enum probe_target_answer find(const char *target, const char *module)
{
	strbuf_clear(&error);
	return probe_target_find(plan, target, module, &found, &error);
}

static void is(const char *target, const char *module, const char *tls_name, uint16_t port,
	       bool login, bool foreign)
{
	if (find(target, module) != PROBE_TARGET_FOUND)
		fail_msg("%s %s: %.*s", target, module, (int)error.n, error.p);
	assert_string_equal(found.target.tls_name, tls_name);
	assert_string_equal(found.target.service->name, module);
	assert_int_equal(found.target.service->port, port);
	assert_int_equal(found.target.account != NULL, login);
	assert_int_equal(found.foreign, foreign);
	assert_int_not_equal(found.target.addresses, ADDRESS_EACH);
}

static void what_is_configured(void **state)
{
	(void)state;
	is("store", "imaps", "store.example", 993, true, false);
	is("store", "smtp", "store.example", 25, false, false);
	is("shop", "imaps", "shop.example", 1993, true, false);
	is("imap.example.com:1993", "imaps", "shop.example", 1993, true, false);
	is("IMAP.example.com:993", "imaps", "store.example", 993, true, false);
	is("[2001:db8::1]:25", "smtp", "v6.example", 25, false, false);
	is("2001:db8::1", "smtp", "v6.example", 25, false, false);
	assert_true(find("store", "imaps") == PROBE_TARGET_FOUND);
	assert_int_equal(found.target.timeout.ns, 4000000000);
}

/* A configured server at a port or a service that nobody configured. */
static void credentials_stay_where_they_belong(void **state)
{
	static const uint16_t ports[] = { 465, 2525 };
	struct probe_acl *probe_acl = &plan->settings.on_demand.probe_acl;

	(void)state;
	probe_acl->ports = ports;
	probe_acl->port_count = ARRAY_SIZE(ports);
	is("imap.example.com:2525", "imaps", "shop.example", 2525, false, false);
	is("shop", "smtp", "shop.example", 25, false, false);
	probe_acl->port_count = 0;
}

static void refused(const char *target, const char *module, const char *words)
{
	assert_int_equal(find(target, module), PROBE_TARGET_FORBIDDEN);
	assert_non_null(memmem(error.p, error.n, words, strlen(words)));
}

/* Who may ask for a host must not find out what else listens there. */
static void ports_of_services_only(void **state)
{
	static const uint16_t ports[] = { 2525 };
	struct probe_acl *probe_acl = &plan->settings.on_demand.probe_acl;

	(void)state;
	refused("imap.example.com:2525", "imaps", "Port 2525 is not one of the services");
	refused("imap.example.com:22", "smtp", "put \"22\" into `ports` of `probe`");
	/* The port of a service of another server. */
	refused("v6", "imaps", "Port 993");
	refused("[2001:db8::1]:1993", "smtp", "Port 1993");
	refused("mx.allowed.example:8080", "smtp",
		"Port 8080 is not one of the ports of `services`");
	refused("192.0.2.9:2525", "smtp", "Port 2525");
	probe_acl->ports = ports;
	probe_acl->port_count = 1;
	is("[2001:db8::1]:2525", "smtp", "v6.example", 2525, false, false);
	is("192.0.2.9:2525", "smtp", "192.0.2.9", 2525, false, true);
	refused("192.0.2.9:2526", "smtp", "Port 2526");
	probe_acl->port_count = 0;
}

static void what_is_allowed(void **state)
{
	(void)state;
	is("mx.allowed.example", "smtp", "mx.allowed.example", 25, false, true);
	assert_string_equal(found.target.host, "mx.allowed.example");
	assert_int_equal(found.target.timeout.ns, 10000000000);
	is("mx.allowed.example:993", "smtp", "mx.allowed.example", 993, false, true);
	is("192.0.2.9:993", "smtp", "192.0.2.9", 993, false, true);
}

static void what_is_not(void **state)
{
	(void)state;
	assert_int_equal(find("mail.other.example", "smtp"), PROBE_TARGET_FORBIDDEN);
	assert_int_equal(find("192.0.3.1", "smtp"), PROBE_TARGET_FORBIDDEN);
	assert_int_equal(find("[::1]:25", "smtp"), PROBE_TARGET_FORBIDDEN);
	assert_int_equal(find(NULL, "smtp"), PROBE_TARGET_BAD);
	assert_int_equal(find("store", NULL), PROBE_TARGET_BAD);
	assert_int_equal(find("", "smtp"), PROBE_TARGET_BAD);
	assert_int_equal(find("store", "smtq"), PROBE_TARGET_BAD);
	assert_int_equal(find("mx.allowed.example:x", "smtp"), PROBE_TARGET_BAD);
	assert_int_equal(find("mx.allowed.example:0", "smtp"), PROBE_TARGET_BAD);
	assert_int_equal(find("a b.allowed.example", "smtp"), PROBE_TARGET_BAD);
	assert_int_equal(find("smtp://mx.allowed.example", "smtp"), PROBE_TARGET_BAD);
	assert_int_equal(error.p[error.n - 1], '\n');
}

static void the_shorter_patience_counts(void **state)
{
	const struct span offset = span_of_ms(500), module = span_of_ms(8000);
	struct span timeout;

	(void)state;
	assert_true(probe_request_timeout(NULL, offset, module, &timeout));
	assert_int_equal(timeout.ns, module.ns);
	assert_true(probe_request_timeout("10", offset, module, &timeout));
	assert_int_equal(timeout.ns, module.ns);
	assert_true(probe_request_timeout("5", offset, module, &timeout));
	assert_int_equal(timeout.ns, span_of_ms(4500).ns);
	assert_true(probe_request_timeout("0.4", offset, module, &timeout));
	assert_int_equal(timeout.ns, span_of_ms(200).ns);
	assert_false(probe_request_timeout("", offset, module, &timeout));
	assert_false(probe_request_timeout("5s", offset, module, &timeout));
	assert_false(probe_request_timeout("-1", offset, module, &timeout));
	assert_false(probe_request_timeout("nan", offset, module, &timeout));
	assert_false(probe_request_timeout("inf", offset, module, &timeout));
}

static int begin(void **state)
{
	static const struct service services[] = { { .name = "imaps", .port = 993 },
						   { .name = "smtp", .port = 25 } };
	static struct network network;

	(void)state;
	plan = plan_new();
	plan->services = services;
	plan->service_count = ARRAY_SIZE(services);
	network_parse(view_of("192.0.2.0/24"), &network);
	plan->settings.on_demand.probe_acl = (struct probe_acl){
		.names = names, .name_count = 1, .networks = &network, .network_count = 1
	};
	strbuf_init(&error);
	return plan_set_targets(plan, targets, ARRAY_SIZE(targets)) != NULL;
}

static int end(void **state)
{
	(void)state;
	plan_release(plan);
	strbuf_fini(&error);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_configured),
		cmocka_unit_test(credentials_stay_where_they_belong),
		cmocka_unit_test(ports_of_services_only),
		cmocka_unit_test(what_is_allowed),
		cmocka_unit_test(what_is_not),
		cmocka_unit_test(the_shorter_patience_counts),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
