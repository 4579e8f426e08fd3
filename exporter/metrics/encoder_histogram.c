/* encoder_histogram.c - writes a histogram: lines with the endings _bucket, _sum and
 * _count. */
#include "encoder.h"

#include <stdio.h>
#include <string.h>

enum { LIMIT_TEXT_MAX = 32 };

static void rename_samples(struct encoder *e, const char *ending)
{
	struct buffer b;

	buffer_init(&b, e->name_text, sizeof(e->name_text));
	buffer_format(&b, "%s%s", e->family->name, ending);
	e->name.n = b.n;
}

/* Writes a limit in the canonical form of OpenMetrics ("Considerations: Canonical
 * Numbers") in both formats, so that a change of format makes no new series: "0.25",
 * "1.0", "+Inf". */
static const char *limit_text(const struct buckets *buckets, unsigned i,
			      char dst[LIMIT_TEXT_MAX])
{
	size_t n;

	if (i == buckets->count)
		return "+Inf";
	n = (size_t)snprintf(dst, LIMIT_TEXT_MAX, "%.9g", span_seconds(buckets->limits[i]));
	if (strpbrk(dst, ".e") == NULL)
		memcpy(dst + n, ".0", 3);
	return dst;
}

static void put_buckets(struct encoder *e, const struct label *own,
			const struct histogram *h, uint64_t *ret_total)
{
	struct label labels[2] = { own ? *own : (struct label){ 0 } };
	char text[LIMIT_TEXT_MAX];
	uint64_t total = 0;
	size_t n = own ? 1 : 0;

	rename_samples(e, "_bucket");
	for (unsigned i = 0; i <= h->buckets.count; i++) {
		total += h->counts[i];
		labels[n] = (struct label){ "le", limit_text(&h->buckets, i, text) };
		encoder_labels(e, labels, n + 1, number_of((int64_t)total));
	}
	*ret_total = total;
}

void encoder_histogram(struct encoder *e, const struct label *own,
		       const struct histogram *h)
{
	size_t n = own ? 1 : 0;
	uint64_t total;

	put_buckets(e, own, h, &total);
	rename_samples(e, "_count");
	encoder_labels(e, own, n, number_of((int64_t)total));
	rename_samples(e, "_sum");
	encoder_labels(e, own, n, (struct number){ (int64_t)h->sum_us, 6 });
	if (e->format == TEXT_OPENMETRICS) {
		rename_samples(e, "_created");
		encoder_labels(e, own, n, (struct number){ h->made.ms, 3 });
	}
	rename_samples(e, "");
}
