/* metrics_page.c - writes the sections of the page, a row for each family. */
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
    "## /metrics: of each service with customers' names\n"
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

/* Writes the label names, each in quotes: "fault, phase". */
static void metrics_page_put_labels(struct strbuf *out, const struct words *words)
{
	if (!words)
		return;
	strbuf_text(out, "`");
	for (const char *label = words->label; *label; label++)
		if (*label == ',')
			strbuf_text(out, "`,");
		else if (*label == ' ')
			strbuf_text(out, " `");
		else
			strbuf_put(out, (struct view){ label, 1 });
	strbuf_text(out, "`");
}

static void metrics_page_put_row(struct strbuf *out, const struct family *family)
{
	strbuf_format(out, "| `%s` | %s | %s | ", family->name,
		      metric_kind_name(family->kind), family->unit);
	metrics_page_put_labels(out, family->words);
	strbuf_format(out, " | %s |\n", family->help);
}

static void put_metrics(struct strbuf *out, enum scope from, enum scope to)
{
	strbuf_text(out, columns);
	for (size_t i = 0; i < metric_count; i++)
		if (metrics[i].scope >= from && metrics[i].scope <= to)
			metrics_page_put_row(out, &metrics[i].family);
}

void metrics_page(struct strbuf *out)
{
	strbuf_text(out, head);
	strbuf_text(out, of_targets);
	put_metrics(out, SCOPE_TARGET, SCOPE_RECORD);
	strbuf_text(out, of_servers);
	put_metrics(out, SCOPE_SERVER, SCOPE_SERVER);
	strbuf_text(out, of_names);
	put_metrics(out, SCOPE_NAME_RESULTS, SCOPE_NAME_RESULTS);
	strbuf_text(out, of_exporter);
	put_metrics(out, SCOPE_EXPORTER, SCOPE_EXPORTER);
	strbuf_text(out, of_probes);
	strbuf_text(out, "| metric | meaning |\n|---|---|\n");
	for (size_t i = 0; probe_metrics_family(i); i++)
		strbuf_format(out, "| `%s` | %s |\n", probe_metrics_family(i)->name,
			      probe_metrics_family(i)->help);
}
