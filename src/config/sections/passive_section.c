/* passive_section.c - `passive`: schedulers that are told results. */
#include "passive_section.h"

#include "file.h"
#include "host_name.h"
#include "name_template.h"
#include "secret.h"

#include <string.h>

static void check_template(struct loader *l, const struct draft *d, unsigned key,
			   const char *name, const char *text)
{
	const char *fault = name_template_fault(view_of(text));

	if (fault != NULL)
		errors_add(&l->errors, draft_place(d, key),
			   "such as \"{server}\" or \"mail {service}\"", "%s %s %s", name,
			   QUOTE(view_of(text)), fault);
}

static void take_nagios(struct loader *l)
{
	const struct nagios_draft *d = &l->top.passive.nagios;

	check_template(l, &d->head, NAGIOS_HOST, "host", d->host);
	check_template(l, &d->head, NAGIOS_SERVICE, "service", d->service);
	l->passive.nagios =
	    (struct passive_nagios){ .spool = d->spool, .names = { d->host, d->service } };
}

/* The host and port of "https://host[:port][/]". */
static bool split_url(struct view url, struct view *ret_host, uint16_t *ret_port)
{
	static const char scheme[] = "https://";

	if (!view_starts(url, scheme))
		return false;
	url = view_skip(url, strlen(scheme));
	if (url.n > 0 && url.p[url.n - 1] == '/')
		url.n--;
	return host_and_port(url, ret_host, ret_port) && host_fault(*ret_host) == NULL;
}

static void take_icinga2(struct loader *l)
{
	const struct icinga2_draft *d = &l->top.passive.icinga2;
	const struct draft *head = &d->head;
	const char *password = NULL;
	uint16_t port = 0;
	struct view host;

	check_template(l, head, ICINGA2_HOST, "host", d->host);
	check_template(l, head, ICINGA2_SERVICE, "service", d->service);
	if (d->url != NULL && !split_url(view_of(d->url), &host, &port))
		errors_add(&l->errors, draft_place(head, ICINGA2_URL),
			   "such as \"https://icinga.example.com:5665\"",
			   "url %s is not that of an Icinga 2 API", QUOTE(view_of(d->url)));
	if (d->ca_file != NULL && !l->no_files)
		file_usable(d->ca_file, false, &l->errors,
			    draft_place(head, ICINGA2_CA_FILE));
	if (d->password_file != NULL)
		password = secret_read(l, d->password_file,
				       draft_place(head, ICINGA2_PASSWORD_FILE));
	l->passive.icinga2 = (struct passive_icinga2){
		.url = d->url,
		.user = d->user,
		.password = password,
		.ca_file = d->ca_file,
		.tls_name = d->tls_name,
		.names = { d->host, d->service },
	};
}

void passive_section_take(struct loader *l)
{
	const struct draft *d = &l->top.passive.head;

	if (draft_has(d, PASSIVE_NAGIOS))
		take_nagios(l);
	if (draft_has(d, PASSIVE_ICINGA2))
		take_icinga2(l);
}
