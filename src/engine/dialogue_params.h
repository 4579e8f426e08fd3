/* dialogue_params.h - the parameters of a dialogue, from the target and the settings. */
#ifndef MAILVANE_DIALOGUE_PARAMS_H
#define MAILVANE_DIALOGUE_PARAMS_H

#include "dialogue.h"
#include "plan.h"

/* Sets what target and settings decide, in parameters that are all zero. Texts are lent. `dane` is what
 * is known of the target's TLSA records. Without `login` the account is not used. */
void dialogue_params_init(struct dialogue_params *, const struct target *,
			  const struct settings *, enum dane, bool login);

#endif
