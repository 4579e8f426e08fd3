/* web_config.c - the table of all keys. Start to read with it and with web_config_load at
 * the end. */
#include "web_config.h"

#include "out_of_memory.h"
#include "path.h"
#include "tls_words.h"
#include "yaml_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEM_MAX = 1024 * 1024, ITEMS_MAX = 10000, KEYS_MAX = 32 };

/* above COST_SLOW a login takes seconds */
enum { COST_MIN = 4, COST_MAX = 31, COST_SLOW = 14 };

struct key;

struct load {
	struct web_config *config;
	struct yaml_reader yaml;
	struct errors *errors;
	const char *path;
	/* the group whose keys are being read; NULL: the top level */
	const char *group;
	const struct key *key;    /* the key whose value is being read */
	unsigned lines[KEYS_MAX]; /* line of each key; 0: not given */
};

static struct place place_at(const struct load *load, unsigned line)
{
	return (struct place){ load->path, line };
}

static void warn(struct load *load, const char *text)
{
	struct web_words *warnings = &load->config->warnings;
	const char **longer =
	    arena_alloc(&load->config->arena, (warnings->n + 1) * sizeof(*longer));

	if (warnings->n > 0)
		memcpy(longer, warnings->list, warnings->n * sizeof(*longer));
	longer[warnings->n] = arena_text(&load->config->arena, view_of(text));
	*warnings = (struct web_words){ longer, warnings->n + 1 };
}

/* --- values --------------------------------------------------------------------------------- */

struct key {
	const char *group, *name;
	void (*read)(struct load *, yaml_node_t *, void *field);
	size_t field; /* offset in struct web_config */
	const char *const *words;
	size_t word_count;
};

static void read_text(struct load *load, yaml_node_t *node, void *field)
{
	yaml_text(&load->yaml, node, load->key->name, field);
}

static void read_boolean(struct load *load, yaml_node_t *node, void *field)
{
	yaml_boolean(&load->yaml, node, load->key->name, field);
}

/* http2 is accepted and ignored, because mailvane speaks HTTP/1.1 only. */
static void read_http2(struct load *load, yaml_node_t *node, void *field)
{
	read_boolean(load, node, field);
	load->config->http2_given = *(bool *)field && !yaml_is_null(node);
}

static void refuse_word(struct load *load, const yaml_node_t *node, const char *word)
{
	const struct key *key = load->key;
	char list[200];
	struct buffer all;

	buffer_init(&all, list, sizeof(list));
	for (size_t i = 0; i < key->word_count; i++)
		buffer_format(&all, "%s%s", i > 0 ? ", " : "one of ", key->words[i]);
	errors_add(load->errors, yaml_place(&load->yaml, node),
		   SIMILAR(view_of(word), key->words, key->word_count,
			   all.full ? "" : buffer_string(&all)),
		   "%s: %s is not known", key->name, QUOTE(view_of(word)));
}

static void read_version(struct load *load, yaml_node_t *node, void *field)
{
	const char *word = "";
	size_t place;

	yaml_text(&load->yaml, node, load->key->name, &word);
	if (!*word)
		return;
	place = tls_word(word, load->key->words, load->key->word_count);
	if (place == load->key->word_count)
		refuse_word(load, node, word);
	else
		*(unsigned *)field = (unsigned)place;
}

struct gathering {
	struct load *load;
	struct web_words *words;
	size_t cap;
};

static void web_config_gather(void *user, yaml_node_t *item)
{
	struct gathering *g = user;
	struct load *load = g->load;
	const char *word = "";

	yaml_text(&load->yaml, item, load->key->name, &word);
	if (!*word || g->words->n == g->cap)
		return;
	if (load->key->words && tls_word(word, load->key->words, load->key->word_count) ==
				    load->key->word_count)
		refuse_word(load, item, word);
	else
		g->words->list[g->words->n++] = word;
}

static void web_config_read_words(struct load *load, yaml_node_t *node, void *field)
{
	struct gathering g = { .load = load, .words = field };

	if (node->type == YAML_SEQUENCE_NODE)
		g.cap = (size_t)(node->data.sequence.items.top -
				 node->data.sequence.items.start);
	if (g.cap > ITEMS_MAX)
		g.cap = ITEMS_MAX;
	*g.words = (struct web_words){
		arena_alloc(&load->config->arena, (g.cap + 1) * sizeof(char *)), 0
	};
	yaml_each_item(&load->yaml, node, load->key->name, web_config_gather, &g);
}

