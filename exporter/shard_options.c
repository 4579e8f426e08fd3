/* shard_options.c - see shard_options.h. */
#include "shard_options.h"

#include "printable.h"

#include <string.h>

static bool shard_options_refuse(struct buffer *error, const char *option,
				 const char *value, const char *why)
{
	char shown[PRINTABLE_MAX];

	printable_copy(shown, sizeof(shown), view_of(value));
	buffer_format(error, "%s=%s: %s", option, shown, why);
	return false;
}

/* A StatefulSet names its pods NAME-0, NAME-1 ...; the text behind a dot is the domain. */
static bool from_hostname(const char *hostname, uint64_t *ret_ordinal)
{
	struct view name = { hostname, strcspn(hostname, ".") };
	const char *dash = name.n > 0 ? memrchr(name.p, '-', name.n) : NULL;

	return dash && view_number(view_skip(name, (size_t)(dash - name.p) + 1), SHARDS_MAX,
				   ret_ordinal);
}

bool shard_options_choose(const struct shard_options *o, const char *hostname,
			  struct shard *ret_shard, struct buffer *error)
{
	static const char name[] = "--total-shards";
	uint64_t ordinal = 0, total = 1;

	if (o->total && (!view_number(view_of(o->total), SHARDS_MAX, &total) || total == 0))
		return shard_options_refuse(error, name, o->total,
					    "a number from 1 to 10000 is needed");
	if (!o->total && (o->ordinal || o->from_hostname)) {
		buffer_format(error, "%s=NUMBER is missing: how many shards there are",
			      name);
		return false;
	}
	if (o->ordinal && o->from_hostname) {
		buffer_text(error, "give --shard or --shard.from-hostname, not both");
		return false;
	}
	if (o->total && total > 1 && !o->ordinal && !o->from_hostname) {
		buffer_text(error, "--shard=NUMBER (from 0) or --shard.from-hostname is "
				   "missing: which shard this is");
		return false;
	}
	if (o->ordinal && !view_number(view_of(o->ordinal), SHARDS_MAX, &ordinal))
		return shard_options_refuse(error, "--shard", o->ordinal,
					    "a number from 0 on is needed");
	if (o->from_hostname && !from_hostname(hostname, &ordinal))
		return shard_options_refuse(
		    error, "--shard.from-hostname", hostname,
		    "this name does not end in '-' and a number, as in probe-0");
	if (ordinal >= total) {
		buffer_format(error, "shard %u of %u: shards are counted from 0",
			      (unsigned)ordinal, (unsigned)total);
		return false;
	}
	*ret_shard = (struct shard){ (unsigned)ordinal, (unsigned)total };
	return true;
}
