/* web_config.h - --web.config.file, in the format of Prometheus's exporter-toolkit: TLS, headers,
 * users. What `promtool check web-config` takes is taken, and what it refuses is refused.
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
	CLIENT_AUTH_REQUEST,     /* asked for, and not looked at */
	CLIENT_AUTH_REQUIRE_ANY, /* needed, and not looked at */
	CLIENT_AUTH_VERIFY_IF_GIVEN,
	CLIENT_AUTH_VERIFY,
};

struct web_words {
	const char **list;
	size_t n;
};

/* PEM texts: written in the file itself, or read from the files it names. "": not given. */
struct web_tls {
	bool on;
	const char *cert, *key, *client_ca;
	const char *cert_file, *key_file, *client_ca_file;
	const char *client_auth_type;
	enum client_auth client_auth;
	struct web_words client_sans; /* one of them must be in the client's certificate */
	unsigned min, max;            /* of enum tls_version */
	struct web_words ciphers, curves; /* as Go calls them */
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
	unsigned tls_line; /* where tls_server_config stands */
	struct web_tls tls;
	bool http2, http2_given;
	struct web_pairs headers, users; /* of users the value is the bcrypt text */
	struct span every;               /* a request each; 0: no limit */
	unsigned burst;
	struct web_words warnings; /* sentences */
};

/* NULL, and what is wrong in the errors, for a file that cannot be used. */
struct web_config *web_config_load(const char *path, struct errors *);
/* NULL does nothing. Secrets are wiped. */
void web_config_free(struct web_config *);

/* A file was changed, added or removed since it was read. */
bool web_config_changed(const struct web_config *);

/* The cost of a bcrypt text as golang.org/x/crypto/bcrypt reads it. NULL, or why it is none. */
const char *web_config_bcrypt(const char *text, unsigned *ret_cost);

#endif
