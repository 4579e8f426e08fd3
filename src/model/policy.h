/* policy.h - when a certificate is about to expire, and the states that the operator has set for
 * faults. */
#ifndef MAILVANE_POLICY_H
#define MAILVANE_POLICY_H

#include "fault.h"
#include "instant.h"
#include "override.h"

/* A limit that is reached when less than this share of the lifetime, or less than this span, is left.
 * With both, the shorter counts; 0: only the other counts. */
struct expiry_limit {
	double share; /* 0.25 is a quarter */
	struct span left;
};

struct policy {
	struct expiry_limit expiry_warning, expiry_critical;
	struct overrides overrides;
	struct span
	    overlap; /* how long a server may show an old certificate besides the renewed
			      * one: renewal.h */
	struct span
	    settle; /* after this time changed capabilities count as normal: drift.h */
};

/* The defaults: no overrides, changed capabilities count as normal after a day, renewed certificates
 * have two hours. WARNING below 25 % or 21 days, CRITICAL below 10 % or 7 days, the shorter each. */
void policy_init(struct policy *);

/* Reads "25%" or "21d" into a limit of that one kind. False: it is neither. */
bool expiry_limit_parse(struct view, struct expiry_limit *ret_limit);

/* The state for the time that is left. Under 24 hours it is always CRITICAL. */
enum state policy_expiry(const struct policy *, struct moment not_before,
			 struct moment not_after, struct moment now);

#endif
