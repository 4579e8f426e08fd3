/* test_config_files.c - every file of tests/unit/config beside what must come of it.
 *
 * NAME.conf is loaded as it is, NAME.csv and NAME.json as the target file of a small
 * configuration (targets.conf.in). NAME.conf.expected is either the plan or all errors,
 * one a line. MAILVANE_REWRITE=1 writes what came instead of comparing: read the difference.
 */
#include "config.h"
#include "folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *span(struct span s)
{
	static char texts[4][SPAN_TEXT_MAX];
	static unsigned next;

	return span_text(s, texts[next++ % 4]);
}

static void put_limit(FILE *out, const char *name, struct expiry_limit limit)
{
	fprintf(out, " %s=%g%%/%s", name, limit.share * 100, span(limit.left));
}

static void put_settings(FILE *out, const struct settings *s)
{
	char v4[ADDRESS_TEXT_MAX], v6[ADDRESS_TEXT_MAX];

	fprintf(out, "settings ehlo=%s tls_min=%d ca_file=%s ca_path=%s resolvers=%s",
		s->ehlo_name, s->tls_min, s->tls.ca_file ? s->tls.ca_file : "-",
		s->tls.ca_path ? s->tls.ca_path : "-", s->resolvers ? s->resolvers : "-");
	fprintf(out, " source=%s,%s threads=%u in_flight=%u per_address=%u",
		address_text(&s->source_v4, v4), address_text(&s->source_v6, v6),
		s->threads, s->in_flight_max, s->per_address_max);
	/* Only where it is not the default. */
	if (s->trust_ad)
		fprintf(out, " trust_ad");
	if (s->transcripts != TRANSCRIPTS_OF_FAILURES)
		fprintf(out, " transcripts=%d", s->transcripts);
	if (s->buckets.count != 8)
		fprintf(out, " buckets=%u", s->buckets.count);
	for (unsigned i = 0; s->buckets.count != 8 && i < s->buckets.count; i++)
		fprintf(out, ",%s", span(s->buckets.limits[i]));
	put_limit(out, "warning", s->policy.expiry_warning);
	put_limit(out, "critical", s->policy.expiry_critical);
	fputc('\n', out);
}

/* Nothing, where all is as it is by default. */
static void put_on_demand(FILE *out, const struct on_demand *o)
{
	const struct probe_acl *a = &o->probe_acl;
	char text[ADDRESS_TEXT_MAX];

	if (a->name_count + a->network_count + a->port_count == 0 && o->max == 32 &&
	    o->offset.ns == span_of_ms(500).ns)
		return;
	fprintf(out, "probe at_once=%u offset=%s timeout=%s names=", o->max,
		span(o->offset), span(o->timeout));
	for (size_t i = 0; i < a->name_count; i++)
		fprintf(out, "%s%s", i > 0 ? "," : "", a->names[i]);
	fputs(" networks=", out);
	for (size_t i = 0; i < a->network_count; i++)
		fprintf(out, "%s%s/%u", i > 0 ? "," : "",
			address_text(&a->networks[i].base, text), a->networks[i].bits);
	for (size_t i = 0; i < a->port_count; i++)
		fprintf(out, "%s%u", i > 0 ? "," : " ports=", a->ports[i]);
	fputc('\n', out);
}

static void put_hosting(FILE *out, const struct name_check *h)
{
	if (h == NULL)
		return;
	fprintf(out, " names=%s", strrchr(h->file, '/') + 1);
	for (size_t i = 0; i < name_set_count(h->name_set); i++)
		fprintf(out, "%c%s", i == 0 ? ':' : ',',
			name_set_name(h->name_set, name_set_by_letters(h->name_set, i)));
	fprintf(out, " names_every=%s", span(h->interval));
}

