/* passive_settings.h - where results are sent as passive check results. */
#ifndef MAILVANE_PASSIVE_SETTINGS_H
#define MAILVANE_PASSIVE_SETTINGS_H

/* Schedulers that are told each result as a passive check. What a target is called there has
 * {server}, {service} and {host} in it: name_template.h. */
struct passive_names {
	const char *host, *service;
};

struct passive_nagios {
	const char *spool; /* NULL: off */
	struct passive_names names;
};

struct passive_icinga2 {
	const char *url; /* "https://HOST[:PORT]"; NULL: off */
	const char *user, *password;
	const char *ca_file;  /* NULL: the system's store */
	const char *tls_name; /* NULL: the host of the url */
	struct passive_names names;
};

struct passive_settings {
	struct passive_nagios nagios;
	struct passive_icinga2 icinga2;
};

#endif
