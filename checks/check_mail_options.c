/* check_mail_options.c - the table of options, and what each does. */
#include "check_mail_options.h"

#include "buffer.h"
#include "host_argument.h"

#include <stdlib.h>
#include <string.h>

enum {
	OPT_TLS = 256,
	OPT_NAME,
	OPT_CA_FILE,
	OPT_PIN,
	OPT_USER,
	OPT_PASSWORD_FILE,
	OPT_PASSWORD_ENV,
	OPT_PASSWORD_FD,
	OPT_TOKEN_FILE,
	OPT_MECHANISM,
	OPT_STATE_DIR,
	OPT_EHLO,
	OPT_ADDRESSES,
	OPT_ADDRESS_STATE,
	OPT_SOURCE,
	OPT_PROXY,
	OPT_TLS_MIN,
	OPT_OBSOLETE_TLS,
	OPT_DANE,
	OPT_CLIENT_CERT,
	OPT_CLIENT_KEY,
	OPT_CERT_WARNING,
	OPT_CERT_CRITICAL,
	OPT_LMTP,
	OPT_FROM,
	OPT_TO,
	OPT_EXPECT_CODE,
	OPT_EXPECT_CAPABILITY,
	OPT_EXPECT_AUTH_AFTER_TLS,
	OPT_STATE,
	OPT_NAMES_FILE,
	OPT_NAMES_AT_ONCE,
	OPT_JSON,
	OPT_EXPLAIN,
};

static const struct option long_options[] = {
	{ "hostname", required_argument, NULL, 'H' },
	{ "service", required_argument, NULL, 's' },
	{ "port", required_argument, NULL, 'p' },
	{ "tls", required_argument, NULL, OPT_TLS },
	{ "name", required_argument, NULL, OPT_NAME },
	{ "ca-file", required_argument, NULL, OPT_CA_FILE },
	{ "pin", required_argument, NULL, OPT_PIN },
	{ "user", required_argument, NULL, OPT_USER },
	{ "password-file", required_argument, NULL, OPT_PASSWORD_FILE },
	{ "password-env", required_argument, NULL, OPT_PASSWORD_ENV },
	{ "password-fd", required_argument, NULL, OPT_PASSWORD_FD },
	{ "token-file", required_argument, NULL, OPT_TOKEN_FILE },
	{ "mechanism", required_argument, NULL, OPT_MECHANISM },
	{ "state-dir", required_argument, NULL, OPT_STATE_DIR },
	{ "ehlo", required_argument, NULL, OPT_EHLO },
	{ "addresses", required_argument, NULL, OPT_ADDRESSES },
	{ "address-state", required_argument, NULL, OPT_ADDRESS_STATE },
	{ "source", required_argument, NULL, OPT_SOURCE },
	{ "proxy-protocol", no_argument, NULL, OPT_PROXY },
	{ "obsolete-tls", no_argument, NULL, OPT_OBSOLETE_TLS },
	{ "tls-min", required_argument, NULL, OPT_TLS_MIN },
	{ "dane", required_argument, NULL, OPT_DANE },
	{ "client-cert", required_argument, NULL, OPT_CLIENT_CERT },
	{ "client-key", required_argument, NULL, OPT_CLIENT_KEY },
	{ "cert-warning", required_argument, NULL, OPT_CERT_WARNING },
	{ "cert-critical", required_argument, NULL, OPT_CERT_CRITICAL },
	{ "lmtp", no_argument, NULL, OPT_LMTP },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "to", required_argument, NULL, OPT_TO },
	{ "expect-code", required_argument, NULL, OPT_EXPECT_CODE },
	{ "expect-capability", required_argument, NULL, OPT_EXPECT_CAPABILITY },
	{ "expect-auth-after-tls", no_argument, NULL, OPT_EXPECT_AUTH_AFTER_TLS },
	{ "warning", required_argument, NULL, 'w' },
	{ "critical", required_argument, NULL, 'c' },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "timeout", required_argument, NULL, 't' },
	{ "use-ipv4", no_argument, NULL, '4' },
	{ "use-ipv6", no_argument, NULL, '6' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "names-file", required_argument, NULL, OPT_NAMES_FILE },
	{ "names-at-once", required_argument, NULL, OPT_NAMES_AT_ONCE },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "explain", required_argument, NULL, OPT_EXPLAIN },
	{ "extra-opts", optional_argument, NULL,
	  0 }, /* expanded before; here for suggestions */
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static bool set_services(struct check_mail_options *o, const char *list, char *error)
{
	struct view rest = view_of(list);

	for (;;) {
		const char *comma = rest.n > 0 ? memchr(rest.p, ',', rest.n) : NULL;
		struct view name = { rest.p,
				     comma != NULL ? (size_t)(comma - rest.p) : rest.n };

		if (o->service_count == OPTIONS_SERVICES_MAX)
			return refusal(error, "--service", list, "too many services");
		o->services[o->service_count++] = view_trim(name);
		if (comma == NULL)
			return true;
		rest = view_skip(rest, name.n + 1);
	}
}

