/* policy.c - reads and applies the expiry limits. */
#include "policy.h"

static struct span days(int64_t n)
{
	return span_of_ms(n * 24 * 3600 * 1000);
}

void policy_init(struct policy *p)
{
	*p = (struct policy){ .settle = days(1), .overlap = span_of_ms(2 * 3600 * 1000) };
	p->expiry_warning = (struct expiry_limit){ .share = 0.25, .left = days(21) };
	p->expiry_critical = (struct expiry_limit){ .share = 0.10, .left = days(7) };
}

/* "25%", "2.5%": above 0, below 100. */
static bool parse_percentage(struct view text, double *ret_share)
{
	struct view whole = text, part = { NULL, 0 };
	uint64_t percent, fraction = 0;
	double scale = 1;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '.')
			continue;
		whole.n = i;
		part = view_skip(text, i + 1);
		if (part.n == 0 || part.n > 6 || !view_number(part, 999999, &fraction))
			return false;
		break;
	}
	if (!view_number(whole, 99, &percent))
		return false;
	for (size_t i = 0; i < part.n; i++)
		scale *= 10;
	*ret_share = ((double)percent + (double)fraction / scale) / 100;
	return percent > 0 || fraction > 0;
}

bool expiry_limit_parse(struct view text, struct expiry_limit *ret_limit)
{
	struct expiry_limit limit = { 0 };

	if (text.n > 1 && text.p[text.n - 1] == '%') {
		if (!parse_percentage((struct view){ text.p, text.n - 1 }, &limit.share))
			return false;
	} else if (!span_parse(text, &limit.left)) {
		return false;
	}
	*ret_limit = limit;
	return true;
}

static bool is_below_limit(const struct expiry_limit *limit, struct span lifetime,
			   struct span left)
{
	double share_ns = limit->share * (double)lifetime.ns;
	double limit_ns = (double)limit->left.ns;

	if (limit->left.ns == 0 || (limit->share > 0 && share_ns < limit_ns))
		limit_ns = share_ns;
	return (double)left.ns < limit_ns;
}

enum state policy_expiry(const struct policy *p, struct moment not_before,
			 struct moment not_after, struct moment now)
{
	struct span lifetime = moment_between(not_before, not_after);
	struct span left = moment_between(now, not_after);

	if (left.ns < days(1).ns || is_below_limit(&p->expiry_critical, lifetime, left))
		return STATE_CRITICAL;
	return is_below_limit(&p->expiry_warning, lifetime, left) ? STATE_WARNING
								  : STATE_OK;
}
