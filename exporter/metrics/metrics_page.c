/* metrics_page.c - sections of rows, each row from its family. */
#include "metrics_page.h"

#include "metrics.h"
#include "probe_metrics.h"

static const char head[] =
    "# Metrics\n"
    "\n"
    "Every metric there is, written by the program from the tables that produce them\n"
    "(`mailvane_exporter --metrics.help`). Types are those of OpenMetrics; in the text "
    "format\n"
    "0.0.4, which is what a client gets that does not ask for OpenMetrics, an info is a "
    "gauge.\n"
    "A counter of OpenMetrics has a `_created` beside it where it is known when it began.\n"
    "\n"
    "A metric that is not known is absent, never zero: a target that was not probed yet "
    "has only\n"
    "its interval and its counters. The series of a target end when it leaves the "
    "configuration.\n";

static const char of_targets[] =
    "\n"
    "## /metrics: of each target\n"
    "\n"
    "Labels of all: `server` and `service`, `address` where each address of a server is "
    "probed\n"
    "by itself (`addresses = \"each\"`), and the `labels` of the server.\n"
    "\n";

static const char of_servers[] =
    "\n"
    "## /metrics: of each server\n"
    "\n"
    "Labels of all: `server`, and the `labels` of the server.\n"
    "\n";

static const char of_names[] =
    "\n"
    "## /metrics: of each service that is asked for customers' names\n"
    "\n"
    "Labels of all: `server`, `service`, and the `labels` of the server. However many "
    "names "
    "there\n"
    "are, the series stay few; `/api/v1/names` has them all.\n"
    "\n";

static const char of_exporter[] = "\n"
				  "## /metrics: of the exporter\n"
				  "\n";

static const char of_probes[] =
    "\n"
    "## /probe: of one probe on demand\n"
    "\n"
    "Names, help and meaning of the first half are those of the blackbox_exporter.\n"
    "\n";

static const char columns[] = "| metric | type | unit | labels | meaning |\n"
			      "|---|---|---|---|---|\n";

/* "fault, phase" as it is, each in quotes. */
static void put_labels(struct draft *out, const struct words *words)
{
	if (!words)
		return;
	draft_text(out, "`");
	for (const char *label = words->label; *label; label++)
		if (*label == ',')
			draft_text(out, "`,");
		else if (*label == ' ')
			draft_text(out, " `");
		else
			draft_put(out, (struct view){ label, 1 });
	draft_text(out, "`");
}

static void put_row(struct draft *out, const struct family *family)
{
	draft_format(out, "| `%s` | %s | %s | ", family->name,
		     metric_kind_name(family->kind), family->unit);
	put_labels(out, family->words);
	draft_format(out, " | %s |\n", family->help);
}

static void put_metrics(struct draft *out, enum scope from, enum scope to)
{
	draft_text(out, columns);
	for (size_t i = 0; i < metric_count; i++)
		if (metrics[i].scope >= from && metrics[i].scope <= to)
			put_row(out, &metrics[i].family);
}

void metrics_page(struct draft *out)
{
	draft_text(out, head);
	draft_text(out, of_targets);
	put_metrics(out, SCOPE_TARGET, SCOPE_RECORD);
	draft_text(out, of_servers);
	put_metrics(out, SCOPE_SERVER, SCOPE_SERVER);
	draft_text(out, of_names);
	put_metrics(out, SCOPE_ROSTER, SCOPE_ROSTER);
	draft_text(out, of_exporter);
	put_metrics(out, SCOPE_EXPORTER, SCOPE_EXPORTER);
	draft_text(out, of_probes);
	draft_text(out, "| metric | meaning |\n|---|---|\n");
	for (size_t i = 0; probe_metrics_family(i); i++)
		draft_format(out, "| `%s` | %s |\n", probe_metrics_family(i)->name,
			     probe_metrics_family(i)->help);
}