static void put_target(FILE *out, const struct plan *plan, const struct target *t)
{
	static const char *const modes[] = { "first", "ipv4", "ipv6", "each" };
	char pin[PIN_TEXT_MAX];

	fprintf(out, "%s/%s %s %s:%u tls=%s name=%s", t->server, t->service->name,
		protocol_name(t->service->protocol), t->host, t->service->port,
		tls_mode_name(t->service->tls), t->tls_name);
	fprintf(out, " every=%s retry=%s timeout=%s addresses=%s", span(t->interval),
		span(t->retry_interval), span(t->timeout), modes[t->addresses]);
	if (t->confirm != 2)
		fprintf(out, " confirm=%u", t->confirm);
	if (t->legacy_tls_minutes != 24 * 60)
		fprintf(out, " obsolete=%um", t->legacy_tls_minutes);
	if (t->tls_min != 0 || t->service->tls_min != 0)
		fprintf(out, " tls_min=%u,%u", t->tls_min, t->service->tls_min);
	if (t->account != NULL)
		fprintf(out, " account=%s:%s:%s", t->account->name, t->account->user,
			t->account->password);
	for (size_t i = 0; t->pins != NULL && i < t->pins->count; i++)
		fprintf(out, " pin=%s", pin_text(&t->pins->list[i], pin));
	if (t->flags & TARGET_PLAINTEXT_LOGIN)
		fprintf(out, " plaintext");
	if (t->flags & TARGET_UNVERIFIED_LOGIN)
		fprintf(out, " unverified");
	if (t->flags & TARGET_HISTOGRAM)
		fprintf(out, " histogram");
	if (t->flags & (TARGET_DANE_OFF | TARGET_DANE_REQUIRED))
		fprintf(out, " dane=%s", t->flags & TARGET_DANE_OFF ? "off" : "require");
	if (target_some_bad(t) != STATE_WARNING)
		fprintf(out, " some_bad=%s", state_name(target_some_bad(t)));
	for (size_t i = 0; i < t->label_count; i++)
		fprintf(out, " %s=%s", t->labels[i].name, t->labels[i].value);
	put_hosting(out, plan_find_name_check(plan, t));
	fputc('\n', out);
}

static void put_overrides(FILE *out, const char *whose, const struct overrides *all)
{
	for (size_t i = 0; all != NULL && i < all->count; i++) {
		const struct override *o = &all->list[i];

		fprintf(out, "%s: %s/%s at %s is %s\n", whose, fault_name(o->fault),
			o->phase < PHASE_COUNT ? phase_name(o->phase) : "*",
			o->service != NULL ? o->service : "*", state_name(o->state));
	}
}

static const char *or_dash(const char *text)
{
	return text != NULL ? text : "-";
}

static void put_passive(FILE *out, const struct passive_settings *p)
{
	const struct passive_icinga2 *i = &p->icinga2;

	if (p->nagios.spool != NULL)
		fprintf(out, "nagios spool=%s host=%s service=%s\n",
			strrchr(p->nagios.spool, '/'), p->nagios.names.host,
			p->nagios.names.service);
	if (i->url != NULL)
		fprintf(
		    out,
		    "icinga2 url=%s user=%s:%s ca_file=%s tls_name=%s host=%s service=%s\n",
		    i->url, i->user, i->password,
		    i->ca_file != NULL ? strrchr(i->ca_file, '/') : "-",
		    or_dash(i->tls_name), i->names.host, i->names.service);
}

static void put_config(FILE *out, const struct config *c)
{
	put_settings(out, &c->plan->settings);
	put_on_demand(out, &c->plan->settings.on_demand);
	put_passive(out, &c->passive);
	put_overrides(out, "policy", &c->plan->settings.policy.overrides);
	for (size_t i = 0; i < c->plan->target_count; i++) {
		put_target(out, c->plan, &c->plan->targets[i]);
		put_overrides(out, c->plan->targets[i].server,
			      c->plan->targets[i].overrides);
	}
}

static void put_errors(FILE *out, const struct config_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		const struct config_error *e = &errors->list[i];

		fprintf(out, "%s: %s%s%s\n", e->where, e->what, e->hint[0] ? " -> " : "",
			e->hint);
	}
	if (errors->total > errors->count)
		fprintf(out, "... %zu errors in all\n", errors->total);
}

static char *outcome_of(const char *path)
{
	struct config_errors errors;
	struct config *config = config_load(path, &errors);
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	assert_non_null(out);
	assert_true((config == NULL) == (errors.total > 0));
	if (config != NULL)
		put_config(out, config);
	put_errors(out, &errors);
	fclose(out);
	config_free(config);
	config_errors_fini(&errors);
	return text;
}