static bool options_set_port(struct check_mail_options *o, const char *text, char *error)
{
	uint64_t port;

	if (!view_number(view_of(text), 65535, &port) || port == 0)
		return refusal(error, "--port", text, "a number from 1 to 65535 is needed");
	o->port = (uint16_t)port;
	return true;
}

static bool set_tls(struct check_mail_options *o, const char *text, char *error)
{
	o->tls_given = true;
	return tls_mode_from_name(view_of(text), &o->tls) ||
	       refusal(error, "--tls", text,
		       "it is one of none, opportunistic, starttls and implicit");
}

/* "10", "2.5" or "500ms". */
static bool options_set_timeout(struct check_mail_options *o, const char *text, char *error)
{
	char with_unit[32];
	struct buffer b;
	bool bare = *text != '\0' && strspn(text, "0123456789.") == strlen(text);

	buffer_init(&b, with_unit, sizeof(with_unit));
	buffer_format(&b, "%.20s%s", text, bare ? "s" : "");
	buffer_string(&b);
	if (!span_parse(view_of(with_unit), &o->timeout) || span_seconds(o->timeout) > 3600)
		return refusal(error, "--timeout", text,
			       "seconds are needed, more than 0 and at most 3600");
	return true;
}

static bool set_addresses(struct check_mail_options *o, enum address_mode mode, char *error)
{
	if (o->addresses != ADDRESS_FIRST && o->addresses != mode)
		return refusal(error, "-4", "-6", "only one of the two can be given");
	o->addresses = mode;
	return true;
}

static bool set_address_mode(struct check_mail_options *o, const char *text, char *error)
{
	static const struct {
		const char *word;
		enum address_mode mode;
	} modes[] = { { "each", ADDRESS_EACH },
		      { "first", ADDRESS_FIRST },
		      { "ipv4", ADDRESS_IPV4 },
		      { "ipv6", ADDRESS_IPV6 } };

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (view_equal(view_of(text), modes[i].word))
			return set_addresses(o, modes[i].mode, error);
	return refusal(error, "--addresses", text,
		       "it is one of each, first, ipv4 and ipv6");
}

static bool set_address_state(struct check_mail_options *o, const char *text, char *error)
{
	return state_from_name(view_of(text), &o->address_state) ||
	       refusal(error, "--address-state", text,
		       "it is one of ok, warning, critical and unknown");
}

static bool set_source(struct check_mail_options *o, const char *text, char *error)
{
	return address_parse(view_of(text), 0, &o->source) ||
	       refusal(error, "--source", text, "an IP address is needed");
}

static bool set_tls_min(struct check_mail_options *o, const char *text, char *error)
{
	for (size_t i = 0; i < TLS_VERSION_COUNT; i++) {
		const char *word = tls_version_names[i];

		if (!view_equal(view_of(text), word) &&
		    !view_equal(view_of(text), word + strlen("TLSv")))
			continue;
		o->tls_min = (enum tls_version)i;
		return true;
	}
	return refusal(error, "--tls-min", text,
		       "it is one of TLSv1.0, TLSv1.1, TLSv1.2 and TLSv1.3");
}

