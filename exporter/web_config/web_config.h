/* web_config.h - reads --web.config.file, in the format of Prometheus's exporter-toolkit:
 * TLS, headers, users. Accepts and refuses the same files as `promtool check web-config`.
 */
#ifndef MAILVANE_WEB_CONFIG_H
#define MAILVANE_WEB_CONFIG_H

#include "arena.h"
#include "errors.h"
#include "instant.h"
#include "tls.h"
#include "watch.h"

enum { WEB_CONFIG_MAX = 1024 * 1024 };

enum client_auth {
	CLIENT_AUTH_NONE,
	CLIENT_AUTH_REQUEST,     /* requested, not verified */
	CLIENT_AUTH_REQUIRE_ANY, /* required, not verified */
	CLIENT_AUTH_VERIFY_IF_GIVEN,
	CLIENT_AUTH_VERIFY,
};

struct web_words {
	const char **list;
	size_t n;
};

/* PEM texts, from the file itself or from the files it names. "": not given. */
struct web_tls {
	bool on;
	const char *cert, *key, *client_ca;
	const char *cert_file, *key_file, *client_ca_file;
	const char *client_auth_type;
	enum client_auth client_auth;
	struct web_words client_sans; /* one of these must be in the client's certificate */
	unsigned min, max;            /* values of enum tls_version */
	struct web_words ciphers, curves; /* names of Go */
	bool server_order;
};

struct web_pair {
	const char *name, *value;
	unsigned line;
};

struct web_pairs {
	struct web_pair *list;
	size_t n;
};

struct web_config {
	struct arena arena;
	struct watch watch;
	unsigned tls_line; /* line of tls_server_config */
	struct web_tls tls;
	bool http2, http2_given;
	struct web_pairs headers, users; /* the value of a user is the bcrypt hash */
	struct span every;               /* one request in each such span; 0: no limit */
	unsigned burst;
	struct web_words warnings; /* warnings, as sentences */
};

/* NULL: the file cannot be used; the errors say why. */
struct web_config *web_config_load(const char *path, struct errors *);
/* Wipes secrets. NULL does nothing. */
void web_config_free(struct web_config *);

/* True if one of its files was changed, added or removed since it was read. */
bool web_config_changed(const struct web_config *);

/* Reads the cost of a bcrypt hash as golang.org/x/crypto/bcrypt does. Returns NULL, or
 * why it is not a bcrypt hash. */
const char *web_config_bcrypt(const char *text, unsigned *ret_cost);

#endif
