/* plan_check.c - what must hold for every plan and every error. */
#include "plan_check.h"

#include "host_name.h"
#include "text_rules.h"

#include <stdlib.h>
#include <string.h>

void must(bool holds)
{
	if (!holds)
		abort();
}

static void must_be_good_labels(const struct target *t)
{
	must(t->label_count <= LABELS_MAX);
	for (size_t i = 0; i < t->label_count; i++) {
		must(label_name_fault(view_of(t->labels[i].name)) == NULL);
		must(text_fault(view_of(t->labels[i].value)) == NULL);
		must(i == 0 || strcmp(t->labels[i - 1].name, t->labels[i].name) < 0);
	}
}

static void must_be_target(const struct loader *l, const struct target *t)
{
	must(text_fault(view_of(t->server)) == NULL);
	must(host_fault(view_of(t->host)) == NULL);
	must(host_fault(view_of(t->tls_name)) == NULL);
	must(t->host[0] != '[');
	must(t->service->port != 0 && t->service->protocol != NULL);
	must(t->service->tls < TLS_MODE_COUNT && t->addresses <= ADDRESS_EACH);
	must(t->timeout.ns > 0 && t->timeout.ns <= t->interval.ns);
	must(t->retry_interval.ns > 0 && t->retry_interval.ns <= t->interval.ns);
	must(t->account == NULL || t->service->tls != TLS_MODE_NONE ||
	     (t->flags & TARGET_PLAINTEXT_LOGIN));
	if (t->account != NULL)
		must((size_t)(t->account - l->accounts) < l->account_names.count);
	must_be_good_labels(t);
}

static int by_pair(const void *a, const void *b)
{
	const struct target *x = *(const struct target *const *)a,
			    *y = *(const struct target *const *)b;
	int order = strcmp(x->server, y->server);

	return order != 0 ? order : strcmp(x->service->name, y->service->name);
}

void must_be_sound(const struct loader *l, const struct target *targets, size_t count)
{
	const struct target **sorted = malloc((count + 1) * sizeof(struct target *));

	must(sorted != NULL);
	for (size_t i = 0; i < count; i++) {
		must_be_target(l, &targets[i]);
		sorted[i] = &targets[i];
	}
	if (count > 0)
		qsort(sorted, count, sizeof(*sorted), by_pair);
	for (size_t i = 1; i < count; i++)
		must(by_pair(&sorted[i - 1], &sorted[i]) < 0);
	free(sorted);
}

static void must_be_printable(const char *text)
{
	for (; *text != '\0'; text++)
		must((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void must_be_in(const char *where, const char *file, struct view text)
{
	size_t n = strlen(file);
	uint64_t line, lines = 1;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	must(strncmp(where, file, n) == 0);
	if (where[n] == '\0')
		return;
	must(where[n] == ':');
	must(view_number(view_of(where + n + 1), lines, &line) && line > 0);
}

void must_be_clear(const struct config_errors *errors, const char *file, struct view text)
{
	must(errors->count <= CONFIG_ERRORS_MAX && errors->count <= errors->total);
	for (size_t i = 0; i < errors->count; i++) {
		const struct config_error *e = &errors->list[i];

		must_be_in(e->where, file, text);
		must(e->what[0] != '\0');
		must_be_printable(e->what);
		must_be_printable(e->hint);
	}
}