static bool set_dane(struct check_mail_options *o, const char *text, char *error)
{
	static const struct {
		const char *word;
		unsigned flag;
	} wishes[] = { { "check", 0 },
		       { "off", TARGET_DANE_OFF },
		       { "require", TARGET_DANE_REQUIRED } };

	for (size_t i = 0; i < ARRAY_SIZE(wishes); i++) {
		if (!view_equal(view_of(text), wishes[i].word))
			continue;
		o->dane = wishes[i].flag;
		return true;
	}
	return refusal(error, "--dane", text, "it is one of check, off and require");
}

static bool set_pin(struct check_mail_options *o, const char *text, char *error)
{
	if (o->pin_count == PINS_MAX)
		return refusal(error, "--pin", text, "too many of them");
	return pin_parse(view_of(text), &o->pins[o->pin_count++]) ||
	       refusal(error, "--pin", text, pin_advice);
}

static bool set_expiry(struct expiry_limit *limit, const char *option, const char *text,
		       bool *given, char *error)
{
	*given = true;
	return expiry_limit_parse(view_of(text), limit) ||
	       refusal(error, option, text,
		       "a share of the lifetime or a time is needed, as 25% or 21d");
}

static bool set_expect_code(struct check_mail_options *o, const char *text, char *error)
{
	uint64_t code;

	if (!view_number(view_of(text), 599, &code) ||
	    (code < 200 && (code < 2 || code > 5)))
		return refusal(error, "--expect-code", text,
			       "a reply code is needed, as 550, or its first digit");
	o->envelope.expect_code = (int)code;
	return true;
}

static bool set_expected(struct check_mail_options *o, const char *text, char *error)
{
	if (o->expected_count == OPTIONS_EXPECT_MAX)
		return refusal(error, "--expect-capability", text, "too many of them");
	o->expected[o->expected_count++] = text;
	return true;
}

static bool set_mechanism(struct check_mail_options *o, const char *text, char *error)
{
	if (mechanism_from_name(view_of(text), &o->mechanism))
		return true;
	return refusal(
	    error, "--mechanism", text,
	    "known are best, SCRAM-SHA-256-PLUS, SCRAM-SHA-256, "
	    "SCRAM-SHA-1-PLUS, SCRAM-SHA-1, CRAM-MD5, PLAIN, LOGIN, OAUTHBEARER, "
	    "XOAUTH2 and EXTERNAL");
}

static bool set_password_fd(struct check_mail_options *o, const char *text, char *error)
{
	uint64_t fd;

	if (!view_number(view_of(text), 1024, &fd))
		return refusal(error, "--password-fd", text,
			       "the number of an open descriptor is needed");
	o->password_fd = (int)fd;
	return true;
}

static bool set_names_at_once(struct check_mail_options *o, const char *text, char *error)
{
	uint64_t number;

	if (!view_number(view_of(text), NAMES_AT_ONCE_MAX, &number) || number == 0)
		return refusal(error, "--names-at-once", text,
			       "a number from 1 to 64 is needed");
	o->names_at_once = (unsigned)number;
	return true;
}

static bool set_explain(struct check_mail_options *o, const char *text, char *error)
{
	const char *words[FAULT_COUNT];

	for (unsigned i = 0; i < FAULT_COUNT; i++)
		words[i] = fault_name((enum fault)i);
	o->explain_given = true;
	return fault_from_name(view_of(text), &o->explain) ||
	       usage_error_of_word(error, "--explain", text, words, FAULT_COUNT);
}

/* Options that only keep their value. NULL: not one of them. */
static const char **options_text_of(struct check_mail_options *o, int option)
{
	switch (option) {
	case 'H':
		return &o->host;
	case OPT_NAME:
		return &o->name;
	case OPT_CA_FILE:
		return &o->ca_file;
	case OPT_USER:
		return &o->user;
	case OPT_PASSWORD_FILE:
		return &o->password_file;
	case OPT_TOKEN_FILE:
		return &o->token_file;
	case OPT_PASSWORD_ENV:
		return &o->password_env;
	case OPT_STATE_DIR:
		return &o->state_dir;
	case OPT_EHLO:
		return &o->ehlo_name;
	case OPT_CLIENT_CERT:
		return &o->client_cert;
	case OPT_CLIENT_KEY:
		return &o->client_key;
	case OPT_FROM:
		return &o->envelope.from;
	case OPT_TO:
		return &o->envelope.to;
	case OPT_NAMES_FILE:
		return &o->names_file;
	default:
		return NULL;
	}
}

