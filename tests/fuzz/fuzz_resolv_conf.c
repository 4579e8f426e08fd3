/* fuzz_resolv_conf.c - whatever stands in a resolv.conf, there is a server with a port, and all
 * else is within its bounds; likewise of a list of servers as an operator writes it.
 */
#include "resolv_conf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static char *text_of(const uint8_t *bytes, size_t n)
{
	char *text = malloc(n + 1);

	must(text != NULL);
	if (n > 0)
		memcpy(text, bytes, n);
	text[n] = '\0';
	return text;
}

static void check_servers(const struct resolv_conf *c)
{
	must(c->server_count >= 1 && c->server_count <= RESOLV_SERVERS_MAX);
	for (size_t i = 0; i < c->server_count; i++) {
		must(c->servers[i].any.sa_family == AF_INET ||
		     c->servers[i].any.sa_family == AF_INET6);
		must(address_port(&c->servers[i]) > 0);
	}
}

static void check_search(const struct resolv_conf *c)
{
	must(c->search_count <= RESOLV_SEARCH_MAX && c->ndots <= 15);
	for (size_t i = 0; i < c->search_count; i++) {
		size_t n = strnlen(c->search[i], RESOLV_NAME_MAX);

		must(n > 0 && n < RESOLV_NAME_MAX);
		must(strpbrk(c->search[i], " \t\r\n") == NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *error = NULL;
	char *text = text_of(bytes, n);
	struct resolv_conf c;

	if (resolv_conf_parse_servers(text, &c, &error)) {
		check_servers(&c);
		must(c.search_count == 0);
	} else {
		must(error != NULL);
	}
	resolv_conf_read(text, &c);
	check_servers(&c);
	check_search(&c);
	free(text);
	return 0;
}
