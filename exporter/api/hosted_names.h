/* hosted_names.h - /api/v1/names: customers' names of shared hosts, as JSON
 * (conf/names.schema.json).
 */
#ifndef MAILVANE_HOSTED_NAMES_H
#define MAILVANE_HOSTED_NAMES_H

#include "http_reply.h"
#include "json_writer.h"
#include "plan.h"
#include "request.h"
#include "text_stream.h"

enum { HOSTED_LIMIT = 100, HOSTED_LIMIT_MAX = 1000 };

/* Selects names; valid during the call. */
struct hosted_names_request {
	const char *server, *service; /* NULL: all */
	const char *part;             /* part of the name; NULL: any */
	unsigned states;              /* as in struct name_results_query */
	size_t offset, limit;
};

/* The answer, sorted by server, service and name. Holds a reference to the plan until it
 * is freed. NULL: out of memory. */
struct text_stream *hosted_names_new(struct plan *, const struct hosted_names_request *);

/* For /api/v1/status: writes a member with the counts of one target's names; null if it
 * has no names. */
void hosted_names_member(struct json *, const char *name, const struct name_check *);

/* Reads "ok" to "unknown", "pending" or "problem" as a set of states. False: an unknown
 * word. */
bool hosted_states(const char *word, unsigned *ret_states);

/* The function of the path. */
struct http_reply hosted_names_answer(struct request *);

#endif