/* Options without a value. NULL: not one of them. */
static bool *flag_of(struct check_mail_options *o, int option)
{
	switch (option) {
	case OPT_PROXY:
		return &o->proxy_header;
	case OPT_OBSOLETE_TLS:
		return &o->legacy_tls;
	case OPT_LMTP:
		return &o->lmtp;
	case OPT_EXPECT_AUTH_AFTER_TLS:
		return &o->expect_auth_after_tls;
	case OPT_JSON:
		return &o->json;
	case 'h':
		return &o->help;
	case 'V':
		return &o->version;
	default:
		return NULL;
	}
}

static bool set_parsed(struct check_mail_options *o, int option, const char *value,
		       char *error)
{
	switch (option) {
	case 's':
		return set_services(o, value, error);
	case 'p':
		return options_set_port(o, value, error);
	case OPT_TLS:
		return set_tls(o, value, error);
	case 't':
		return options_set_timeout(o, value, error);
	case '4':
		return set_addresses(o, ADDRESS_IPV4, error);
	case '6':
		return set_addresses(o, ADDRESS_IPV6, error);
	case OPT_ADDRESSES:
		return set_address_mode(o, value, error);
	case OPT_ADDRESS_STATE:
		return set_address_state(o, value, error);
	case OPT_SOURCE:
		return set_source(o, value, error);
	case OPT_DANE:
		return set_dane(o, value, error);
	case OPT_TLS_MIN:
		return set_tls_min(o, value, error);
	case OPT_PIN:
		return set_pin(o, value, error);
	case OPT_CERT_WARNING:
		return set_expiry(&o->cert_warning, "--cert-warning", value,
				  &o->cert_warning_given, error);
	case OPT_CERT_CRITICAL:
		return set_expiry(&o->cert_critical, "--cert-critical", value,
				  &o->cert_critical_given, error);
	case OPT_EXPECT_CODE:
		return set_expect_code(o, value, error);
	case OPT_EXPECT_CAPABILITY:
		return set_expected(o, value, error);
	case OPT_MECHANISM:
		return set_mechanism(o, value, error);
	case OPT_PASSWORD_FD:
		return set_password_fd(o, value, error);
	case 'w':
		return thresholds_parse(o->limits.warning, "--warning", value, error);
	case 'c':
		return thresholds_parse(o->limits.critical, "--critical", value, error);
	case OPT_STATE:
		return states_add(&o->states, value, error);
	case OPT_NAMES_AT_ONCE:
		return set_names_at_once(o, value, error);
	case OPT_EXPLAIN:
		return set_explain(o, value, error);
	default:
		o->verbosity++;
		return true;
	}
}

static const char *options_long_name(int option)
{
	for (const struct option *known = long_options; known->name != NULL; known++)
		if (known->val == option)
			return known->name;
	return "";
}

/* A variable of a script that has no value must not become another check. */
static bool refuse_empty(int option, char *error)
{
	char name[40];
	struct buffer b;

	buffer_init(&b, name, sizeof(name));
	buffer_format(&b, "--%s", options_long_name(option));
	return refusal(error, buffer_string(&b), "",
		       "it is empty: give a value or leave the option out");
}

static bool options_set(struct check_mail_options *o, int option, const char *value,
			char *error)
{
	const char **text = options_text_of(o, option);
	bool *flag = flag_of(o, option);

	if (value != NULL && *value == '\0' && option != 'H')
		return refuse_empty(option, error);
	if (text != NULL)
		*text = value;
	else if (flag != NULL)
		*flag = true;
	else
		return set_parsed(o, option, value, error);
	return true;
}

/* How many of the options that bring a secret were given. */
static int secrets_of(const struct check_mail_options *o)
{
	return (o->password_file != NULL) + (o->password_env != NULL) +
	       (o->password_fd >= 0) + (o->token_file != NULL);
}

