/* check_mail_options.h - the command line of check_mail. */
#ifndef MAILVANE_CHECK_MAIL_OPTIONS_H
#define MAILVANE_CHECK_MAIL_OPTIONS_H

#include "plan.h"
#include "states.h"
#include "thresholds.h"
#include "usage_error.h"

enum { OPTIONS_SERVICES_MAX = 16, OPTIONS_EXPECT_MAX = 16 };
/* As many as an engine opens to one address. */
enum { NAMES_AT_ONCE = 4, NAMES_AT_ONCE_MAX = 64 };

/* All texts are those of argv. */
/* Without --timeout. */
enum { OPTIONS_TIMEOUT_S = 10 };

struct check_mail_options {
	const char *host;
	struct view services[OPTIONS_SERVICES_MAX];
	size_t service_count; /* 0: what a mail host should offer */
	uint16_t port;        /* 0: the service's own */
	bool tls_given;
	enum tls_mode tls;
	const char *name, *ca_file, *ehlo_name;
	const char *user, *password_file, *password_env, *token_file;
	const char *state_dir; /* NULL: each run logs in, whatever came of the one before */
	enum mechanism mechanism;
	int password_fd; /* -1: none */
	struct span timeout;
	enum address_mode addresses;
	enum state address_state; /* when some addresses are bad and some are not */
	struct address source;    /* AF_UNSPEC: the kernel chooses */
	enum tls_version tls_min;
	bool legacy_tls; /* look for TLS 1.0 and 1.1, too */
	const char *client_cert, *client_key;
	unsigned dane; /* enum target_flag */
	struct pin pins[PINS_MAX];
	size_t pin_count;
	bool lmtp, proxy_header;
	struct envelope envelope; /* to NULL: none */
	struct limits limits;
	struct states states;
	bool cert_warning_given, cert_critical_given;
	struct expiry_limit cert_warning, cert_critical;
	const char *expected[OPTIONS_EXPECT_MAX]; /* capabilities */
	size_t expected_count;
	bool expect_auth_after_tls;
	const char *names_file; /* NULL: the host's own name only */
	unsigned names_at_once;
	unsigned verbosity;
	bool json, help, version;
	bool explain_given;
	enum fault explain;
};

/* False, with a sentence that says what to do, if the arguments cannot be used. */
bool options_parse(int argc, char **argv, struct check_mail_options *ret_options,
		   char error[REFUSAL_MAX]);

/* In pieces, ended by NULL. */
extern const char *const options_help[];

#endif
