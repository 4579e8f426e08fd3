/* json.h - findings as one JSON document; its schema is conf/check_mail.schema.json. */
#ifndef MAILVANE_JSON_H
#define MAILVANE_JSON_H

#include "report.h"

/* Times are seconds, dates RFC 3339; what is not known is null. Prints to standard output. */
void json_print(const char *host, const struct finding *, size_t count, enum state worst);

#endif
