/* json_stdout.h - a JSON document on standard output. */
#ifndef MAILVANE_CHECK_JSON_STDOUT_H
#define MAILVANE_CHECK_JSON_STDOUT_H

#include "json_writer.h"

void json_to_stdout(struct json *);
/* Closes the document and its line. */
void json_stdout_end(struct json *);

#endif