static void compare(const char *name, const char *came)
{
	char path[4096];
	char *expected;
	FILE *f;

	snprintf(path, sizeof(path), DATA "/%s.expected", name);
	if (getenv("MAILVANE_REWRITE") != NULL) {
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(came, f);
		fclose(f);
		return;
	}
	expected = folder_read(path);
	if (expected == NULL || strcmp(expected, came) != 0)
		print_error("%s: expected\n%s\nbut came\n%s\n", name,
			    expected != NULL ? expected : "(no file .expected)", came);
	assert_non_null(expected);
	assert_string_equal(expected, came);
	free(expected);
}

/* The whole of it, and behind it the targets in the words of put_target. */
static char *dump_of(const struct config *config)
{
	char *text = NULL, *server;
	size_t n, at = 0;
	FILE *out = open_memstream(&text, &n);

	assert_non_null(out);
	fprintf(out, "%sservers = (\n", config->dump);
	while ((server = config_dump_server(config->plan, &at)) != NULL) {
		fprintf(out, "%s%s\n", server, at < config->plan->target_count ? "," : "");
		free(server);
	}
	fprintf(out, ");\n");
	for (size_t i = 0; i < config->plan->target_count; i++) {
		fputs("# ", out);
		put_target(out, config->plan, &config->plan->targets[i]);
	}
	fclose(out);
	return text;
}

/* Files are named in comments only. */
static void without_files(char *dump)
{
	static const char *const lines[] = { "# target_files = ", "# include = " };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char *line = strstr(dump, lines[i]);

		if (line != NULL)
			memmove(line, strchr(line, '\n') + 1,
				strlen(strchr(line, '\n') + 1) + 1);
	}
}

/* What is dumped is a configuration of the same targets, up to ports of a target file. */
static void dumps_as_it_is(const char *path)
{
	struct config_errors errors;
	struct config *config = config_load(path, &errors), *again;
	char *dump, *second;

	config_errors_fini(&errors);
	if (config == NULL)
		return;
	dump = dump_of(config);
	config_free(config);
	without_files(dump);
	if (strstr(dump, ", as a target file says") != NULL) {
		free(dump);
		return;
	}
	folder_write("dumped.conf", 0644, dump);
	again = config_load("dumped.conf", &errors);
	if (again == NULL)
		fail_msg("%s: %s: %s in\n%s", path, errors.list[0].where,
			 errors.list[0].what, dump);
	second = dump_of(again);
	assert_string_equal(dump, second);
	config_errors_fini(&errors);
	config_free(again);
	free(dump);
	free(second);
}

static void write_wrapper(const char *name)
{
	char *template = folder_read("targets.conf.in");
	char text[4096];

	assert_non_null(template);
	snprintf(text, sizeof(text), "%s\ntarget_files = \"%s\";\n", template, name);
	folder_write("wrapper.conf", 0644, text);
	free(template);
}

static void loads_as_expected(void **state)
{
	const char *name = *state;
	bool is_conf = strcmp(name + strlen(name) - 5, ".conf") == 0;
	char *came;

	if (!is_conf)
		write_wrapper(name);
	came = outcome_of(is_conf ? name : "wrapper.conf");
	compare(name, came);
	free(came);
	dumps_as_it_is(is_conf ? name : "wrapper.conf");
}

static int enter(void **state)
{
	(void)state;
	folder_enter();
	folder_copy(DATA);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	folder_leave();
	return 0;
}

int main(void)
{
	enum { TESTS_MAX = 300 };
	struct CMUnitTest tests[TESTS_MAX];
	glob_t found = { 0 };
	size_t n = 0;
	int failed;

	glob(DATA "/*.conf", 0, NULL, &found);
	glob(DATA "/*.csv", GLOB_APPEND, NULL, &found);
	glob(DATA "/*.json", GLOB_APPEND, NULL, &found);
	for (; n < found.gl_pathc && n < TESTS_MAX; n++) {
		char *name = strrchr(found.gl_pathv[n], '/') + 1;

		tests[n] = (struct CMUnitTest){ .name = name,
						.test_func = loads_as_expected,
						.initial_state = name };
	}
	if (n < 60)
		return 1; /* the data is not where it should be */
	failed = _cmocka_run_group_tests("config files", tests, n, enter, leave);
	globfree(&found);
	return failed;
}