static bool check_mechanism(const struct check_mail_options *o, char *error)
{
	enum mechanism m = o->mechanism;

	if (m == MECHANISM_EXTERNAL)
		return (secrets_of(o) == 0 && o->client_cert != NULL) ||
		       refusal(error, "--mechanism", mechanism_name(m),
			       "it logs in by --client-cert, without a password");
	if (secrets_of(o) != 1)
		return refusal(
		    error, "--user", o->user,
		    "its password comes from one of --password-file, --password-env and "
		    "--password-fd, or a token from --token-file");
	if (m != MECHANISM_BEST && mechanism_wants_token(m) != (o->token_file != NULL))
		return refusal(error, "--mechanism", mechanism_name(m),
			       o->token_file != NULL ? "it logs in with a password"
						     : "it needs --token-file");
	return true;
}

static bool check_login(const struct check_mail_options *o, char *error)
{
	if (o->user != NULL)
		return check_mechanism(o, error);
	if (secrets_of(o) > 0)
		return refusal(error, "password", "",
			       "--user and --password-... belong together");
	if (o->mechanism != MECHANISM_BEST)
		return refusal(error, "--mechanism", mechanism_name(o->mechanism),
			       "it needs --user");
	return true;
}

static bool check_envelope(const struct check_mail_options *o, char *error)
{
	if (o->envelope.to == NULL &&
	    (o->envelope.from != NULL || o->envelope.expect_code != 0))
		return refusal(error, "envelope", "", "--from and --expect-code need --to");
	return true;
}

/* What --names-file asks for is certificates, of names that the file gives. */
static const char *out_of_place(const struct check_mail_options *o)
{
	if (o->name != NULL)
		return "--name";
	if (o->user != NULL)
		return "--user";
	if (o->envelope.to != NULL)
		return "--to";
	if (o->expected_count > 0)
		return "--expect-capability";
	if (o->expect_auth_after_tls)
		return "--expect-auth-after-tls";
	if (thresholds_any(&o->limits))
		return "--warning and --critical";
	if (o->addresses == ADDRESS_EACH)
		return "--addresses each";
	return NULL;
}

static bool check_names(const struct check_mail_options *o, char *error)
{
	const char *other = out_of_place(o);

	if (o->names_file == NULL)
		return o->names_at_once == NAMES_AT_ONCE ||
		       refusal(error, "--names-at-once", "", "it needs --names-file");
	return other == NULL ||
	       refusal(error, other, "",
		       "--names-file asks for certificates only: leave this to a check "
		       "without it");
}

static bool check_whole(const struct check_mail_options *o, char *error)
{
	if (o->help || o->version || o->explain_given)
		return true;
	if (o->host == NULL || *o->host == '\0')
		return refusal(error, "no host", "", "give one with -H HOST");
	if (!host_argument_usable("--hostname", o->host, error))
		return false;
	if (o->port != 0 && o->service_count != 1)
		return refusal(error, "--port", "", "it can be given for one service only");
	if ((o->client_cert == NULL) != (o->client_key == NULL))
		return refusal(error, "client certificate", "",
			       "--client-cert and --client-key belong together");
	return thresholds_check(&o->limits, error) && check_login(o, error) &&
	       check_envelope(o, error) && check_names(o, error);
}

bool options_parse(int argc, char **argv, struct check_mail_options *ret_options,
		   char error[REFUSAL_MAX])
{
	struct check_mail_options o = {
		.timeout = span_of_seconds(OPTIONS_TIMEOUT_S),
		.password_fd = -1,
		.address_state = STATE_WARNING,
		.tls_min = TLS_VERSION_1_2,
		.names_at_once = NAMES_AT_ONCE,
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":H:s:p:t:w:c:46vhV", long_options,
				     NULL)) != -1) {
		if (option == '?' || option == ':')
			return usage_error_of_option(error, option, argv, long_options);
		if (!options_set(&o, option, optarg, error))
			return false;
	}
	if (optind < argc)
		return refusal(error, "stray argument", argv[optind], "see --help");
	if (!check_whole(&o, error))
		return false;
	*ret_options = o;
	return true;
}
