/* renewal.h - a certificate that was renewed, but not where this target shows it still.
 *
 * Places are compared that belong to one server and are asked for the same name: its services,
 * and its addresses where each is probed. A place shows an old certificate when another one shows
 * one that was issued more than a day later, and that one has been out for longer than the
 * policy's overlap: seen by this program for so long, or, where nothing is remembered, valid.
 *
 * Certificates of one day are a pair (RSA and ECDSA side by side). So may be older ones of
 * different kinds of keys, each of which is renewed in its own time and shown to whom it suits:
 * such a one is old only when it is about to expire as well. What is for other names, and so is
 * the fault cert_name, is not compared.
 */
#ifndef MAILVANE_RENEWAL_H
#define MAILVANE_RENEWAL_H

#include "plan.h"
#include "report.h"

/* `seen`: since when it is known that the newer one is in use; ms 0: it is not. */
bool renewal_is_missed(const struct policy *, const struct certificate *old,
		       const struct certificate *newer, struct moment seen,
		       struct moment now);

/* Notes FAULT_CERT_DIFFERS in a fresh result of a target of the plan, from the last ones of its
 * server. A target of no plan is left alone. */
void renewal_compare(const struct plan *, const struct target *, struct result *);

/* The same among the findings of one run; their verdicts are decided anew. */
void renewal_compare_all(const struct policy *, struct finding *, size_t count);

#endif
