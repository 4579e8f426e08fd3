/* metrics_page.h - the table of metrics as a Markdown page: conf/metrics.md. */
#ifndef MAILVANE_METRICS_PAGE_H
#define MAILVANE_METRICS_PAGE_H

#include "strbuf.h"

void metrics_page(struct strbuf *);

#endif
