/* sni.h - a certificate for each name that clients ask for (RFC 6066 section 3). */
#ifndef MAILSIM_SNI_H
#define MAILSIM_SNI_H

#include "authority.h"

struct sni;

/* Makes the context choose by the plan, first match first; who asks for another name, or for
 * none, gets the context's own. What is returned must outlive the context; NULL for no plan.
 * False, with the reason on stderr. */
bool sni_new(const struct sni_plan *, SSL_CTX *, struct authority *, struct sni **ret_sni);
/* NULL does nothing. */
void sni_free(struct sni *);

#endif
