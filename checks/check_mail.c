/* check_mail - a Nagios plugin: the mail services of one host, one verdict.
 *
 * Arguments become a plan (order), the engine runs it once, findings are judged and printed.
 * Nothing but the report reaches standard output, nothing at all standard error.
 */
#include "details.h"
#include "engine.h"
#include "explain.h"
#include "extra_opts.h"
#include "failed_login.h"
#include "findings.h"
#include "json.h"
#include "names_json.h"
#include "output.h"
#include "renewal.h"
#include "run_plan.h"
#include "signal_output.h"
#include "usual_capabilities.h"

#include <stdlib.h>

/* A probe ends by its own timeout, and a farewell takes a second; beyond that something hangs. */
enum { GRACE_S = 3, EXPLANATION_MAX = 4096 };

static int check_mail_give_up(const char *why)
{
	return output_unknown("MAIL", view_of(why));
}

static void check_mail_keep(void *user, const struct target *target,
			    const struct result *result, const struct published *published)
{
	(void)published;
	findings_add(user, target, result);
}

static void put_list(struct buffer *b, const char *title, const char *lines)
{
	if (*lines != '\0')
		buffer_format(b, "%s:\n", title);
	while (*lines != '\0') {
		size_t n = 0;

		while (lines[n] != '\0' && lines[n] != '\n')
			n++;
		buffer_format(b, "  - %.*s\n", (int)n, lines);
		lines += n + (lines[n] == '\n');
	}
}

static int check_mail_explain(enum fault fault)
{
	const struct explanation *e = explain_fault(fault);
	char text[EXPLANATION_MAX];
	struct buffer b;

	buffer_init(&b, text, sizeof(text));
	buffer_format(&b, "%s: %s\n%s\n", fault_name(fault), verdict_words(fault),
		      e->meaning);
	put_list(&b, "usual causes", e->causes);
	put_list(&b, "what to do", e->remedy);
	output_lines(buffer_view(&b));
	return STATE_UNKNOWN;
}

/* A note behind the report, where there is room for one. */
static void check_mail_remark(const struct check_mail_options *o, const char *error)
{
	if (!o->json)
		output_text(error);
}

static void report_details(const struct finding *f, unsigned verbosity)
{
	static char text[DETAILS_MAX];
	struct buffer b;

	buffer_init(&b, text, sizeof(text));
	details_put(&b, f, verbosity);
	output_lines(buffer_view(&b));
	if (b.full)
		output_text("  (there is more than can be shown)");
}

static int report(struct findings *f, const struct check_mail_options *o)
{
	char text[REPORT_MAX];
	struct report_limits limits;
	struct buffer b;
	enum state state;

	findings_judge(f, o);
	thresholds_show(&o->limits, &limits);
	limits.envelope = o->envelope.to != NULL;
	buffer_init(&b, text, sizeof(text));
	state = report_write(&b, f->list, f->count, &limits);
	if (o->json) {
		json_print(o->host, f->list, f->count, state);
		return (int)state;
	}
	output_report(buffer_view(&b), (struct view){ 0 });
	for (size_t i = 0; i < f->count && o->verbosity > 0; i++)
		report_details(&f->list[i], o->verbosity);
	return (int)state;
}

static int probe_once(struct plan *plan, const struct check_mail_options *o,
		      struct breaker *breaker)
{
	struct findings findings = { 0 };
	struct engine_hooks hooks = { .probed = check_mail_keep,
				      .user = &findings,
				      .breaker = breaker,
				      .legacy_tls = o->legacy_tls };
	char error[REFUSAL_MAX];
	bool kept = true;
	int code;

	if (!engine_run_once(plan, &hooks, error, sizeof(error)))
		code = check_mail_give_up(error);
	else if (findings.count == 0)
		code = check_mail_give_up("out of memory");
	else {
		findings_note_legacy_tls(&findings, &plan->settings.policy);
		if (o->state_dir != NULL)
			kept = usual_capabilities_compare(o->state_dir, plan, &findings,
							  error);
		renewal_compare_all(&plan->settings.policy, findings.list, findings.count);
		code = report(&findings, o);
	}
	if (!kept)
		check_mail_remark(o, error);
	findings_fini(&findings);
	return code;
}

/* Of all services that log in; NULL: none does. */
static const struct account *account_of(const struct plan *plan)
{
	for (size_t i = 0; i < plan->target_count; i++)
		if (plan->targets[i].account != NULL)
			return plan->targets[i].account;
	return NULL;
}

static int probe(struct plan *plan, const struct check_mail_options *o)
{
	const struct account *account = account_of(plan);
	struct failed_login login;
	char error[REFUSAL_MAX];
	int code;

	if (o->state_dir == NULL)
		return probe_once(plan, o, NULL);
	if (account == NULL)
		return usual_capabilities_ready(o->state_dir, error)
			   ? probe_once(plan, o, NULL)
			   : check_mail_give_up(error);
	if (!failed_login_open(&login, o->state_dir, o->host, account, instant_now(),
			       moment_now(), error))
		return check_mail_give_up(error);
	code = probe_once(plan, o, &login.breaker);
	if (!failed_login_keep(&login, instant_now(), moment_now(), error))
		check_mail_remark(o, error);
	failed_login_close(&login);
	return code;
}

static int report_names(const struct customer_names *n, const struct check_mail_options *o)
{
	char text[REPORT_MAX];
	struct names_sum sum;
	struct buffer b;

	names_sum(n, o, &sum);
	if (o->json) {
		names_json(n, o, &sum);
		return (int)sum.state;
	}
	buffer_init(&b, text, sizeof(text));
	names_report(&b, n, o, &sum);
	output_report(buffer_view(&b), (struct view){ 0 });
	return (int)sum.state;
}

static int ask_names(struct plan *plan, const struct check_mail_options *o)
{
	struct customer_names names;
	char error[REFUSAL_MAX];
	int code;

	if (customer_names_init(&names, plan, o, error) &&
	    customer_names_ask(&names, plan, o, error))
		code = report_names(&names, o);
	else
		code = check_mail_give_up(error);
	customer_names_fini(&names);
	return code;
}

static int print_version(bool with_help)
{
	output_text("check_mail " MAILVANE_VERSION);
	if (with_help)
		output_text("\n");
	for (size_t i = 0; with_help && options_help[i] != NULL; i++)
		output_text(options_help[i]);
	return STATE_UNKNOWN;
}

static int check_mail_run(struct plan *plan, int argc, char **argv)
{
	char error[REFUSAL_MAX];
	struct check_mail_options options;

	/* Files are read from here on, and one may be on a file system that hangs. */
	signal_output_after(OPTIONS_TIMEOUT_S + GRACE_S);
	if (!extra_opts_expand(&plan->arena, "check_mail", &argc, &argv, error) ||
	    !options_parse(argc, argv, &options, error))
		return check_mail_give_up(error);
	signal_output_after((unsigned)span_seconds(options.timeout) + GRACE_S);
	if (options.explain_given)
		return check_mail_explain(options.explain);
	if (options.version || options.help)
		return print_version(options.help);
	if (!order_fill(plan, &options, error))
		return check_mail_give_up(error);
	return options.names_file != NULL ? ask_names(plan, &options)
					  : probe(plan, &options);
}

int main(int argc, char **argv)
{
	struct plan *plan;
	int code;

	signal_output_prepare("MAIL");
	plan = plan_new();
	code = check_mail_run(plan, argc, argv);
	plan_release(plan);
	return code;
}
