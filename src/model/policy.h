/* policy.h - when a certificate is about to expire, and which state a fault is. */
#ifndef MAILVANE_POLICY_H
#define MAILVANE_POLICY_H

#include "fault.h"
#include "instant.h"
#include "override.h"

/* Less left than this share of the lifetime or this span; with both, the shorter of the two.
 * 0 of one: only the other counts. */
struct expiry_limit {
	double share; /* 0.25 is a quarter */
	struct span left;
};

struct policy {
	struct expiry_limit expiry_warning, expiry_critical;
	struct overrides overrides;
	struct span overlap; /* in which an old and a renewed certificate may be shown side
			      * by side: renewal.h */
	struct span settle;  /* until what a server offers is the usual: drift.h */
};

/* No overrides, offers settle in a day, renewed certificates in two hours, and WARNING below 25 % or 21 days, CRITICAL below 10 % or 7 days, whichever is shorter. */
void policy_init(struct policy *);

/* "25%" or "21d" into a limit that knows only this. False for anything else. */
bool expiry_limit_parse(struct view, struct expiry_limit *ret_limit);

/* STATE_OK when enough is left; CRITICAL always with under 24 hours to go. */
enum state policy_expiry(const struct policy *, struct moment not_before,
			 struct moment not_after, struct moment now);

#endif
