/* dialogue_params.h - from a target to the parameters of its dialogue. */
#ifndef MAILVANE_DIALOGUE_PARAMS_H
#define MAILVANE_DIALOGUE_PARAMS_H

#include "dialogue.h"
#include "plan.h"

/* Sets what target and settings say; the parameters are all zero before. Texts are lent. `dane` is
 * what is known of the target's TLSA records; without `login` the account is left alone. */
void dialogue_params_init(struct dialogue_params *, const struct target *,
			  const struct settings *, enum dane, bool login);

#endif
