/* name_verdict.h - what a probe says of the name it asked for by SNI, apart from the server that
 * it asked.
 *
 * A shared host shows a certificate for each of its customers' names. What is wrong with one of
 * them is that name's; a server that does not answer is nobody's but its own.
 */
#ifndef MAILVANE_NAME_VERDICT_H
#define MAILVANE_NAME_VERDICT_H

#include "name_results.h"
#include "verdict.h"

/* Of a result that verdict_decide has seen. True: it is the name's now; only what was found in
 * its certificate counts, or that the server refused the handshake with it, and state, fault and
 * phase say so. False: the server showed no certificate, so that nothing is known of the name;
 * the result is the server's, its fault FAULT_STARTTLS_UNAVAILABLE where it works without. */
bool name_verdict(struct result *, const struct service *, const struct policy *,
		  const struct overrides *own);

/* The certificate is for another name and is the one that the server shows to those who ask for
 * none. */
bool name_shows_fallback(const struct result *, const struct certificate *fallback);

/* The name has no certificate of its own, and that is all: what else is wrong with the fall-back
 * is the server's. */
void name_verdict_for_fallback(struct result *, const struct service *,
			       const struct policy *, const struct overrides *own);

/* As verdict_sentence; says of a fall-back that it is one. */
const char *name_sentence(const struct result *, const struct certificate *fallback,
			  char dst[VERDICT_SENTENCE_MAX]);

/* name_results_put, with the sentence of a result that is not OK. */
struct name_results_change name_verdict_store(struct name_results *,
					      const struct name_set *, size_t number,
					      const struct result *, bool without_own,
					      unsigned confirm);

#endif
