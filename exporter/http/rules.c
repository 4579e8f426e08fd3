/* rules.c - a reference count around the web configuration and the certificates. */
#include "rules.h"

#include <stdlib.h>

struct rules *rules_load(const char *path, struct errors *errors)
{
	struct rules *rules = calloc(1, sizeof(*rules));

	if (!rules) {
		errors_out_of_memory(errors);
		return NULL;
	}
	atomic_init(&rules->holders, 1);
	if (!path)
		return rules;
	rules->config = web_config_load(path, errors);
	if (rules->config && rules->config->tls.on)
		rules->tls = https_new(&rules->config->tls, errors,
				       (struct place){ path, rules->config->tls_line });
	if (rules->config && (rules->tls || !rules->config->tls.on))
		return rules;
	rules_release(rules);
	return NULL;
}

struct rules *rules_hold(struct rules *rules)
{
	atomic_fetch_add(&rules->holders, 1);
	return rules;
}

void rules_release(struct rules *rules)
{
	if (!rules || atomic_fetch_sub(&rules->holders, 1) > 1)
		return;
	https_free(rules->tls);
	web_config_free(rules->config);
	free(rules);
}

bool rules_changed(const struct rules *rules)
{
	return rules->config && web_config_changed(rules->config);
}