/* "0", or 0 with a unit of Go's time.ParseDuration: no rate limit (exporter-toolkit,
 * docs/web-configuration.md). */
static bool span_is_zero(const char *text)
{
	static const char *const units[] = { "", "ns", "us", "ms", "s", "m", "h" };

	if (*text != '0')
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (strcmp(text + 1, units[i]) == 0)
			return true;
	return false;
}

static void read_span(struct load *load, yaml_node_t *node, void *field)
{
	const char *text = "";

	yaml_text(&load->yaml, node, load->key->name, &text);
	if (span_is_zero(text))
		*(struct span *)field = (struct span){ 0 };
	else if (*text && !span_parse(view_of(text), field))
		errors_add(load->errors, yaml_place(&load->yaml, node), "as in 500ms or 1s",
			   "%s: %s is not a time", load->key->name, QUOTE(view_of(text)));
}

static void web_config_read_number(struct load *load, yaml_node_t *node, void *field)
{
	const char *text = "";
	uint64_t number = 0;

	yaml_text(&load->yaml, node, load->key->name, &text);
	if (*text && !view_number(view_of(text), 1000000, &number))
		errors_add(load->errors, yaml_place(&load->yaml, node), "",
			   "%s: %s is not a number up to 1000000", load->key->name,
			   QUOTE(view_of(text)));
	*(unsigned *)field = (unsigned)number;
}

/* --- headers and users ------------------------------------------------------------------------ */

static struct web_pair *add_pair(struct load *load, struct web_pairs *pairs)
{
	if ((pairs->n & (pairs->n - 1)) == 0) {
		struct web_pair *longer =
		    arena_alloc(&load->config->arena,
				(pairs->n > 0 ? 2 * pairs->n : 1) * sizeof(*longer));

		if (pairs->n > 0)
			memcpy(longer, pairs->list, pairs->n * sizeof(*longer));
		pairs->list = longer;
	}
	return &pairs->list[pairs->n++];
}

static const struct header {
	const char *name, *values[2]; /* NULL: any value */
} headers[] = {
	{ "Content-Security-Policy", { NULL } },
	{ "Strict-Transport-Security", { NULL } },
	{ "X-Content-Type-Options", { "nosniff" } },
	{ "X-Frame-Options", { "deny", "sameorigin" } },
	{ "X-XSS-Protection", { NULL } },
};

static void refuse_header(struct load *load, const yaml_node_t *at, const char *name)
{
	const char *names[ARRAY_SIZE(headers)];

	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		names[i] = headers[i].name;
	errors_add(load->errors, yaml_place(&load->yaml, at),
		   SIMILAR(view_of(name), names, ARRAY_SIZE(names),
			   "these can be: Content-Security-Policy, "
			   "Strict-Transport-Security, X-Content-Type-Options, "
			   "X-Frame-Options, X-XSS-Protection"),
		   "headers: %s cannot be configured", QUOTE(view_of(name)));
}

static bool header_value_fits(const struct header *header, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(header->values); i++)
		if (header->values[i] && strcmp(header->values[i], value) == 0)
			return true;
	return !header->values[0];
}

/* True if the value has a line break, which would begin another header. */
static bool header_value_has_line_break(const char *value)
{
	for (; *value; value++)
		if ((unsigned char)*value < ' ' || *value == 0x7f)
			return true;
	return false;
}

static void each_header(void *user, const char *name, yaml_node_t *at, yaml_node_t *node)
{
	struct load *load = user;
	const struct header *header = NULL;
	const char *value = "";

	for (size_t i = 0; i < ARRAY_SIZE(headers) && !header; i++)
		if (strcmp(headers[i].name, name) == 0)
			header = &headers[i];
	if (!header) {
		refuse_header(load, at, name);
		return;
	}
	yaml_text(&load->yaml, node, name, &value);
	if (!header_value_fits(header, value))
		errors_add(load->errors, yaml_place(&load->yaml, node),
			   header->values[1] ? "either deny or sameorigin" : "only nosniff",
			   "%s: %s is not possible", name, QUOTE(view_of(value)));
	else if (header_value_has_line_break(value))
		errors_add(load->errors, yaml_place(&load->yaml, node),
			   "a header is one line", "%s: a control character", name);
	else
		*add_pair(load, &load->config->headers) =
		    (struct web_pair){ name, value, yaml_place(&load->yaml, at).line };
}

