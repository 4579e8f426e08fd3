/* check_mail - a Nagios plugin: the mail services of one host, one verdict.
 *
 * Arguments become a plan, the engine runs it once, the report prints what it found. Nothing
 * but the report reaches standard output, nothing at all standard error.
 */
#include "ehlo_name.h"
#include "engine.h"
#include "options.h"
#include "password.h"
#include "report.h"
#include "suggest.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run {
	struct plan *plan;
	struct result *results; /* of each target */
};

static int give_up(const char *why)
{
	printf("MAIL UNKNOWN - %s\n", why);
	return STATE_UNKNOWN;
}

static void keep(void *user, const struct target *target, const struct result *result,
		 enum state before, struct moment since)
{
	struct run *run = user;

	(void)before;
	(void)since;
	result_copy(&run->results[target - run->plan->targets], result);
}

static bool unknown_service(struct view name, char error[OPTIONS_ERROR_MAX])
{
	const char *names[32], *near;
	char typed[80];

	for (size_t i = 0; i < builtin_service_count; i++)
		names[i] = builtin_services[i].name;
	near = suggest_word(name, names, builtin_service_count);
	printable_copy(typed, sizeof(typed), name);
	snprintf(error, OPTIONS_ERROR_MAX, "unknown service '%s': %s%s%s", typed,
		 near != NULL ? "did you mean " : "see --help for the list",
		 near != NULL ? near : "", near != NULL ? "?" : "");
	return false;
}

/* The service with what the options say instead. */
static bool choose_service(struct plan *plan, const struct options *o, struct view name,
			   const struct service **ret_service,
			   char error[OPTIONS_ERROR_MAX])
{
	const struct service *known =
	    service_find(builtin_services, builtin_service_count, name);
	struct service *mine;

	if (known == NULL)
		return unknown_service(name, error);
	mine = arena_alloc(&plan->arena, sizeof(*mine));
	*mine = *known;
	if (o->port != 0)
		mine->port = o->port;
	if (o->tls_given)
		mine->tls = o->tls;
	*ret_service = mine;
	return true;
}

static bool add_account(struct plan *plan, const struct options *o,
			const struct account **ret_account, char error[OPTIONS_ERROR_MAX])
{
	struct account *account;

	if (o->user == NULL)
		return true;
	account = arena_alloc(&plan->arena, sizeof(*account));
	account->name = account->user = o->user;
	account->password =
	    password_read(&plan->arena, o->password_file, error, OPTIONS_ERROR_MAX);
	*ret_account = account;
	return account->password != NULL;
}

static bool add_targets(struct plan *plan, const struct options *o,
			char error[OPTIONS_ERROR_MAX])
{
	struct target targets[OPTIONS_SERVICES_MAX] = { 0 };
	const struct account *account = NULL;
	const struct target *twice;

	if (!add_account(plan, o, &account, error))
		return false;
	for (size_t i = 0; i < o->service_count; i++) {
		targets[i] = (struct target){
			.server = o->host,
			.host = o->host,
			.tls_name = o->name != NULL ? o->name : o->host,
			.account = account,
			.addresses = o->addresses,
			.interval = o->timeout,
			.retry_interval = o->timeout,
			.timeout = o->timeout,
		};
		if (!choose_service(plan, o, o->services[i], &targets[i].service, error))
			return false;
	}
	twice = plan_set_targets(plan, targets, o->service_count);
	if (twice == NULL)
		return true;
	snprintf(error, OPTIONS_ERROR_MAX, "service '%s' is given twice",
		 twice->service->name);
	return false;
}

static bool fill(struct plan *plan, const struct options *o, char error[OPTIONS_ERROR_MAX])
{
	plan->settings.tls.ca_file = o->ca_file;
	plan->settings.per_address_max = OPTIONS_SERVICES_MAX;
	plan->settings.ehlo_name = o->ehlo_name;
	if (o->ehlo_name == NULL)
		plan->settings.ehlo_name =
		    ehlo_name_default(&plan->arena, &plan->settings.source_v4);
	return add_targets(plan, o, error);
}

static int report(const struct run *run)
{
	char text[REPORT_MAX];
	struct buffer b;
	enum state state;

	buffer_init(&b, text, sizeof(text));
	state = report_write(&b, run->plan->targets, run->results, run->plan->target_count);
	fputs(buffer_string(&b), stdout);
	return (int)state;
}

static int probe(struct plan *plan)
{
	struct run run = { .plan = plan };
	struct engine_hooks hooks = { .probed = keep, .user = &run };
	char error[OPTIONS_ERROR_MAX];
	int code;

	run.results = calloc(plan->target_count, sizeof(*run.results));
	if (run.results == NULL)
		return give_up("out of memory");
	if (engine_run_once(plan, &hooks, error, sizeof(error)))
		code = report(&run);
	else
		code = give_up(error);
	for (size_t i = 0; i < plan->target_count; i++)
		result_fini(&run.results[i]);
	free(run.results);
	return code;
}

int main(int argc, char **argv)
{
	char error[OPTIONS_ERROR_MAX];
	struct options options;
	struct plan *plan;
	int code;

	signal(SIGPIPE, SIG_IGN);
	if (!options_parse(argc, argv, &options, error))
		return give_up(error);
	if (options.version || options.help) {
		printf("check_mail %s\n%s%s", MAILVANE_VERSION, options.help ? "\n" : "",
		       options.help ? options_help : "");
		return STATE_UNKNOWN;
	}
	plan = plan_new();
	code = fill(plan, &options, error) ? probe(plan) : give_up(error);
	plan_release(plan);
	return code;
}
