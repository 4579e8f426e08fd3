/* resolv_conf.c - parses resolv.conf, and the list of servers in the configuration. */
#include "resolv_conf.h"

#include <stdio.h>
#include <string.h>

enum { DNS_PORT = 53, NDOTS_MAX = 15 };

/* The port behind "192.0.2.53" or "[2001:db8::53]"; a bare IPv6 address has none. */
static bool split_port(struct view *v, uint64_t *ret_port)
{
	const char *colon = v->n > 0 ? memrchr(v->p, ':', v->n) : NULL;
	bool bracketed = v->n > 0 && v->p[0] == '[';

	*ret_port = DNS_PORT;
	if (colon == NULL || (bracketed && v->p[v->n - 1] == ']') ||
	    (!bracketed && memchr(v->p, ':', v->n) != colon))
		return true;
	if (!view_number(view_skip(*v, (size_t)(colon - v->p) + 1), UINT16_MAX, ret_port))
		return false;
	v->n = (size_t)(colon - v->p);
	return *ret_port > 0;
}

static bool parse_server(struct view v, struct address *ret_address)
{
	uint64_t port;

	v = view_trim(v);
	return split_port(&v, &port) && address_parse(v, (uint16_t)port, ret_address);
}

static void resolv_conf_add_server(struct resolv_conf *c, const char *word)
{
	struct address a;

	if (c->server_count < RESOLV_SERVERS_MAX && parse_server(view_of(word), &a))
		c->servers[c->server_count++] = a;
}

/* Each `search` or `domain` replaces the one before. */
static void read_search(struct resolv_conf *c, char *rest)
{
	char *word;

	c->search_count = 0;
	while ((word = strtok_r(NULL, " \t\r", &rest)) != NULL &&
	       c->search_count < RESOLV_SEARCH_MAX) {
		if (strcmp(word, ".") == 0 || strlen(word) >= RESOLV_NAME_MAX)
			continue;
		snprintf(c->search[c->search_count++], RESOLV_NAME_MAX, "%s", word);
	}
}

static void read_options(struct resolv_conf *c, char *rest)
{
	uint64_t ndots;
	char *word;

	while ((word = strtok_r(NULL, " \t\r", &rest)) != NULL)
		if (strncmp(word, "ndots:", 6) == 0 &&
		    view_number(view_of(word + 6), UINT32_MAX, &ndots))
			c->ndots = ndots < NDOTS_MAX ? (unsigned)ndots : NDOTS_MAX;
		else if (strcmp(word, "trust-ad") == 0)
			c->trust_ad = true;
}

static void resolv_conf_read_line(struct resolv_conf *c, char *line)
{
	char *rest, *word;

	line[strcspn(line, "#;")] = '\0';
	word = strtok_r(line, " \t\r", &rest);
	if (word == NULL)
		return;
	if (strcmp(word, "nameserver") == 0) {
		word = strtok_r(NULL, " \t\r", &rest);
		if (word != NULL)
			resolv_conf_add_server(c, word);
	} else if (strcmp(word, "search") == 0 || strcmp(word, "domain") == 0) {
		read_search(c, rest);
	} else if (strcmp(word, "options") == 0) {
		read_options(c, rest);
	}
}

void resolv_conf_read(char *text, struct resolv_conf *ret_conf)
{
	char *line, *rest;

	*ret_conf = (struct resolv_conf){ .ndots = 1 };
	for (line = text != NULL ? strtok_r(text, "\n", &rest) : NULL; line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		resolv_conf_read_line(ret_conf, line);
	if (ret_conf->server_count == 0)
		resolv_conf_add_server(ret_conf, "127.0.0.1");
}

bool resolv_conf_parse_servers(const char *servers, struct resolv_conf *ret_conf,
			       const char **ret_error)
{
	struct resolv_conf c = { .ndots = 1 };
	const char *p = servers;

	for (;;) {
		size_t n = strcspn(p, ",");

		if (c.server_count == RESOLV_SERVERS_MAX) {
			*ret_error = "more than 8 resolvers";
			return false;
		}
		if (!parse_server((struct view){ p, n }, &c.servers[c.server_count++])) {
			*ret_error =
			    "a resolver must be an IP address with an optional port, "
			    "such as 192.0.2.53 or [2001:db8::53]:5353";
			return false;
		}
		if (p[n] == '\0')
			break;
		p += n + 1;
	}
	*ret_conf = c;
	return true;
}
