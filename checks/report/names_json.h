/* names_json.h - --json of names: all of them. Its schema is conf/check_mail_names.schema.json. */
#ifndef MAILVANE_CHECK_NAMES_JSON_H
#define MAILVANE_CHECK_NAMES_JSON_H

#include "names_report.h"

/* One document to standard output. */
void names_json(const struct customer_names *, const struct check_mail_options *,
		const struct names_sum *);

#endif