static void read_headers(struct load *load, yaml_node_t *node, void *field)
{
	(void)field;
	yaml_each_pair(&load->yaml, node, load->key->name, each_header, load);
}

const char *web_config_bcrypt(const char *text, unsigned *ret_cost)
{
	const char *cost;
	uint64_t number;

	if (strlen(text) < 59)
		return "it is too short for a bcrypt hash";
	if (text[0] != '$' || text[1] > '2')
		return "it is not a bcrypt hash";
	cost = text + (text[2] == '$' ? 3 : 4);
	if (!view_number((struct view){ cost, 2 }, 99, &number))
		return "it has no cost of two digits";
	if (number < COST_MIN || number > COST_MAX)
		return "its cost is not within 4 and 31";
	*ret_cost = (unsigned)number;
	return NULL;
}

/* True for a text that Prometheus accepts as a hash, but that no password matches. */
static bool bcrypt_never_matches(const char *text)
{
	size_t at = text[2] == '$' ? 2 : 3;

	if (text[1] != '2' || text[at] != '$' || text[at + 3] != '$' ||
	    strlen(text) != at + 57)
		return true;
	for (const char *p = text + at + 4; *p; p++) {
		char c = ascii_lower(*p);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '.' &&
		    c != '/')
			return true;
	}
	return false;
}

static void each_user(void *user, const char *name, yaml_node_t *at, yaml_node_t *node)
{
	struct load *load = user;
	const char *text = NULL, *why;
	char line[300];
	struct buffer warning;
	unsigned cost;

	yaml_text(&load->yaml, node, "the password's hash", &text);
	if (!text)
		return;
	why = web_config_bcrypt(text, &cost);
	if (why) {
		errors_add(load->errors, yaml_place(&load->yaml, at),
			   "htpasswd -nBC 10 '' makes one; it begins with $2y$",
			   "the password of %s: %s", QUOTE(view_of(name)), why);
		return;
	}
	buffer_init(&warning, line, sizeof(line));
	if (bcrypt_never_matches(text))
		buffer_format(&warning, "user %s can never log in: that is no bcrypt hash",
			      QUOTE_NAME(view_of(name)));
	else if (strchr(name, ':'))
		buffer_format(&warning, "user %s can never log in: there is ':' in it",
			      QUOTE_NAME(view_of(name)));
	else if (cost > COST_SLOW)
		buffer_format(&warning,
			      "user %s: a bcrypt cost of %u takes seconds for each login",
			      QUOTE_NAME(view_of(name)), cost);
	if (warning.n > 0)
		warn(load, buffer_string(&warning));
	*add_pair(load, &load->config->users) =
	    (struct web_pair){ name, text, yaml_place(&load->yaml, at).line };
}

/* --- the keys --------------------------------------------------------------------------------- */

#define FIELD(field) offsetof(struct web_config, field)
#define WORDS(list)  (list), ARRAY_SIZE(list)

/* clang-format off */
static const char TLS[] = "tls_server_config", HTTP[] = "http_server_config",
		  LIMIT[] = "rate_limit", USERS[] = "basic_auth_users";

static const struct key keys[] = {
	{ TLS, "cert",             read_text,    FIELD(tls.cert),             NULL, 0 },
	{ TLS, "cert_file",        read_text,    FIELD(tls.cert_file),        NULL, 0 },
	{ TLS, "key",              read_text,    FIELD(tls.key),              NULL, 0 },
	{ TLS, "key_file",         read_text,    FIELD(tls.key_file),         NULL, 0 },
	{ TLS, "client_ca",        read_text,    FIELD(tls.client_ca),        NULL, 0 },
	{ TLS, "client_ca_file",   read_text,    FIELD(tls.client_ca_file),   NULL, 0 },
	{ TLS, "client_auth_type", read_text,    FIELD(tls.client_auth_type), NULL, 0 },
	{ TLS, "client_allowed_sans", web_config_read_words, FIELD(tls.client_sans),     NULL, 0 },
	{ TLS, "min_version",      read_version, FIELD(tls.min),     WORDS(tls_versions) },
	{ TLS, "max_version",      read_version, FIELD(tls.max),     WORDS(tls_versions) },
	{ TLS, "cipher_suites",    web_config_read_words,   FIELD(tls.ciphers), WORDS(tls_ciphers) },
	{ TLS, "curve_preferences", web_config_read_words,  FIELD(tls.curves),  WORDS(tls_curves) },
	{ TLS, "prefer_server_cipher_suites", read_boolean, FIELD(tls.server_order), NULL, 0 },
	{ HTTP, "http2",           read_http2,   FIELD(http2),                NULL, 0 },
	{ HTTP, "headers",         read_headers, FIELD(headers),              NULL, 0 },
	{ LIMIT, "interval",       read_span,    FIELD(every),                NULL, 0 },
	{ LIMIT, "burst",          web_config_read_number,  FIELD(burst),                NULL, 0 },
};
static const char *const groups[] = { TLS, HTTP, USERS, LIMIT };
/* clang-format on */

