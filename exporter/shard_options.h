/* shard_options.h - the shard of this exporter: --shard, --total-shards,
 * --shard.from-hostname. */
#ifndef MAILVANE_SHARD_OPTIONS_H
#define MAILVANE_SHARD_OPTIONS_H

#include "buffer.h"
#include "shard.h"

struct shard_options {
	const char *ordinal, *total; /* NULL: not given */
	/* use the number behind the last '-' of the host name: "probe-2" is 2 */
	bool from_hostname;
};

/* False: the options contradict each other or have wrong values; error has one line. */
bool shard_options_choose(const struct shard_options *, const char *hostname,
			  struct shard *ret_shard, struct buffer *error);

#endif
