/* run_plan.c - services, account and settings as the options want them. */
#include "run_plan.h"

#include "buffer.h"
#include "dialogue.h"
#include "ehlo_name.h"
#include "expectations.h"
#include "password.h"

#include <string.h>

/* What a mail host should offer. */
static const char *const usual[] = { "smtp",  "submission", "submissions", "imap",
				     "imaps", "pop3",       "pop3s" };

static bool unknown_service(struct view name, char error[REFUSAL_MAX])
{
	const char *names[OPTIONS_SERVICES_MAX];
	const char *meant = service_suggestion(name);
	char typed[80], remedy[60];
	struct buffer b;

	buffer_init(&b, remedy, sizeof(remedy));
	for (size_t i = 0; i < builtin_service_count; i++)
		names[i] = builtin_services[i].name;
	printable_copy(typed, sizeof(typed), name);
	if (meant != NULL) {
		buffer_format(&b, "did you mean %s?", meant);
		return refusal(error, "unknown service", typed, buffer_string(&b));
	}
	return usage_error_of_word(error, "unknown service", typed, names,
				   builtin_service_count);
}

/* The service with what the options say instead. */
static const struct service *run_plan_choose_service(struct plan *plan,
						     const struct check_mail_options *o,
						     struct view name,
						     char error[REFUSAL_MAX])
{
	const struct service *known =
	    service_find(builtin_services, builtin_service_count, name);
	struct service *mine;

	if (known == NULL) {
		unknown_service(name, error);
		return NULL;
	}
	mine = arena_alloc(&plan->arena, sizeof(*mine));
	*mine = *known;
	if (o->port != 0)
		mine->port = o->port;
	if (o->tls_given)
		mine->tls = o->tls;
	if (o->lmtp)
		mine->protocol = protocol_local_variant(mine->protocol);
	return mine;
}

/* EXTERNAL has none. */
static const char *run_plan_secret_of(struct arena *arena,
				      const struct check_mail_options *o,
				      char error[REFUSAL_MAX])
{
	if (o->mechanism == MECHANISM_EXTERNAL)
		return "";
	if (o->token_file != NULL)
		return token_from_file(arena, o->token_file, error);
	if (o->password_file != NULL)
		return password_from_file(arena, o->password_file, error);
	if (o->password_env != NULL)
		return password_from_env(arena, o->password_env, error);
	return password_from_fd(arena, o->password_fd, error);
}

static bool fill_account(struct plan *plan, const struct check_mail_options *o,
			 const struct account **ret_account, char error[REFUSAL_MAX])
{
	struct account *account;

	if (o->user == NULL)
		return true;
	account = arena_alloc(&plan->arena, sizeof(*account));
	account->name = account->user = o->user;
	account->mechanism = o->mechanism;
	account->token = o->token_file != NULL;
	account->password = run_plan_secret_of(&plan->arena, o, error);
	*ret_account = account;
	return account->password != NULL;
}

/* Port 25 is for other servers, who do not log in (RFC 6409); unless it was asked for. */
static bool logs_in(const struct check_mail_options *o, const struct service *s)
{
	return o->service_count > 0 || strcmp(s->name, "smtp") != 0;
}

static const struct pins *pins_of(struct plan *plan, const struct check_mail_options *o)
{
	struct pins *pins;

	if (o->pin_count == 0)
		return NULL;
	pins = arena_alloc(&plan->arena, sizeof(*pins));
	*pins = (struct pins){ o->pin_count, o->pins };
	return pins;
}

static bool fill_targets(struct plan *plan, const struct check_mail_options *o,
			 char error[REFUSAL_MAX])
{
	struct target targets[OPTIONS_SERVICES_MAX] = { 0 };
	size_t count = o->service_count > 0 ? o->service_count : ARRAY_SIZE(usual);
	const struct account *account = NULL;
	const struct pins *pins = pins_of(plan, o);
	const struct target *twice;

	if (!fill_account(plan, o, &account, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct view name =
		    o->service_count > 0 ? o->services[i] : view_of(usual[i]);
		const struct service *service =
		    run_plan_choose_service(plan, o, name, error);

		if (service == NULL)
			return false;
		targets[i] = (struct target){
			.server = o->host,
			.host = o->host,
			.tls_name = o->name != NULL ? o->name : o->host,
			.pins = pins,
			.service = service,
			.account = logs_in(o, service) ? account : NULL,
			.addresses = (uint8_t)o->addresses,
			.flags = TARGET_FLAGS &
				 ((o->proxy_header ? TARGET_PROXY_HEADER : 0U) |
				  target_some_bad_flags(o->address_state) | o->dane),
			.legacy_tls_minutes = o->legacy_tls,
			.interval = o->timeout,
			.retry_interval = o->timeout,
			.timeout = o->timeout,
		};
	}
	twice = plan_set_targets(plan, targets, count);
	return twice == NULL ||
	       refusal(error, "--service", twice->service->name, "it is given twice");
}

static void fill_policy(struct policy *p, const struct check_mail_options *o)
{
	if (o->cert_warning_given)
		p->expiry_warning = o->cert_warning;
	if (o->cert_critical_given)
		p->expiry_critical = o->cert_critical;
	p->overrides = (struct overrides){ o->states.rows, o->states.count };
}

bool order_fill(struct plan *plan, const struct check_mail_options *o,
		char error[REFUSAL_MAX])
{
	struct settings *s = &plan->settings;

	s->tls.ca_file = o->ca_file;
	s->tls_min = o->tls_min;
	s->tls.client_cert = o->client_cert;
	s->tls.client_key = o->client_key;
	s->per_address_max = OPTIONS_SERVICES_MAX;
	if (o->source.any.sa_family == AF_INET6)
		s->source_v6 = o->source;
	else
		s->source_v4 = o->source;
	if (o->verbosity >= 2 || o->json || expectations_any(o))
		s->transcripts = TRANSCRIPTS_OF_ALL;
	if (o->envelope.to != NULL)
		s->envelope = &o->envelope;
	fill_policy(&s->policy, o);
	s->ehlo_name = o->ehlo_name;
	if (s->ehlo_name == NULL)
		s->ehlo_name = ehlo_name_default(&plan->arena, &s->source_v4);
	return fill_targets(plan, o, error);
}