static void refuse_key(struct load *load, const yaml_node_t *at, const char *name)
{
	const char *names[ARRAY_SIZE(keys) + ARRAY_SIZE(groups)];
	const char *in = load->group ? load->group : "the file";
	size_t n = 0;

	for (size_t i = 0; load->group && i < ARRAY_SIZE(keys); i++)
		if (keys[i].group == load->group)
			names[n++] = keys[i].name;
	for (size_t i = 0; !load->group && i < ARRAY_SIZE(groups); i++)
		names[n++] = groups[i];
	/* the key may belong to another group, or have the wrong indent */
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].group != load->group && strcmp(keys[i].name, name) == 0) {
			errors_add(load->errors, yaml_place(&load->yaml, at),
				   HINT("it belongs under %s", keys[i].group),
				   "unknown key %s in %s", QUOTE(view_of(name)), in);
			return;
		}
	errors_add(load->errors, yaml_place(&load->yaml, at),
		   SIMILAR(view_of(name), names, n, ""), "unknown key %s in %s",
		   QUOTE(view_of(name)), in);
}

static void each_key(void *user, const char *name, yaml_node_t *at, yaml_node_t *value)
{
	struct load *load = user;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i].group != load->group || strcmp(keys[i].name, name) != 0)
			continue;
		load->key = &keys[i];
		load->lines[i] = yaml_place(&load->yaml, at).line;
		keys[i].read(load, value, (char *)load->config + keys[i].field);
		return;
	}
	refuse_key(load, at, name);
}

static void each_group(void *user, const char *name, yaml_node_t *at, yaml_node_t *value)
{
	struct load *load = user;
	const char *group = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(groups) && !group; i++)
		if (strcmp(groups[i], name) == 0)
			group = groups[i];
	if (!group) {
		refuse_key(load, at, name);
		return;
	}
	if (group == TLS)
		load->config->tls_line = yaml_place(&load->yaml, at).line;
	load->group = group;
	if (group == USERS)
		yaml_each_pair(&load->yaml, value, name, each_user, load);
	else
		yaml_each_pair(&load->yaml, value, name, each_key, load);
	load->group = NULL;
}

_Static_assert(ARRAY_SIZE(keys) <= KEYS_MAX, "a line for each key");

/* Where a key stands, or else its group. */
static struct place web_config_place_of(const struct load *load, const char *group,
					const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].group == group && strcmp(keys[i].name, name) == 0 &&
		    load->lines[i] > 0)
			return place_at(load, load->lines[i]);
	return place_at(load, load->config->tls_line);
}

/* --- keys that depend on each other ----------------------------------------------------------- */

static bool read_pem(struct load *load, const char *name, const char **file,
		     const char **ret_text)
{
	struct web_config *c = load->config;
	struct place place;
	struct file found;
	char key[32];

	snprintf(key, sizeof(key), "%s_file", name);
	place = web_config_place_of(load, TLS, key);
	if (!**file)
		return true;
	*file = path_beside(&c->arena, load->path, view_of(*file));
	if (!file_read(*file, PEM_MAX, 0, load->errors, place, &found))
		return false;
	watch_file(&c->watch, *file, &found.stamp);
	if (**ret_text)
		errors_add(load->errors, place, "", "%s and %s are both given", name, key);
	else
		*ret_text = arena_text(&c->arena, (struct view){ found.text, found.size });
	file_fini(&found);
	return true;
}

