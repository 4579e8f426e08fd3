/* rules_watch.c - logs the same errors once, unless a reload was requested. */
#include "rules_watch.h"

void rules_warn(const struct rules *rules, const char *path, struct log *log)
{
	const struct web_config *config = rules->config;

	for (size_t i = 0; config && i < config->warnings.n; i++)
		log_put(log, LOG_WARN, config->warnings.list[i],
			&(struct log_field){ "file", path }, 1);
	if (config && config->http2_given)
		log_put(log, LOG_INFO,
			"http2 is ignored: the exporter speaks HTTP/1.1 only",
			&(struct log_field){ "file", path }, 1);
}

static uint64_t rules_watch_hash_of(const struct config_errors *errors)
{
	uint64_t hash = errors->total;

	for (size_t i = 0; i < errors->count; i++) {
		hash = hash * 31 + view_hash(view_of(errors->list[i].where));
		hash = hash * 31 + view_hash(view_of(errors->list[i].what));
	}
	return hash | 1;
}

static void rules_watch_log(struct rules_watch *watch, const struct config_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++)
		log_put(watch->log, LOG_ERROR, errors->list[i].what,
			(struct log_field[]){
			    { "at", errors->list[i].where },
			    { "hint", *errors->list[i].hint ? errors->list[i].hint : NULL },
			},
			2);
	log_put(watch->log, LOG_ERROR,
		"web configuration not loaded: the previous one stays in use",
		&(struct log_field){ "file", watch->path }, 1);
}

static void rules_watch_refuse(struct rules_watch *watch, struct errors *errors, bool asked)
{
	struct config_errors found;
	uint64_t hash;

	errors_take(errors, &found);
	hash = rules_watch_hash_of(&found);
	if (asked || hash != watch->logged_errors)
		rules_watch_log(watch, &found);
	watch->logged_errors = hash;
	config_errors_fini(&found);
}

void rules_watch_check(struct rules_watch *watch, bool asked)
{
	struct errors errors;
	struct rules *rules;

	if (!watch->path || (!asked && !web_rules_changed(watch->web)))
		return;
	errors_init(&errors);
	rules = rules_load(watch->path, &errors);
	if (!rules) {
		rules_watch_refuse(watch, &errors, asked);
		return;
	}
	rules_warn(rules, watch->path, watch->log);
	if (web_change(watch->web, rules)) {
		watch->logged_errors = 0;
		log_put(watch->log, LOG_INFO, "web configuration loaded",
			&(struct log_field){ "file", watch->path }, 1);
	} else {
		log_put(watch->log, LOG_ERROR,
			"web configuration not loaded: the HTTPS server cannot start",
			&(struct log_field){ "file", watch->path }, 1);
	}
	errors_fini(&errors);
}
