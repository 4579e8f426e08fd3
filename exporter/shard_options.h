/* share.h - which shard this exporter is: --shard, --total-shards, --shard.from-hostname. */
#ifndef MAILVANE_SHARD_OPTIONS_H
#define MAILVANE_SHARD_OPTIONS_H

#include "buffer.h"
#include "shard.h"

struct shard_options {
	const char *ordinal, *total; /* NULL: not given */
	bool from_hostname;          /* the number behind the last '-': "probe-2" is 2 */
};

/* False, with a line in error, for what does not fit together. */
bool shard_options_choose(const struct shard_options *, const char *hostname,
			  struct shard *ret_shard, struct buffer *error);

#endif