static void check_client_auth(struct load *load)
{
	struct web_tls *tls = &load->config->tls;
	struct place place = web_config_place_of(load, TLS, "client_auth_type");
	size_t found = tls_word(tls->client_auth_type, tls_client_auths, TLS_CLIENT_AUTHS);

	if (*tls->client_auth_type && found == TLS_CLIENT_AUTHS)
		errors_add(load->errors, place,
			   SIMILAR(view_of(tls->client_auth_type), tls_client_auths,
				   TLS_CLIENT_AUTHS, "RequireAndVerifyClientCert is usual"),
			   "client_auth_type: %s is not known",
			   QUOTE(view_of(tls->client_auth_type)));
	else
		tls->client_auth =
		    *tls->client_auth_type ? tls_client_auth(found) : CLIENT_AUTH_NONE;
	if ((*tls->client_ca || *tls->client_ca_file) &&
	    tls->client_auth == CLIENT_AUTH_NONE &&
	    (!*tls->client_auth_type || found < TLS_CLIENT_AUTHS))
		errors_add(load->errors, web_config_place_of(load, TLS, "client_ca_file"),
			   "client_auth_type: RequireAndVerifyClientCert is usual",
			   "client_ca_file is given, and clients are not asked for a "
			   "certificate");
}

static void check_tls(struct load *load)
{
	struct web_tls *tls = &load->config->tls;
	struct place place = place_at(load, load->config->tls_line);

	tls->on = *tls->cert || *tls->key || *tls->client_ca || *tls->cert_file ||
		  *tls->key_file || *tls->client_ca_file || *tls->client_auth_type;
	if (!tls->on)
		return;
	if (!*tls->cert && !*tls->cert_file)
		errors_add(load->errors, place, "", "cert_file is missing");
	if (!*tls->key && !*tls->key_file)
		errors_add(load->errors, place, "", "key_file is missing");
	if (tls->min > tls->max)
		errors_add(load->errors, web_config_place_of(load, TLS, "min_version"),
			   "nobody could connect", "min_version is above max_version");
	check_client_auth(load);
	read_pem(load, "cert", &tls->cert_file, &tls->cert);
	read_pem(load, "key", &tls->key_file, &tls->key);
	read_pem(load, "client_ca", &tls->client_ca_file, &tls->client_ca);
}

static void web_config_read_all(struct load *load, struct view text)
{
	yaml_node_t *root;

	if (!yaml_reader_init(&load->yaml, load->path, text, load->errors,
			      &load->config->arena))
		return;
	root = yaml_reader_root(&load->yaml);
	if (root)
		yaml_each_pair(&load->yaml, root, "the file", each_group, load);
	yaml_reader_fini(&load->yaml);
	check_tls(load);
}

static struct web_config *web_config_make(void)
{
	struct web_config *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	arena_init(&c->arena);
	watch_init(&c->watch);
	c->http2 = true;
	c->tls = (struct web_tls){
		.cert = "",
		.key = "",
		.client_ca = "",
		.cert_file = "",
		.key_file = "",
		.client_ca_file = "",
		.client_auth_type = "",
		.min = TLS_VERSION_1_2,
		.max = TLS_VERSION_1_3,
		.server_order = true,
	};
	return c;
}

/* Ends early when memory runs out (out_of_memory_guard). */
static void web_config_load_run(void *user)
{
	struct load *load = user;
	struct file file;

	if (!load->config)
		out_of_memory();
	if (!file_read(load->path, WEB_CONFIG_MAX, FILE_OWNED, load->errors,
		       place_at(load, 0), &file))
		return;
	watch_file(&load->config->watch, load->path, &file.stamp);
	web_config_read_all(load, (struct view){ file.text, file.size });
	file_fini(&file);
	watch_close(&load->config->watch);
}

struct web_config *web_config_load(const char *path, struct errors *errors)
{
	struct load load = { .config = web_config_make(), .errors = errors, .path = path };
	size_t before = errors->found.total;

	if (!out_of_memory_guard(web_config_load_run, &load))
		errors_out_of_memory(errors);
	if (errors->found.total == before)
		return load.config;
	web_config_free(load.config);
	return NULL;
}

void web_config_free(struct web_config *c)
{
	if (!c)
		return;
	watch_fini(&c->watch);
	arena_fini(&c->arena);
	free(c);
}

bool web_config_changed(const struct web_config *c)
{
	return watch_changed(&c->watch);
}
